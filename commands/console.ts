import { inertLine } from '../reports/inert.ts';
import type { Redact } from '../target/redaction.ts';
import { isWatched, paintFor, type Screen } from './colours.ts';

/** Where a command says what it does: lines that stay, and on a terminal one line that is replaced. */
export interface Console {
  /** How wide a line may be; without end where nothing cuts or breaks it. */
  readonly columns: number;
  say(line: string): void;
  /**
   * How far something is.
   * @param line for a log, where it stays.
   * @param live for a watched terminal of so many columns, where the next line replaces it; without it `line`, cut.
   */
  progress(line: string, live?: (columns: number) => string): void;
  /** Said whatever was asked for: the outcome. */
  outcome(line: string): void;
  /** Said also where a machine reads the outcome: something of the run could not be written. */
  problem(line: string): void;
  /** A line of columns, with spaces between them; what stands in them is inert already. */
  row(line: string): void;
  /** A line that a CI system is to read as it stands, whatever was asked for. */
  command(line: string): void;
}

/**
 * Lets a run go on to its report, and to the end of its workflow runs, when its lines reach nobody: whoever read them
 * (`| head`) is gone, the terminal too, or the disk of the log is full. That last one is told, once, where it can be.
 */
export function outliveReaders(): void {
  let isTold = false;
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' || error.code === 'EIO' || isTold) return;
      isTold = true;
      const why = error.code ?? error.message;
      if (stream === process.stdout)
        process.stderr.write(`warning: standard output can't be written (${why}); the verdict stands.\n`);
    });
}

/** Where a console writes, if not to this process's own streams. */
interface Surface {
  readonly stream?: Screen & { write(text: string): unknown };
  readonly environment?: NodeJS.ProcessEnv;
}

/** In a log each line of progress stays, so there are fewer of them. */
const PLAIN_PROGRESS_MS = 5000;
/** A terminal that does not say how wide it is. */
const COLUMNS = 80;

/**
 * A console for one invocation. With `json` the lines go to standard error and leave standard output to the machine;
 * with `quiet` only outcomes are said. Everything is redacted on its way out.
 */
export function openConsole(
  mode: { readonly json: boolean; readonly quiet: boolean },
  redact: Redact,
  { stream = mode.json ? process.stderr : process.stdout, environment = process.env }: Surface = {},
): Console {
  const paint = paintFor(stream, environment);
  const isLive = isWatched(stream, environment);
  let transient = false;
  let saidAt = -PLAIN_PROGRESS_MS;
  const clear = (): void => {
    if (transient) stream.write('\r\u001b[2K');
    transient = false;
  };
  const write = (line: string): void => {
    clear();
    stream.write(`${paint(inertLine(redact(line)))}\n`);
  };
  return {
    columns: isLive ? widthOf(stream) : Infinity,
    say: (line) => {
      if (!mode.quiet) write(line);
    },
    row: (line) => {
      if (mode.quiet) return;
      clear();
      stream.write(`${paint(redact(line))}\n`);
    },
    progress: (line, live = () => line) => {
      if (mode.quiet) return;
      if (!isLive) {
        if (performance.now() - saidAt < PLAIN_PROGRESS_MS) return;
        saidAt = performance.now();
        write(line);
        return;
      }
      clear();
      const columns = widthOf(stream) - 1; // a line that fills its row would leave two rows to clear
      stream.write(paint(inertLine(redact(live(columns))).slice(0, columns)));
      transient = true;
    },
    outcome: (line) => {
      if (!mode.json) write(line);
    },
    problem: write,
    command: (line) => {
      clear();
      stream.write(`${redact(line)}\n`);
    },
  };
}

function widthOf({ columns = 0 }: Screen): number {
  return columns < 1 ? COLUMNS : columns;
}
