import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HISTORY_DIR } from '../history/files.ts';
import { readHostLimits } from '../load/options/host-limits.ts';
import { parseDurationMs } from '../options/duration.ts';
import { flagOf, isGiven, readOptions, type Texts, type TextsOf } from '../options/option.ts';
import { contractChoice, lineOf, run, type ContractTexts } from './commands.ts';
import { readEnvironment, type Environment } from '../target/settings.ts';
import { UsageError } from './usage-error.ts';
import { environmentOfPlan, NO_LIMITS, type Limits } from './limits.ts';
import { CONTRACT_OPTIONS } from '../contract/option-rows.ts';
import { PROFILE_OPTIONS, type RELEASE_OPTIONS } from './option-table.ts';
import { drawSeed, type CommonTexts } from './options.ts';
import { readProfile, type ProfileFile } from './profile/file.ts';
import { contractTexts, loadOf, narrowedTo } from './profile/parts.ts';
import { releaseIssues } from './profile/release-rules.ts';
import { readGate } from './release-against.ts';

type ProfileTexts = CommonTexts &
  ContractTexts &
  TextsOf<typeof PROFILE_OPTIONS> &
  Partial<TextsOf<typeof RELEASE_OPTIONS>>;

/** `npm start`: the nightly on what is configured, or on the embedded sandbox. */
export function start(texts: ProfileTexts): Promise<number> {
  return runProfile('start', texts);
}

/** `npm run nightly`: what its profile says. */
export function nightly(texts: ProfileTexts): Promise<number> {
  return runProfile('nightly', texts);
}

/** `npm run release`: what its profile says, strictly, with the capacity, and never on the embedded sandbox. */
export function release(texts: ProfileTexts): Promise<number> {
  return runProfile('release', texts);
}

type Profiled = 'start' | 'nightly' | 'release';

const LINES: Readonly<Record<Profiled, string>> = {
  start: 'npm start',
  nightly: 'npm run nightly',
  release: 'npm run release',
};

async function runProfile(command: Profiled, texts: ProfileTexts): Promise<number> {
  const name = command === 'release' ? 'release' : 'nightly';
  const read = readProfile(texts.config ?? shipped(name));
  if (!read.ok) throw new UsageError(read.issues);
  const whole = command === 'release' ? strictly(read.value) : read.value;
  const { scenarios } = readOptions(PROFILE_OPTIONS, texts).values;
  const narrowed = scenarios === null ? { file: whole, issues: [] } : narrowedTo(whole, scenarios);
  const { file } = narrowed;
  const seed = texts.seed ?? String(drawSeed()); // it decides random arrivals too, which the plan counts
  const limits = limitsOf(command, file);
  const environment = environmentOfPlan(process.env, limits, texts);
  const load = loadOf(file, seed, readHostLimits(environment));
  const contract = contractPart(file, { ...texts, seed });
  const gate = readGate(texts, resolve(texts.history ?? HISTORY_DIR), targetIn(environment));
  const issues = [
    ...(gate.ok ? [] : gate.issues),
    ...(command === 'release' ? releaseIssues(file) : []),
    ...narrowed.issues,
    ...(narrowed.issues.length === 0 ? emptyIssues(file) : []),
    ...contract.issues,
    ...load.issues,
  ];
  const parts = {
    contract: contract.choice,
    load: load.plan,
    command: lineOf(`${LINES[command]} --`, command, texts),
    profile: { name, file: file.path, sha256: file.sha256 },
    gate: gate.ok ? gate.value : null,
  } as const;
  return run({ ...texts, seed }, issues, parts, { environment, limits });
}

/** The configured target as the history names it; null where there is none. */
function targetIn(environment: Environment): string | null {
  const url = readEnvironment(environment)['INTERACTLY_BASE_URL'] ?? '';
  return URL.canParse(url) ? new URL(url).href.replace(/\/+$/, '') : null;
}

/** A release is strict, whether its profile says so or not; one that says no is refused. */
function strictly(file: ProfileFile): ProfileFile {
  const { contract } = file.profile;
  if (contract === undefined) return file;
  return { ...file, profile: { ...file.profile, contract: { strict: true, ...contract } } };
}

/** The profile that comes with this tool. */
export function shipped(name: 'nightly' | 'release'): string {
  return fileURLToPath(new URL(`../config/${name}.yaml`, import.meta.url));
}

function limitsOf(command: Profiled, { profile, path }: ProfileFile): Limits {
  const bySandbox = {
    // The first thing that anybody types; a profile that rules the sandbox out is kept to all the same.
    start: profile.sandbox === 'never' ? 'never' : 'always',
    nightly: profile.sandbox ?? 'never',
    release: 'never',
  } as const;
  return {
    ...NO_LIMITS,
    sandbox: bySandbox[command],
    command: LINES[command],
    profile: path,
    maxRuns: profile['max-runs'] ?? null,
    patienceMs: profile.patience === undefined ? null : parseDurationMs(profile.patience),
  };
}

function contractPart(file: ProfileFile, texts: ProfileTexts): ReturnType<typeof contractChoiceOrNone> {
  if (file.profile.contract !== undefined) return contractChoice(contractTexts(file, texts as Texts));
  const given = Object.keys(CONTRACT_OPTIONS).filter((name) => isGiven((texts as Texts)[name]));
  return contractChoiceOrNone(file, given.map(flagOf));
}

function contractChoiceOrNone(
  { path }: ProfileFile,
  given: readonly string[],
): {
  readonly choice: ReturnType<typeof contractChoice>['choice'] | null;
  readonly issues: readonly string[];
} {
  const message = `${path} asks for no contract tests, which ${given.join(', ')} would be for; add contract: to it, or leave that out.`;
  return { choice: null, issues: given.length === 0 ? [] : [message] };
}

function emptyIssues({ profile: { contract, load, capacity }, path }: ProfileFile): readonly string[] {
  if (contract !== undefined || load !== undefined || capacity !== undefined) return [];
  return [`${path} asks for nothing; give it contract, load or capacity.`];
}
