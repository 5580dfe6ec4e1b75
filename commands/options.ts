import { accessSync, constants, mkdirSync, rmSync, statSync } from 'node:fs';
import { randomBytes, randomInt } from 'node:crypto';
import { join, resolve } from 'node:path';
import type { SandboxChoice } from '../target/sandbox-process.ts';
import type { Parsed } from '../target/settings.ts';

/** The options that every command has, as they were typed. */
export interface CommonTexts {
  readonly out?: string;
  readonly seed?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly plan?: boolean;
  readonly fault?: readonly string[];
  readonly profile?: string;
  readonly latency?: string;
}

/** The common options, parsed. */
export interface CommonOptions {
  readonly outDir: string;
  readonly seed: number;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly planOnly: boolean;
  readonly sandbox: SandboxChoice;
}

/** The options of the contract part, as they were typed. */
export interface ContractTexts {
  readonly budgetRuns?: string;
  readonly budgetRequests?: string;
  readonly only?: string;
  readonly strict?: boolean;
  readonly replay?: string;
}

const SEED_MAX = 2 ** 31 - 1;

/** A seed for a run that was given none. */
export function drawSeed(): number {
  return randomInt(1, SEED_MAX);
}

/** Parses the common options, all mistakes at once. Tries the output directory unless only a plan is wanted, and leaves none behind. */
export function parseCommon(texts: CommonTexts, hasBaseUrl: boolean): Parsed<CommonOptions> {
  const mistakes: string[] = [];
  const seed = texts.seed === undefined ? drawSeed() : Number(texts.seed);
  if (texts.seed !== undefined && !(/^\d{1,10}$/.test(texts.seed) && seed <= SEED_MAX))
    mistakes.push(`--seed is "${texts.seed}"; give a whole number from 0 to ${SEED_MAX}.`);
  const sandbox: SandboxChoice = {
    faults: (texts.fault ?? []).flatMap((names) => names.split(',')).filter((name) => name !== ''),
    profile: texts.profile ?? null,
    latency: texts.latency ?? null,
  };
  const isSandboxAsked = sandbox.faults.length > 0 || sandbox.profile !== null || sandbox.latency !== null;
  if (hasBaseUrl && isSandboxAsked)
    mistakes.push(
      '--fault, --profile and --latency are for the embedded sandbox; leave them out, or unset INTERACTLY_BASE_URL.',
    );
  const outDir = resolve(texts.out ?? defaultOutDir());
  if (texts.plan !== true) mistakes.push(...trial(outDir));
  if (mistakes.length > 0) return { ok: false, mistakes };
  return {
    ok: true,
    value: {
      outDir,
      seed,
      json: texts.json === true,
      quiet: texts.quiet === true,
      planOnly: texts.plan === true,
      sandbox,
    },
  };
}

/** A folder of its own for a run that was given none. */
export function defaultOutDir(): string {
  const time = new Date().toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  return join('reports', 'runs', `${time}Z-${randomBytes(3).toString('hex')}`);
}

function trial(outDir: string): readonly string[] {
  try {
    const made = mkdirSync(outDir, { recursive: true });
    accessSync(outDir, constants.W_OK);
    const isFolder = statSync(outDir).isDirectory();
    if (made !== undefined) rmSync(made, { recursive: true }); // other options may yet be mistaken
    if (isFolder) return [];
  } catch {
    // said below
  }
  return [`--out is ${outDir}, which can't be made or written; give a directory that can.`];
}

/** Parses a budget of the contract part: a whole number above 0, or null when none was given. */
export function parseBudget(
  flag: '--budget-runs' | '--budget-requests',
  text: string | undefined,
): Parsed<number | null> {
  if (text === undefined) return { ok: true, value: null };
  if (/^[1-9]\d{0,6}$/.test(text)) return { ok: true, value: Number(text) };
  return { ok: false, mistakes: [`${flag} is "${text}"; give a whole number from 1 to 9999999.`] };
}
