import { appendFileSync, readFileSync } from 'node:fs';

/** Which commands stay unanswered, over all workers of the run: one line a call, in one order for everyone. */
export interface SilenceLog {
  answered(command: string): void;
  silent(command: string): void;
  /** True once a command was unanswered three times while other calls were answered in between. */
  isProven(command: string): boolean;
}

const PROOF = 3;

/** Opens the log in a file that the workers share. */
export function openSilenceLog(path: string): SilenceLog {
  const note = (line: string): void => {
    appendFileSync(path, `${line}\n`);
  };
  let silenceSeen = read(path).length > 0;
  return {
    answered(command) {
      if (silenceSeen) note(`answered ${command}`); // before the first silence an answer proves nothing
    },
    silent(command) {
      silenceSeen = true;
      note(`silent ${command}`);
    },
    isProven: (command) => isProven(read(path), command),
  };
}

function read(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}

function isProven(lines: readonly string[], command: string): boolean {
  const first = lines.indexOf(`silent ${command}`);
  const since = lines.slice(first);
  const silent = since.filter((line) => line === `silent ${command}`).length;
  return first !== -1 && silent >= PROOF && since.some((line) => line.startsWith('answered '));
}
