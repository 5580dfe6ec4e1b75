import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A repository with this checkout as its only commit, from which jobs clone, and a folder for what they leave. */
export interface Origin {
  readonly dir: string;
  readonly url: string;
  /** A folder of programs that come before those of the machine. */
  readonly bin: string;
  /** A clone of its own, as an empty machine has it after a checkout. */
  clone(): string;
  remove(): void;
}

/** Makes the repository from what git would commit of this checkout now. */
export function makeOrigin(more: Readonly<Record<string, string>> = {}): Origin {
  const dir = mkdtempSync(join(tmpdir(), 'deploy-'));
  const work = join(dir, 'work');
  const url = join(dir, 'origin.git');
  const bin = join(dir, 'bin');
  mkdirSync(work);
  mkdirSync(bin);
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  for (const name of listed.split('\0').filter((one) => one !== '')) place(work, name);
  for (const [name, text] of Object.entries(more)) writeFileSync(join(work, name), text);
  git(work, 'init', '--quiet', '--initial-branch', 'main');
  git(work, 'add', '--all');
  git(work, 'commit', '--quiet', '--message', 'All of it');
  git(dir, 'clone', '--quiet', '--bare', work, url);
  let clones = 0;
  return {
    dir,
    url,
    bin,
    clone: () => {
      const into = join(dir, `clone-${(clones += 1)}`);
      git(dir, 'clone', '--quiet', url, into);
      return into;
    },
    remove: () => {
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function place(work: string, name: string): void {
  mkdirSync(dirname(join(work, name)), { recursive: true });
  cpSync(join(ROOT, name), join(work, name), { force: true, errorOnExist: false });
}

/** Runs git with a name of its own and without the configuration of this machine. */
export function git(cwd: string, ...args: readonly string[]): string {
  const who = ['-c', 'user.name=selftest', '-c', 'user.email=selftest@localhost'];
  return execFileSync('git', [...who, ...args], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Puts a program in front of those of the machine. */
export function stub(origin: Origin, name: string, script: string): void {
  const path = join(origin.bin, name);
  writeFileSync(path, `#!/usr/bin/env bash\n${script}\n`);
  chmodSync(path, 0o755);
}

/**
 * Puts an npm in front that installs by linking the packages of this checkout, which `npm ci` has laid from the same
 * lockfile; anything else it hands on.
 */
export function stubNpm(origin: Origin): void {
  const real = execFileSync('bash', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim();
  const install = `cmp package-lock.json '${ROOT}package-lock.json' && exec ln -s '${ROOT}node_modules' node_modules`;
  stub(origin, 'npm', `if [ "\${1-}" = ci ]; then ${install}; fi\nexec '${real}' "$@"`);
}

/** What a script said and ended with. */
export interface Said {
  readonly code: number;
  readonly output: string;
}

/** Runs a script in a folder with an environment of its own; nothing of this machine's comes in but what a shell needs. */
export function runScript(
  argv: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
  whileRunning: (pid: number, said: () => string) => void = () => undefined,
): Promise<Said> {
  const [program = '', ...args] = argv;
  return new Promise((resolve) => {
    // In a group of its own, so that the limit ends what it has started too.
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const limit = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, 300_000);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.once('close', (code) => {
      clearTimeout(limit);
      resolve({ code: code ?? -1, output });
    });
    if (child.pid !== undefined) whileRunning(child.pid, () => output);
  });
}

/** The environment that a machine gives to a job. */
export function machineEnvironment(origin: Origin): Record<string, string> {
  return {
    PATH: `${origin.bin}:${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
    HOME: origin.dir,
    LANG: 'C.UTF-8',
    CI: 'true',
    GIT_CONFIG_NOSYSTEM: '1',
  };
}
