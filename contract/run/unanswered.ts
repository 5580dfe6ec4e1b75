import { appendFileSync, readFileSync } from 'node:fs';

/** Which kinds of call stay unanswered, over all workers of the run: one line a call, in one order for everyone. */
export interface SilenceLog {
  responded(topic: string): void;
  silent(topic: string): void;
  /** True once calls of a kind were unanswered three times while other calls were answered in between. */
  isProven(topic: string): boolean;
}

const PROOF = 3;

/** Opens the log in a file that the workers share. */
export function openSilenceLog(path: string): SilenceLog {
  const note = (line: string): void => {
    appendFileSync(path, `${line}\n`);
  };
  let silenceSeen = read(path).length > 0;
  return {
    responded(topic) {
      if (silenceSeen) note(`answered ${topic}`); // before the first silence a response proves nothing
    },
    silent(topic) {
      silenceSeen = true;
      note(`silent ${topic}`);
    },
    isProven: (topic) => isProven(read(path), topic),
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

function isProven(lines: readonly string[], topic: string): boolean {
  const first = lines.indexOf(`silent ${topic}`);
  const since = lines.slice(first);
  const silent = since.filter((line) => line === `silent ${topic}`).length;
  return first !== -1 && silent >= PROOF && since.some((line) => line.startsWith('answered '));
}
