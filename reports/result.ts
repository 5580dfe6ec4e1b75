/**
 * The result of one run of the harness: the one interface between the rooms, saved as `result.json`.
 * Types only, no behaviour; `reports/result.schema.json` is generated from this file.
 * Units are part of each name (`_ms`, `_us`); times are ISO 8601 in UTC; `null` means "not known" or "not asked for".
 */

/** How well a rule is known, strongest first; see docs/evidence.md. */
export type EvidenceLevel = 'documented' | 'entailed' | 'standard' | 'related' | 'assumed';

/** Where a rule stands and how well it is known. */
export interface Evidence {
  readonly level: EvidenceLevel;
  /** The document and the place in it, in words. */
  readonly source: string;
}

export type VerdictWord = 'GO' | 'NO-GO' | 'INCONCLUSIVE';

/** Why a part of the run can't be judged. The sentence is for people; the cause is for machines. */
export interface Inconclusive {
  readonly cause:
    | 'environment-down'
    | 'tls-not-verified'
    | 'key-refused'
    | 'operation-not-deployed'
    | 'throttled'
    | 'run-input-refused'
    | 'not-an-api'
    | 'nothing-compared'
    | 'coverage-incomplete'
    | 'too-few-samples'
    | 'generator-saturated'
    | 'budget-exhausted'
    | 'circuit-broken'
    | 'interrupted'
    | 'harness-error'
    | 'not-run';
  readonly sentence: string;
}

/** A header as sent or received, name in lower case, value redacted. */
export type HeaderPair = readonly [name: string, value: string];

/** The request of an exchange, redacted when it was built. */
export interface RequestEvidence {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly HeaderPair[];
  /** The body as text, redacted and cut at 64 KiB; null when none was sent. */
  readonly body: string | null;
  readonly body_bytes: number;
}

/** The answer of an exchange, redacted when it was built. */
export interface ResponseEvidence {
  readonly status: number;
  readonly headers: readonly HeaderPair[];
  /** The body as text, redacted and cut at 4 KiB. */
  readonly body: string;
  readonly body_bytes: number;
}

/** Why no answer came. */
export interface TransportFailure {
  readonly kind:
    'refused' | 'reset' | 'timeout' | 'tls' | 'dns' | 'cut-short' | 'too-large' | 'protocol' | 'network';
  readonly message: string;
}

/** One request and what came back, as evidence: exactly one of response and failure is not null. */
export interface Exchange {
  readonly request: RequestEvidence;
  readonly response: ResponseEvidence | null;
  readonly failure: TransportFailure | null;
  readonly duration_ms: number;
}

export type Severity = 'failure' | 'warning' | 'drift';

/** What was decided about a drift: its name is expected until a day, for a reason. It changes no severity and no verdict. */
export interface Acceptance {
  /** Whether the day was still to come, or on, when the run began. */
  readonly state: 'accepted' | 'expired';
  readonly reason: string;
  /** The day on which it was accepted, and the last on which that holds; UTC, like `2026-11-25`. */
  readonly accepted_at: string;
  readonly expires_at: string;
}

/** How many kinds of drift a run saw, by fingerprint, and how many of them were accepted or once were. */
export interface DriftCounts {
  readonly total: number;
  readonly accepted: number;
  readonly expired: number;
}

/** A check's objection to one exchange. */
export interface Finding {
  /** Unique in this result: the fingerprint and a counter. */
  readonly id: string;
  /** Stable over runs: a hash of check, operation, schema path and kind, never of text; of a value only where it is the drift. */
  readonly fingerprint: string;
  /** The check's name, in the field's own words (`response-schema-conformance`). */
  readonly check: string;
  readonly severity: Severity;
  readonly evidence: Evidence;
  /** The rule that is broken, as a sentence. */
  readonly rule: string;
  /** One sentence: where, what was promised, what came. */
  readonly title: string;
  readonly case_id: string;
  readonly case_title: string;
  readonly command: string | null;
  /** JSON pointer into the description. */
  readonly schema_path: string;
  /** JSON pointer into the answer's body where the offence is, or null. */
  readonly response_path: string | null;
  readonly curl: string;
  readonly exchange: Exchange | null;
  readonly reproduced: 'reproduced' | 'flaky' | 'not-retried';
  /** When a run against this target first had the fingerprint, ISO 8601; absent where no earlier run is known. */
  readonly first_seen?: string;
  /** Only of a drift whose name was accepted, be it that this has expired. */
  readonly acceptance?: Acceptance;
}

