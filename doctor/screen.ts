import type { CheckResult } from './check.ts';
import { numbered } from './leftovers.ts';

const STATE_WIDTH = 8;
const TITLE_WIDTH = 20;
/** A terminal below this has no room beside the two columns: what is said stands below its title. */
const WIDTH_OF_COLUMNS = 72;
const INDENT_BELOW = '  ';

/** What was sent and started, for the last lines. */
export interface Spent {
  readonly freeRequests: number;
  readonly runsStarted: number;
  readonly runsStopped: number;
}

/**
 * The lines of one result: its state, its question and what was seen, then the one thing to do.
 * @param inert makes a text inert for whatever reads the log; each line is given to it without its columns.
 */
export function resultLines(
  title: string,
  { state, what, next }: CheckResult,
  width: number,
  inert: (text: string) => string,
): readonly string[] {
  const isNarrow = width < WIDTH_OF_COLUMNS;
  const indent = isNarrow ? INDENT_BELOW : ' '.repeat(STATE_WIDTH + TITLE_WIDTH);
  const room = width - indent.length;
  const [first = '', ...more] = wrapped(what, room).map(inert);
  const toDo = next === null ? [] : wrapped(next, room - 3).map(inert);
  const head = `${state.padEnd(STATE_WIDTH)}${title}`;
  return [
    ...(isNarrow ? [head, indent + first] : [head.padEnd(indent.length) + first]),
    ...more.map((line) => indent + line),
    ...toDo.map((line, i) => `${indent}${i === 0 ? '-> ' : '   '}${line}`),
  ];
}

/** Words in lines of a width; a longer word stands alone on its line. */
function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** How all of it came out, and what it took. */
export function closingLines(
  results: readonly CheckResult[],
  { freeRequests, runsStarted, runsStopped }: Spent,
  isInterrupted: boolean,
  width: number,
): readonly string[] {
  const counted = (['passed', 'failed', 'absent', 'skipped'] as const)
    .map((state) => `${results.filter((result) => result.state === state).length} ${state}`)
    .join(', ');
  const failures = results.filter(({ state }) => state === 'failed');
  return [
    `${counted}; ${numbered(freeRequests, 'free request')}, ${numbered(runsStarted, 'workflow run')} started, ${runsStopped} stopped`,
    isInterrupted
      ? 'Interrupted: what was not asked is skipped.'
      : failures.length === 0
        ? 'Ready: no check failed.'
        : `Not ready: do what "->" says${failures.length === 1 ? '' : ', from the top'}, then run npm run doctor again.`,
  ].flatMap((line) => wrapped(line, width));
}

/** The same for machines, in the same words. */
export function jsonOf(
  baseUrl: string | null,
  results: readonly CheckResult[],
  spent: Spent,
  exitCode: number,
): string {
  return JSON.stringify({
    base_url: baseUrl,
    exit_code: exitCode,
    free_requests: spent.freeRequests,
    workflow_runs_started: spent.runsStarted,
    workflow_runs_stopped: spent.runsStopped,
    checks: results,
  });
}
