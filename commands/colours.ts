import pico from 'picocolors';

type Colours = ReturnType<typeof pico.createColors>;

/** Where lines are written, as far as it decides how they look. */
export interface Screen {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** True on a terminal that somebody watches: a line may be replaced there. A CI system may lend a job a terminal; its log keeps every line. */
export function isWatched({ isTTY = false }: Screen, environment: NodeJS.ProcessEnv): boolean {
  return isTTY && (environment['CI'] ?? '') === '' && environment['TERM'] !== 'dumb';
}

/** Gives a line its colours. */
export type Paint = (line: string) => string;

/** Colours for a watched terminal, unless NO_COLOR is set (no-color.org); lines as they are for everything else. */
export function paintFor(screen: Screen, environment: NodeJS.ProcessEnv): Paint {
  if (!isWatched(screen, environment) || (environment['NO_COLOR'] ?? '') !== '') return (line) => line;
  const colours = pico.createColors(true);
  return (line) => painted(line, colours);
}

/** Colours by what a line begins with; a line is inert by then, so none of it can be an escape sequence of the target's. */
function painted(line: string, colours: Colours): string {
  const { bold, dim, green, red, yellow } = colours;
  const tones: readonly (readonly [start: RegExp, tone: (text: string) => string])[] = [
    [/^verdict: GO$/, (text) => bold(green(text))],
    [/^verdict: NO-GO$/, (text) => bold(red(text))],
    [/^verdict: \S+/, (text) => bold(yellow(text))],
    [/^(?:✓|passed\b)/, green],
    [/^(?:✗|failed\b:?)/, red],
    [/^(?:\?|!) /, yellow],
    [/^next:/, bold],
    [/^(?:target|plan|caps|proxy|contract|load|drift|history|spend|report|release|doctor):/, dim],
  ];
  for (const [start, tone] of tones) {
    const found = start.exec(line)?.[0];
    if (found !== undefined) return tone(found) + line.slice(found.length);
  }
  return line.replace(/\b[1-9][\d,]* (?:errors?|failed)\b/g, red);
}