/** An observation that is compared, never failed: a rule of the level `assumed`. */
export interface Assumption {
  readonly id: string;
  readonly text: string;
  readonly state: 'confirmed' | 'refuted' | 'not_seen';
  readonly observed: string | null;
}

export interface CaseCounts {
  readonly total: number;
  readonly passed: number;
  readonly failed: number;
  readonly warned: number;
  readonly skipped: number;
  readonly inconclusive: number;
}

/** How often something was looked at, and how often something was held against it. */
export interface CoverageRow {
  readonly name: string;
  readonly exercised: number;
  readonly failed: number;
}

/** One cell of command × check. */
export interface MatrixCell {
  readonly command: string;
  readonly check: string;
  readonly exercised: number;
  readonly failed: number;
  readonly warned: number;
}

/** How one documented field of the answer came out in the accepted answers to one command. */
export interface AnswerFieldCell {
  readonly command: string;
  /** In how many answers the field was, or was missed although it is required. */
  readonly exercised: number;
  /** In how many of them it broke its schema; `warned` where the rule is not known well enough for a failure. */
  readonly failed: number;
  readonly warned: number;
  /** Fingerprint of the weightiest cause; absent where there is none. */
  readonly cause?: string;
}

/** One documented field of the answer, command by command. */
export interface AnswerFieldRow {
  /** Its place in the answer, array indices as `[]`; empty for the whole body. */
  readonly field: string;
  /** The commands in whose accepted answers it was looked at; the others are left out. */
  readonly commands: readonly AnswerFieldCell[];
}

export interface Coverage {
  readonly commands: readonly CoverageRow[];
  readonly request_fields: readonly CoverageRow[];
  readonly response_fields: readonly CoverageRow[];
  readonly statuses: readonly CoverageRow[];
  readonly checks: readonly CoverageRow[];
  readonly matrix: readonly MatrixCell[];
  /** Command × response schema: each field of the description. Absent in results of earlier versions. */
  readonly answer_fields?: readonly AnswerFieldRow[];
}

/** What became of one case. */
export interface CaseOutcome {
  readonly id: string;
  readonly title: string;
  readonly group: string;
  readonly command: string | null;
  readonly outcome: 'passed' | 'failed' | 'warned' | 'skipped' | 'inconclusive';
  /** Why it was skipped or inconclusive; null otherwise. */
  readonly reason: string | null;
  readonly duration_ms: number;
}

export interface ContractResult {
  readonly inconclusive: Inconclusive | null;
  readonly strict: boolean;
  /** What the run was narrowed to (`--only`, `--replay`), or null when every case was meant to run. */
  readonly selection: string | null;
  readonly requests_sent: number;
  readonly duration_ms: number;
  readonly cases: CaseCounts;
  /** Absent where accepted drift was not looked up. */
  readonly drift?: DriftCounts;
  readonly outcomes: readonly CaseOutcome[];
  readonly findings: readonly Finding[];
  readonly coverage: Coverage;
  readonly assumptions: readonly Assumption[];
}

/** What became of the requests of a step. `intended = sent + shed`; `sent` = the sum of the six fates. */
export interface Ledger {
  readonly intended: number;
  readonly shed: number;
  readonly sent: number;
  readonly ok: number;
  readonly http_error: number;
  readonly invalid: number;
  readonly transport_error: number;
  readonly timeout: number;
  readonly unfinished: number;
}

/** A 95 % interval of a percentile, in microseconds; the upper end is null when the sample can't bound it. */
export type Interval = readonly [low: number, high: number | null];

/**
 * A distribution of times in microseconds. A percentile is null where the sample can't carry it, and a lower
 * bound (named in `at_least`) where unanswered requests reach it.
 */
