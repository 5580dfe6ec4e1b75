import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const LIMIT_MS = 5 * 60_000;

/** What decides whether a program can be found or installed. */
export interface Machine {
  readonly environment: NodeJS.ProcessEnv;
  /** The user's number; null where there is none. */
  readonly userId: number | null;
  readonly isDebian: boolean;
}

/** The machine that this runs on. */
export function thisMachine(environment: NodeJS.ProcessEnv = process.env): Machine {
  return {
    environment,
    userId: process.getuid?.() ?? null,
    isDebian: existsSync('/etc/debian_version'),
  };
}

/** Path of the first of these programs that is installed, or null. */
export function installed(
  names: readonly string[],
  { environment }: Pick<Machine, 'environment'>,
): string | null {
  const folders = (environment['PATH'] ?? '').split(delimiter);
  const places = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  return places.find((place) => existsSync(place)) ?? null;
}

/** Installs a package as root on Debian, which alone may; false where that can't be done. */
export async function aptInstall(name: string, machine: Machine): Promise<boolean> {
  if (machine.userId !== 0 || !machine.isDebian) return false;
  const env = { ...machine.environment, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { timeout: LIMIT_MS, env, maxBuffer: 64e6 };
  try {
    await run('apt-get', ['update'], options);
    await run('apt-get', ['install', '-y', '--no-install-recommends', name], options);
    return true;
  } catch {
    return false;
  }
}
