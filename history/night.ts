import { z } from 'zod';

/**
 * The record of one finished run, as the history keeps it: small enough that a thousand of them are read at once, and
 * whole enough that what is new, what is flaky and what has changed is told from records alone. Units are part of each
 * name; times are ISO 8601 in UTC. Written once and never rewritten; an older `history_version` is migrated when read.
 */

/** What this version writes. */
export const HISTORY_VERSION = 1;

function fields<Shape extends z.ZodRawShape>(shape: Shape): z.ZodReadonly<z.ZodObject<Shape>> {
  return z.object(shape).readonly();
}

function list<Item extends z.ZodType>(item: Item): z.ZodReadonly<z.ZodArray<Item>> {
  return z.array(item).readonly();
}

const count = z.number().int().nonnegative();
const number = z.number();
const time = z.string().refine((text) => !Number.isNaN(Date.parse(text)), { error: 'a time' });
const verdict = z.enum(['GO', 'NO-GO', 'INCONCLUSIVE']);

/** One kind of finding, with the cases that showed it. */
const cause = fields({
  fingerprint: z.string(),
  check: z.string(),
  severity: z.enum(['failure', 'warning', 'drift']),
  title: z.string(),
  accepted: z.boolean(),
  /** When a run against this target first had it. */
  first_seen: time,
  /** The cases that showed it, as `case-set.ts` writes them; null where they are too many to list. */
  cases: z.string().nullable(),
});

const contract = fields({
  inconclusive: z.string().nullable(),
  selection: z.string().nullable(),
  strict: z.boolean(),
  cases: fields({
    total: count,
    passed: count,
    failed: count,
    warned: count,
    skipped: count,
    inconclusive: count,
  }),
  /** The cases that came to a judgement, as `case-set.ts` writes them. */
  judged_cases: z.string(),
  /** The worst of the cases that did not pass, and how many more there are. */
  not_passed: list(fields({ id: z.string(), outcome: z.string() })),
  not_passed_more: count,
  causes: list(cause),
  /** Fingerprints of the causes that are too many to be told with their titles. */
  more_causes: list(z.string()),
  /** The rules that nobody promised, by what was seen of them. Absent in older records. */
  rules: fields({ confirmed: list(z.string()), refuted: list(z.string()) }).optional(),
  /** What responses had, as records without `packed_shape` hold it. */
  shape: list(
    fields({
      command: z.string(),
      refused_with: count.optional(),
      responses: count,
      /** `[place, in how many responses, types, values of small sets]`. */
      places: list(z.tuple([z.string(), count, list(z.string()), list(z.string())]).readonly()),
    }),
  ).optional(),
  /** What responses had, by command, and refusals by status. Absent in older records, and where a record would be too large. */
  packed_shape: list(
    fields({
      command: z.string(),
      refused_with: count.optional(),
      responses: count,
      /** `[characters shared with the place before, what follows them, in how many responses, types by |, …values of small sets]`. */
      places: list(z.tuple([count, z.string(), count, z.string()], z.string()).readonly()),
    }),
  ).optional(),
});

const distribution = fields({
  count,
  p50: number.nullable(),
  p90: number.nullable(),
  p95: number.nullable(),
  p99: number.nullable(),
  /** The 95 % intervals of p50 and p95, which say how exact this night was by itself. */
  p50_interval: list(number.nullable()).nullable(),
  p95_interval: list(number.nullable()).nullable(),
});

const step = fields({
  name: z.string(),
  command: z.string(),
  rate_per_second: number.nullable(),
  concurrency: number.nullable(),
  duration_ms: number,
  ledger: fields({
    intended: count,
    shed: count,
    sent: count,
    ok: count,
    http_error: count,
    invalid: count,
    transport_error: count,
    timeout: count,
    unfinished: count,
  }),
  http_error_by_status: z.record(z.string(), count).readonly(),
  latency_us: distribution,
  service_us: distribution,
  /** Latencies by half octave, `[band, count]`: band n holds those from 2^(n/2) µs up to below 2^((n+1)/2) µs. */
  bands: list(list(count)),
  /** Points of the percentile curve of the latency, `[quantile 0..1, microseconds]`. */
  curve: list(list(number)),
  /** True where something of ours shaped the figures: they are told and never compared. */
  is_ours: z.boolean(),
});

const threshold = fields({
  expression: z.string(),
  step: z.string(),
  observed: number.nullable(),
  limit: number,
  outcome: z.enum(['met', 'broken', 'inconclusive']),
});