export interface Distribution {
  readonly count: number;
  /** How many of `count` are unanswered requests, known only by a lower bound. */
  readonly censored: number;
  readonly p50: number | null;
  readonly p90: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly p999: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly interval: {
    readonly p50: Interval | null;
    readonly p90: Interval | null;
    readonly p95: Interval | null;
    readonly p99: Interval | null;
    readonly p999: Interval | null;
  };
  /** The percentiles that are lower bounds ("≥"), because unanswered requests reach them. */
  readonly at_least: readonly ('p50' | 'p90' | 'p95' | 'p99' | 'p999' | 'max')[];
  /** Points of the percentile curve, `[quantile 0..1, microseconds]`, ascending. */
  readonly curve: readonly (readonly [quantile: number, us: number])[];
}

/** One second of a step; times in microseconds. */
export interface SecondRow {
  /** Seconds since the step began, 0-based, by intended send time. */
  readonly second: number;
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  readonly throttled: number;
  readonly p50_us: number | null;
  readonly p99_us: number | null;
  readonly max_us: number | null;
  /**
   * How many latencies fell into each band, `[band, count]`, ascending, empty bands left out. Band n holds the latencies
   * from 2^(n/2) µs up to below 2^((n+1)/2) µs. Absent where they were not counted.
   */
  readonly bands?: readonly (readonly [band: number, count: number])[];
}

/** A distinct way an answer was wrong under load, with one example. */
export interface LoadFailureExample {
  readonly cause: string;
  readonly count: number;
  readonly exchange: Exchange | null;
}

/** One stretch of a scenario at one rate, for one command. */
export interface LoadStep {
  readonly name: string;
  readonly command: string;
  readonly rate_per_second: number | null;
  readonly concurrency: number | null;
  readonly duration_ms: number;
  /** Requests sent per second of the step's measured time. */
  readonly achieved_per_second: number;
  readonly ledger: Ledger;
  /** Count of answers in `http_error` by status code. */
  readonly http_error_by_status: Readonly<Record<string, number>>;
  /** From the intended send to the end of the answer. */
  readonly latency_us: Distribution;
  /** From the actual send to the end of the answer. */
  readonly service_us: Distribution;
  /** From the actual send to the first byte of the answer; empty for a whole chain. */
  readonly first_byte_us: Distribution;
  readonly pacing_error_us: {
    readonly p50: number | null;
    readonly p99: number | null;
    readonly max: number | null;
  };
  readonly seconds: readonly SecondRow[];
  readonly failures: readonly LoadFailureExample[];
  /** Sentences a reader must know before the numbers ("saturated: queueing added 840 ms"). */
  readonly notes: readonly string[];
  /** Why this step alone can't be judged (the generator could not keep up with it); absent where it can. */
  readonly inconclusive?: Inconclusive;
}

export interface ThresholdOutcome {
  readonly expression: string;
  readonly step: string;
  /** In the expression's own unit; null when there was no datum. */
  readonly observed: number | null;
  readonly unit: 'ms' | 'ratio' | 'per_second' | 'count';
  readonly interval: Interval | null;
  readonly limit: number;
  readonly outcome: 'met' | 'broken' | 'inconclusive';
  /** A sentence: what was observed, the limit, and why it is inconclusive if it is. */
  readonly sentence: string;
}

/** One rate that a capacity search tried. */
export interface CapacityProbe {
  readonly phase: 'exponential' | 'binary' | 'confirming';
  readonly rate_per_second: number;
  /** Good answers per second of the probe's measured time. */
  readonly answered_per_second: number;
  readonly duration_ms: number;
  readonly ledger: Ledger;
  readonly latency_us: Distribution;
  readonly service_us: Distribution;
  readonly outcome: 'kept' | 'broken' | 'inconclusive';
  /** Why, with figures. */
  readonly sentence: string;
}

/** The highest rate at which the objectives held, and how the operation behaves around it. */
export interface Capacity {
  /** The objectives, as threshold expressions. */
  readonly objectives: readonly string[];
  readonly command: string;
  /** The highest confirmed rate; null when none was. */
  readonly rate_per_second: number | null;
  /** The lowest rate that broke an objective; null when none did. */
  readonly broken_at_per_second: number | null;
  /** Where latency leaves its plateau while throughput still follows the rate; null when not seen. */
  readonly knee_per_second: number | null;
  /** Where answers per second fall although the rate rises; null when not seen. */
  readonly collapse_per_second: number | null;
  /** In the order in which they were tried. */
  readonly probes: readonly CapacityProbe[];
  /** The outcome in one sentence: the rate, what limits it, and how the operation behaves beyond it. */
  readonly sentence: string;
}

