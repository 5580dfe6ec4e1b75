import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ROOMS = [
  'config',
  'options',
  'result',
  'history',
  'api',
  'openapi',
  'contract',
  'target',
  'tests',
  'load',
  'doctor',
  'drift',
  'sandbox',
  'commands',
  'deploy',
];
const FILES = ['cli.ts', 'tsconfig.json', 'package.json', '.dependency-cruiser.cjs', 'playwright.config.ts'];

/** A copy of the rooms in a folder of its own, so that a test can spoil it; the packages are shared. */
export function repositoryCopy(): { readonly dir: string; remove(): void } {
  const dir = mkdtempSync(join(tmpdir(), 'house-'));
  for (const name of [...ROOMS, ...FILES]) cpSync(join(ROOT, name), join(dir, name), { recursive: true });
  cpSync(join(ROOT, 'reports'), join(dir, 'reports'), {
    recursive: true,
    filter: (path) => ![join(ROOT, 'reports', 'runs'), join(ROOT, 'reports', 'history')].includes(path),
  });
  symlinkSync(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
  return {
    dir,
    remove: () => {
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
