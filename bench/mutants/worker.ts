import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CollectedTests } from './collected-tests.ts';
import { CpuLimit, cpuMs } from './cpu-limit.ts';
import { mutated, type Mutant } from './mutate.ts';
import { Modules } from './modules.ts';

/** What a worker is told to do: take up a file with its tests, or try one change of it. */
export type Order =
  | { readonly kind: 'file'; readonly file: string; readonly tests: readonly string[] }
  | { readonly kind: 'mutant'; readonly mutant: Mutant };

/** What it says: how long the tests of the unchanged file took and how many there are, or which test noticed a change. */
export type Said =
  | { readonly kind: 'ready'; readonly failure: string | null; readonly tests: number; readonly ms: number }
  | { readonly kind: 'tried'; readonly noticedBy: string | null };

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const collected = new CollectedTests();
const modules = new Modules(ROOT, new Map([['node:test', collected.module]]));
const LEAST_CPU_MS = 1000;
const limit = new CpuLimit();
let tests: readonly string[] = [];
/** How long the tests compute without a change. */
let usualCpuMs = 0;
let known = { file: '', text: '' };

/** Evaluates the tests and runs them; what noticed a change, at evaluation or in a test. */
async function firstFailure(): Promise<string | null> {
  collected.clear();
  try {
    for (const test of tests) modules.load(test);
  } catch (error) {
    return `at import: ${String(error)}`;
  }
  return collected.firstFailure();
}

async function takeUp(file: string, testFiles: readonly string[]): Promise<Said> {
  tests = testFiles;
  known = { file, text: readFileSync(join(ROOT, file), 'utf8') };
  await modules.prepare(file);
  for (const test of tests) await modules.prepare(test);
  for (const test of tests) modules.forget(test);
  const loading = await firstFailure();
  if (loading !== null) return { kind: 'ready', failure: loading, tests: collected.size, ms: 0 };
  modules.forget(file);
  const began = performance.now();
  const beganCpuMs = cpuMs();
  const failure = await firstFailure();
  usualCpuMs = cpuMs() - beganCpuMs;
  return { kind: 'ready', failure, tests: collected.size, ms: performance.now() - began };
}

async function tryOut(mutant: Mutant): Promise<Said> {
  try {
    modules.replace(known.file, mutated(known.text, mutant));
  } catch (error) {
    return { kind: 'tried', noticedBy: `at compilation: ${String(error)}` };
  }
  for (const test of tests) modules.forget(test);
  limit.set(LEAST_CPU_MS + 10 * usualCpuMs);
  const noticedBy = await firstFailure();
  limit.set(null);
  modules.replace(known.file, null);
  return { kind: 'tried', noticedBy };
}

function say(said: Said): void {
  process.send?.(said);
}

process.on('message', (order: Order) => {
  const work = order.kind === 'file' ? takeUp(order.file, order.tests) : tryOut(order.mutant);
  work.then(say, (error: unknown) => {
    say({ kind: 'tried', noticedBy: `outside of a test: ${String(error)}` });
  });
});