export interface LoadScenario {
  readonly name: string;
  readonly model: 'open' | 'closed';
  readonly connections: number;
  readonly warmup_ms: number;
  /** How long connections took: name look-up and TCP, and after that TLS; null where there was none. */
  readonly connect: { readonly tcp_us: Distribution; readonly tls_us: Distribution | null } | null;
  readonly inconclusive: Inconclusive | null;
  readonly steps: readonly LoadStep[];
  readonly thresholds: readonly ThresholdOutcome[];
  /** Only of a capacity search. */
  readonly capacity?: Capacity;
}

export interface GeneratorHealth {
  readonly event_loop_delay_us: { readonly p50: number; readonly p99: number; readonly max: number };
  /** Share of one core used by this process while load was running, 0..1 and above. */
  readonly cpu: number;
  readonly saturated: boolean;
  /** What is wrong with the generator and what helps; null when nothing is. */
  readonly sentence: string | null;
  /** Pauses for garbage collection while load was running. */
  readonly gc?: { readonly count: number; readonly total_ms: number; readonly max_ms: number };
  /** How many processes sent; 1 when absent. */
  readonly processes?: number;
}

export interface LoadResult {
  readonly inconclusive: Inconclusive | null;
  readonly duration_ms: number;
  readonly scenarios: readonly LoadScenario[];
  readonly generator: GeneratorHealth | null;
}

export interface Spend {
  readonly workflow_runs_started: number;
  /** Most runs this invocation may start; null on loopback, where nothing is paid for. */
  readonly cap: number | null;
  readonly ended_by: { readonly stopped: number; readonly completed: number; readonly left_running: number };
  /** Starts that may have begun a run whose id no answer told: unanswered, or answered without one. Counted against the cap. */
  readonly unknown_starts?: number;
  /** Ids of runs that could not be stopped. */
  readonly left_running_ids: readonly string[];
  /** Tokens read back from the runs; null when no answer told. */
  readonly tokens: number | null;
}

/** What changed since the last run against the same target with the same parts; told by fingerprint. */
export interface SinceLast {
  readonly run_id: string;
  readonly started_at: string;
  readonly verdict: VerdictWord;
  /** Fingerprints that this run has and that one had not. */
  readonly appeared: readonly string[];
  /** What that run had and this one, which asked the same, has not. */
  readonly gone: readonly { readonly fingerprint: string; readonly check: string; readonly title: string }[];
}

/** Who has to move: the API's owners, the environment's, or the harness's. */
export type Mover = 'nobody' | 'api' | 'environment' | 'harness';

/** The whole of one run. */
export interface RunResult {
  readonly schema_version: 1;
  readonly tool: { readonly name: string; readonly version: string };
  readonly run: {
    readonly id: string;
    readonly started_at: string;
    readonly ended_at: string;
    readonly seed: number;
    /** The command that repeats this run, without secrets. */
    readonly command: string;
    readonly interrupted: boolean;
    /** Where the run was written, as seen from the folder of this tool; absent where that is not known. */
    readonly folder?: string;
    /** Which part of the load this run sent, counted from 1; absent when it sent the whole. */
    readonly shard?: { readonly index: number; readonly count: number };
    readonly host: {
      readonly cores: number;
      readonly node: string;
      readonly platform: string;
      readonly memory_bytes: number;
    };
  };
  readonly target: {
    readonly base_url: string;
    readonly is_sandbox: boolean;
    /** The faults switched on in the embedded sandbox, if it is one. */
    readonly sandbox_faults: readonly string[];
  };
  readonly verdict: VerdictWord;
  /** Sentences, the weightiest first. */
  readonly reasons: readonly string[];
  readonly mover: Mover;
  readonly contract: ContractResult | null;
  readonly load: LoadResult | null;
  readonly spend: Spend;
  /** Absent where no earlier run is known. */
  readonly since_last?: SinceLast;
}
