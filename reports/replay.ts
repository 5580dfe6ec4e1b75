import type { RunResult } from '../result/result.ts';
import { quoted } from '../options/shell-word.ts';

/** The command that asks one case again, as strictly, with the seed and the sandbox settings of the run that asked it. */
export function replayOf(
  run: RunResult['run'],
  caseId: string,
  isStrict = false,
  expect: string | null = null,
): string {
  const strict = isStrict ? ' --strict' : '';
  return `npm run contract -- --replay ${quoted(caseId)}${expect === null ? '' : ` --expect ${quoted(expect)}`}${strict}${sandboxOf(run)} --seed ${run.seed}`;
}

/** The same command with `CASE` in place of the case. */
export function replayPattern(run: RunResult['run'], isStrict: boolean): string {
  return replayOf(run, 'CASE', isStrict);
}

/** The command that sends one scenario again: of a profile that scenario alone, else the whole run. */
export function loadReplayOf(run: RunResult['run'], scenario: string): string {
  if (run.profile === undefined) return run.command;
  const file = quoted(run.profile.file);
  return `npm run nightly -- --config ${file} --scenarios ${quoted(scenario)}${sandboxOf(run)} --seed ${run.seed}`;
}

function sandboxOf({ command }: RunResult['run']): string {
  return (command.match(SANDBOX_FLAG) ?? []).join('');
}

const SANDBOX_FLAG = / --(?:fault|profile|latency) (?:[A-Za-z0-9_.:,=@%+-]+|'[^']*')/g;