const scenario = fields({
  name: z.string(),
  model: z.enum(['open', 'closed']),
  connections: count,
  warmup_ms: number,
  inconclusive: z.string().nullable(),
  steps: list(step),
  /** How many steps are left out, on a night with very many. */
  steps_more: count,
  thresholds: list(threshold),
  capacity: fields({
    command: z.string(),
    rate_per_second: number.nullable(),
    /** The lowest rate that broke an objective; null where none did, absent in records of older versions. */
    broken_at_per_second: number.nullable().optional(),
    objectives: list(z.string()).optional(),
  }).nullable(),
  /** The scenario of the same night that it repeats; absent where it repeats none. */
  repeats: z.string().optional(),
});

/** Free calls that start nothing, sent among the paid ones: what the way there and the machine did that night. */
const controls = fields({
  ledger: fields({ sent: count, answered: count, failed: count }),
  kinds: list(
    fields({
      kind: z.string(),
      sent: count,
      latency_us: fields({ count, p50: number.nullable(), p95: number.nullable() }),
    }),
  ),
  /** Why calls, or calls of a kind, were not sent any more. */
  notes: list(z.string()),
});

const revision = fields({
  /** `HARNESS_TARGET_REVISION`, as it was set. */
  declared: z.string().nullable(),
  /** Response headers named like a version, a build or an instance. */
  headers: z.record(z.string(), z.string()).readonly(),
  schema_sha256: z.string().nullable(),
  shape_sha256: z.string().nullable(),
});

const environment = fields({
  cpu: z.string().nullable(),
  cores: count,
  platform: z.string(),
  memory_bytes: count,
  node: z.string(),
  tool_version: z.string(),
  /** Which way of measuring; another number is not comparable. */
  measures: count,
  description_sha256: z.string().nullable(),
  profile_sha256: z.string().nullable(),
  workflow: z.string().nullable(),
  processes: count,
  shards: count,
  seed: number,
});

const spend = fields({
  workflow_runs_started: count,
  cap: number.nullable(),
  left_running: count,
  tokens: number.nullable(),
});

export const nightSchema = fields({
  history_version: z.literal(HISTORY_VERSION),
  id: z.string().min(1),
  started_at: time,
  ended_at: time,
  profile: z.enum(['nightly', 'release']).nullable(),
  target: fields({ name: z.string(), is_sandbox: z.boolean() }),
  verdict,
  interrupted: z.boolean(),
  reasons: list(z.string()),
  mover: z.string(),
  contract: contract.nullable(),
  load: fields({ inconclusive: z.string().nullable(), scenarios: list(scenario) }).nullable(),
  controls: controls.nullable(),
  spend,
  surroundings: environment,
  revision,
});

export type NightRecord = z.infer<typeof nightSchema>;
export type NightCause = z.infer<typeof cause>;
export type NightContract = z.infer<typeof contract>;
export type NightScenario = z.infer<typeof scenario>;
export type NightStep = z.infer<typeof step>;
export type NightDistribution = z.infer<typeof distribution>;
export type NightRevision = z.infer<typeof revision>;

/** Reads one record, or says in words why it can't be. */
export function parseNight(text: string): NightRecord | { readonly why: string } {
  const value = jsonOf(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { why: text.trim() === '' ? 'it is empty' : 'it is not a JSON object' };
  const version: unknown = (value as Readonly<Record<string, unknown>>)['history_version'];
  if (typeof version !== 'number') return { why: 'it has no history_version' };
  if (version > HISTORY_VERSION)
    return {
      why: `its history_version is ${version}, newer than the ${HISTORY_VERSION} that this tool reads; use the newer tool`,
    };
  const parsed = nightSchema.safeParse(migrated(value, version, MIGRATIONS));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? 'it' : `/${issue.path.join('/')}`;
  return { why: `${where}: ${issue?.message ?? 'is not a record'}` };
}

/** What makes a record of one version one of the next; the key is the version it comes from. */
export type Migrations = Readonly<Record<number, (old: object) => object>>;

/** Version 1 is the first. The record of version n is made one of version n + 1 by the entry n. */
const MIGRATIONS: Migrations = {};

/** Takes a record through every version between its own and the last one that there is a step for. */
export function migrated(value: object, version: number, steps: Migrations): object {
  const step = steps[version];
  return step === undefined
    ? value
    : migrated({ ...step(value), history_version: version + 1 }, version + 1, steps);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
