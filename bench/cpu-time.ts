import { execFile } from 'node:child_process';

/** What a program printed, and the CPU time that it and its own children took from start to end, in seconds. */
export interface Timed {
  readonly stdout: string;
  readonly cpuSeconds: number;
}

const LIMIT_MS = 120_000;

/** Runs a program; the shell that starts it counts its CPU time, so that every program is measured the same way. */
export function timed(program: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Timed> {
  return new Promise((resolve, reject) => {
    const options = { env: { ...process.env, ...env }, timeout: LIMIT_MS, maxBuffer: 64 * 1024 * 1024 };
    const shell = ['-c', '"$0" "$@"; status=$?; times >&2; exit $status', program, ...args];
    execFile('bash', shell, options, (error, stdout, stderr) => {
      const [user, system] = minutesAndSeconds(stderr.trim().split('\n').at(-1) ?? '');
      if (error !== null || user === undefined || system === undefined)
        reject(new Error(`${program} failed: ${error?.message ?? 'its CPU time was not told'}`));
      else resolve({ stdout, cpuSeconds: user + system });
    });
  });
}

/** Reads `0m1.234s 0m0.567s`, the second line of the shell's `times`: user and system time of what it ran. */
function minutesAndSeconds(line: string): readonly number[] {
  return [...line.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
  );
}
