import { numberOf } from './option-values.ts';
import type { ScenarioPlan } from './scenario.ts';
import { WHOLE, type Shard } from './shard.ts';
import type { Surroundings } from './surroundings.ts';

/** The options that spread a load over processes and machines, as they were typed. */
export interface ShareTexts {
  readonly processes?: string | undefined;
  readonly shard?: string | undefined;
  readonly startAt?: string | undefined;
}

/** The same, parsed. */
export interface Sharing {
  readonly processes: number;
  readonly shard: Shard;
  /** Epoch milliseconds; null for as soon as the load can begin. */
  readonly startsAtMs: number | null;
}

const PROCESSES_MAX = 64;
const DAY_MS = 86_400_000;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;
/** Files that are open besides the connections under load: pipes, the ledger, the connections beside the load. */
const OTHER_FILES = 64;

/** Parses the options; mistakes are added, each as a sentence. */
export function parseSharing(
  texts: ShareTexts,
  { nowMs }: Surroundings,
  scenarios: number,
  mistakes: string[],
): Sharing {
  const bounds = { least: 1, most: PROCESSES_MAX, whole: true };
  const shard = texts.shard === undefined ? WHOLE : shardOf(texts.shard, mistakes);
  const startsAtMs = texts.startAt === undefined ? null : startOf(texts.startAt, nowMs, mistakes);
  if (shard.count > 1 && texts.startAt === undefined)
    mistakes.push('--shard needs --start-at, so that all shards begin together.');
  if (texts.startAt !== undefined && scenarios > 1)
    mistakes.push('--start-at begins one scenario; name one alone.');
  return { processes: numberOf('--processes', texts.processes, bounds, mistakes) ?? 1, shard, startsAtMs };
}

/** What makes a plan impossible to share: too few connections for all, or more than one process may hold open. */
export function sharingMistakes(
  plan: ScenarioPlan,
  { processes, shard }: Sharing,
  { openFilesMax }: Surroundings,
): readonly string[] {
  const shares = processes * shard.count;
  const perProcess = Math.ceil(plan.connections / shares);
  const what = plan.arrival.model === 'closed' ? '--concurrency' : '--connections';
  return [
    ...(plan.connections < shares
      ? [`${what} is ${plan.connections}, too few for ${shares} processes to share; give at least ${shares}.`]
      : []),
    ...(openFilesMax !== null && perProcess + OTHER_FILES > openFilesMax
      ? [
          `${what} asks for ${perProcess} connections in one process, which may hold only ${openFilesMax} files open (ulimit -n); ask for at most ${Math.max(1, openFilesMax - OTHER_FILES)}, raise that limit, or use more --processes.`,
        ]
      : []),
  ];
}

function shardOf(text: string, mistakes: string[]): Shard {
  const [, index, count] = /^(\d{1,3})\/(\d{1,3})$/.exec(text.trim()) ?? [];
  const shard = { index: Number(index) - 1, count: Number(count) };
  if (shard.index >= 0 && shard.index < shard.count && shard.count <= PROCESSES_MAX) return shard;
  mistakes.push(
    `--shard is "${text}"; it takes which of how many, from 1/1 to ${PROCESSES_MAX}/${PROCESSES_MAX}, like 1/4.`,
  );
  return WHOLE;
}

function startOf(text: string, nowMs: number, mistakes: string[]): number | null {
  const ms = TIME.test(text.trim()) ? Date.parse(text.trim()) : NaN;
  if (ms > nowMs && ms <= nowMs + DAY_MS) return ms;
  mistakes.push(
    `--start-at is "${text}"; it takes a time within the next day, with its zone, like ${new Date(nowMs + 60_000).toISOString()}.`,
  );
  return null;
}
