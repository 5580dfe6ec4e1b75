import type { Parsed } from '../../options/option.ts';
import { valid, invalid } from '../../options/values.ts';
import type { ScenarioPlan } from '../scenario/plan.ts';
import type { Shard } from '../arrivals/shard.ts';
import type { HostLimits } from './host-limits.ts';

/** How a load is spread over processes and machines. */
export interface Sharing {
  readonly processes: number;
  readonly shard: Shard;
  /** Epoch milliseconds; null for as soon as the load can begin. */
  readonly startsAtMs: number | null;
}

/** The most processes, and the most shards. */
export const PROCESSES_MAX = 64;
const DAY_MS = 86_400_000;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;
/** Files that are open besides the connections under load: pipes, the ledger, the connections beside the load. */
const OTHER_FILES = 64;

/** What is wrong with how a load is to be spread. */
export function spreadIssues(
  { shard, startAt }: { readonly shard?: string | undefined; readonly startAt?: string | undefined },
  startsAtMs: number | null,
  { nowMs }: HostLimits,
  scenarios: number,
): readonly string[] {
  const isOutside = startsAtMs !== null && !(startsAtMs > nowMs && startsAtMs <= nowMs + DAY_MS);
  return [
    ...(isOutside ? [startIssue(startAt ?? '', nowMs)] : []),
    ...(shard !== undefined && startAt === undefined
      ? ['--shard needs --start-at, so that all shards begin together.']
      : []),
    ...(startAt !== undefined && scenarios > 1 ? ['--start-at begins one scenario; name one alone.'] : []),
  ];
}

/** What makes a plan impossible to share: too few connections for all, or more than are allowed, or than one process may hold open. */
export function sharingIssues(
  plan: ScenarioPlan,
  { processes, shard }: Sharing,
  { openFilesMax, connectionsMax }: HostLimits,
): readonly string[] {
  const shares = processes * shard.count;
  const perProcess = Math.ceil(plan.connections / shares);
  const what = plan.arrival.model === 'closed' ? '--concurrency' : '--connections';
  return [
    ...(plan.connections > Math.max(connectionsMax, shares)
      ? [
          `${what} is ${plan.connections}; HARNESS_MAX_CONNECTIONS allows at most ${connectionsMax}: ask for fewer, or set it higher.`,
        ]
      : []),
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

/** Parses `1/4`. */
export function parseShard(text: string, flag: string): Parsed<Shard> {
  const [, index, count] = /^(\d{1,3})\/(\d{1,3})$/.exec(text.trim()) ?? [];
  const shard = { index: Number(index) - 1, count: Number(count) };
  if (shard.index >= 0 && shard.index < shard.count && shard.count <= PROCESSES_MAX) return valid(shard);
  return invalid(
    `${flag} is "${text}"; it takes which of how many, from 1/1 to ${PROCESSES_MAX}/${PROCESSES_MAX}, like 1/4.`,
  );
}

/** Parses a time with its zone as epoch milliseconds. */
export function parseStartAt(text: string): Parsed<number> {
  const ms = TIME.test(text.trim()) ? Date.parse(text.trim()) : NaN;
  return Number.isNaN(ms) ? invalid(startIssue(text, Date.now())) : valid(ms);
}

function startIssue(text: string, nowMs: number): string {
  return `--start-at is "${text}"; it takes a time within the next day, with its zone, like ${new Date(nowMs + 60_000).toISOString()}.`;
}
