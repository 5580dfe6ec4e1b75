/** The load part of a result. Types only; the conventions are those of `result.ts`. */

import type { Exchange, Inconclusive } from './exchange.ts';
import type { HeaderCounts } from './version-headers.ts';

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

/** One second of a step, or several of a long one; times in microseconds. */
export interface SecondRow {
  /** Seconds since the step began, 0-based, by intended send time. */
  readonly second: number;
  /** How many seconds the row is for; 1 when absent. Long steps have rows of several. */
  readonly seconds?: number;
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

/** The slowest requests of a step, the slowest first, and those that went wrong, each cause in turn; at most twenty of each. */
export interface NotableRequests {
  readonly slowest: readonly NotableRequest[];
  readonly wrong: readonly NotableRequest[];
}

/** One request under load, with what finds it in the provider's logs. */
export interface NotableRequest {
  /** When it was due, as an ISO time of this machine's clock. */
  readonly due_at: string;
  /** From due to the end of the response. */
  readonly response_ms: number;
  /** From the send to the end of the response. */
  readonly service_ms: number;
  /** Whose waits were in the response time; what is left is the target's. */
  readonly waits_ms: {
    /** This process was late, stopped or busy. */
    readonly own?: number;
    /** The target asked for a pause. */
    readonly held?: number;
    /** All connections were busy. */
    readonly ceiling?: number;
    /** No prepared run was ready. */
    readonly pool?: number;
    /** The target took no connections. */
    readonly down?: number;
  };
  readonly fate: Exclude<keyof Ledger, 'intended' | 'shed' | 'sent' | 'unfinished'>;
  /** Null when no response came. */
  readonly status: number | null;
  /** What was wrong; null for a good response. */
  readonly cause: string | null;
  /** The trace id that it was sent with; null where HARNESS_TRACE is off. */
  readonly trace_id: string | null;
  /** By what the response names the request; null where it does not. */
  readonly request_id: string | null;
}

/** A distinct way a response was wrong under load, with one example. */
export interface LoadFailureExample {
  readonly cause: string;
  readonly count: number;
  readonly exchange: Exchange | null;
}

/** A time that all requests of a step went through; percentiles in microseconds, null where the sample can't carry them. */
export interface TimePart {
  readonly count: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly max: number | null;
  readonly mean: number | null;
}

/** The parts of a response time, in their order; together they are the response time. */
export interface TimeParts {
  /** From due until this tool noticed: its own lateness. Absent times in the closed model are 0. */
  readonly noticed: TimePart;
  /** Until the target allowed it: a pause that was asked for by Retry-After. */
  readonly allowed: TimePart;
  /** Until there was a connection, and a prepared run where one is needed. */
  readonly connection: TimePart;
  /** Until the request was written. */
  readonly written: TimePart;
  readonly first_byte: TimePart;
  /** From the first byte to the last. */
  readonly answered: TimePart;
  /** How long the end of the response may have lain in its socket before this tool read it, at most; within `answered` or `first_byte`. */
  readonly read_late: TimePart;
}

/** Requests beyond a limit. `cluster` of them are worth one independent request. */
export interface ShareBeyond {
  readonly count: number;
  readonly of: number;
  readonly cluster: number;
}

/** The times of a request that a threshold can limit; a step has the distribution of each as `<kind>_us`. */
export const TIME_KINDS = ['latency', 'service'] as const;

export type TimeKind = (typeof TIME_KINDS)[number];

/** How many requests were beyond a limit at which a threshold is judged. */
export interface BeyondLimit {
  readonly of: TimeKind;
  readonly limit_us: number;
  /** True when a time that is equal to the limit is beyond it. */
  readonly at_limit: boolean;
  /** With every wait in them. */
  readonly all: ShareBeyond;
  /** With what was ours, or was asked for, taken off; without what went out in a burst that this had made. */
  readonly without_ours: ShareBeyond;
  /** How many of `without_ours` are there only because the target took no connections. */
  readonly while_down: number;
  /** `without_ours` without those: what the target did while it could be reached. Absent in results of older versions. */
  readonly without_down?: ShareBeyond;
  /** Whose waits put requests beyond the limit that would not be there without them, in milliseconds. */
  readonly ours_ms: {
    readonly generator: number;
    readonly pause: number;
    readonly connections: number;
    readonly runs: number;
  };
}

/** How the connections of a step did. */
export interface StepConnections {
  /** Most that were allowed. */
  readonly ceiling: number;
  /** Requests that waited because all of them were busy. */
  readonly waited: number;
  /** How many would have done; null where the responses became slower with more of them under way, or nothing waited. */
  readonly needed: number | null;
}

/** One stretch of a scenario at one rate, for one command. */
export interface LoadStep {
  readonly name: string;
  readonly command: string;
  readonly rate_per_second: number | null;
  readonly concurrency: number | null;
  readonly duration_ms: number;
  /** Requests sent per second of the step's measured time, or of the time over which they went out where that was longer. */
  readonly achieved_per_second: number;
  /** Good responses per second of measured time, or of the time over which they came where that was longer. */
  readonly ok_per_second?: number;
  readonly ledger: Ledger;
  /** How many of `shed` would still have waited, had the load not been over; none when absent. */
  readonly cut_off?: number;
  /** Why `shed` work was not sent, where that was not the target's doing. */
  readonly shed_by?: {
    readonly generator: number;
    readonly pause: number;
    readonly connections: number;
    readonly runs: number;
    /** The target took no connections. */
    readonly down: number;
  };
  /** Commands refused to runs that may have ended by themselves, and chains whose run did: not seen, so not judged. */
  readonly runs_ended?: number;
  /** Count of responses in `http_error` by status code. */
  readonly http_error_by_status: Readonly<Record<string, number>>;
  /** From the intended send to the end of the response: good responses, and requests that were never answered. */
  readonly latency_us: Distribution;
  /** From the actual send to the end of the response. */
  readonly service_us: Distribution;
  /** The same of responses that were not good, which make no percentile better. */
  readonly failed_us?: TimePart;
  readonly parts_us?: TimeParts;
  /** Means without what was ours, or was asked for, in microseconds. */
  readonly mean_without_ours_us?: {
    readonly latency: number | null;
    readonly service: number | null;
    /** The same without the waits while the target took no connections; absent when there were none. */
    readonly latency_up?: number | null;
  };
  /** One for each limit of a threshold on times. */
  readonly beyond?: readonly BeyondLimit[];
  readonly connections?: StepConnections;
  /** From the actual send to the first byte of the response; empty for a whole chain. */
  readonly first_byte_us: Distribution;
  readonly pacing_error_us: {
    readonly p50: number | null;
    readonly p95?: number | null;
    readonly p99: number | null;
    readonly max: number | null;
  };
  readonly seconds: readonly SecondRow[];
  readonly failures: readonly LoadFailureExample[];
  /** The requests to look up in the provider's logs; absent for a whole chain. */
  readonly notable?: NotableRequests;
  /** Sentences a reader must know before the numbers ("saturated: queueing added 840 ms"). */
  readonly notes: readonly string[];
  /** What of ours kept the rate down, so that the throughput is not the target's; absent where nothing did. */
  readonly limited_by?: Inconclusive;
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
  /** Why it is inconclusive; absent where it is not. */
  readonly cause?: Inconclusive['cause'];
  /** Who broke it, where that was not the API. */
  readonly mover?: 'environment';
  /** A sentence: what was observed, the limit, and why it is inconclusive if it is. */
  readonly sentence: string;
}

/** One rate that a capacity search tried. */
export interface CapacityProbe {
  /** `control` asks the highest rate that was kept again, after a probe that broke. */
  readonly phase: 'exponential' | 'binary' | 'confirming' | 'control';
  readonly rate_per_second: number;
  /** Good responses per second of the probe's measured time. */
  readonly answered_per_second: number;
  readonly duration_ms: number;
  readonly ledger: Ledger;
  readonly latency_us: Distribution;
  readonly service_us: Distribution;
  readonly outcome: 'kept' | 'broken' | 'inconclusive';
  /** What of the environment or of ours decided it; absent where it was the operation itself. */
  readonly cause?: Inconclusive['cause'];
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
  /** Where responses per second fall although the rate rises; null when not seen. */
  readonly collapse_per_second: number | null;
  /** In the order in which they were tried. */
  readonly probes: readonly CapacityProbe[];
  /** The outcome in one sentence: the rate, what limits it, and how the operation behaves beyond it. */
  readonly sentence: string;
}

export interface LoadScenario {
  readonly name: string;
  /** The scenario of this run that it repeats, because that was suspect; absent where it repeats none. */
  readonly repeats?: string;
  readonly model: 'open' | 'closed';
  /** Most connections at a time. */
  readonly connections: number;
  readonly warmup_ms: number;
  /** How long connections took: name look-up and TCP, and after that TLS; null where there was none. */
  readonly connect: { readonly tcp_us: Distribution; readonly tls_us: Distribution | null } | null;
  readonly inconclusive: Inconclusive | null;
  /** What the API did wrong before anything could be measured; absent where it did not. */
  readonly failure?: string;
  readonly steps: readonly LoadStep[];
  readonly thresholds: readonly ThresholdOutcome[];
  /** Only of a capacity search. */
  readonly capacity?: Capacity;
  /** Headers of responses that are named like a version, a build or an instance. Absent in results of earlier versions. */
  readonly version_headers?: HeaderCounts;
}

export interface GeneratorHealth {
  /** Each figure as it was in the worst stretch of load. */
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

/** Free calls with the right key that start nothing, sent evenly among the paid ones; in no other ledger. */
export interface LoadControls extends ControlLedger {
  readonly kinds: readonly ControlsOfKind[];
  /** Why calls, or calls of a kind, were not sent any more; none of it is held against the API. */
  readonly notes: readonly string[];
}

/** `intended = sent + shed`, and `sent = answered + failed`. */
export interface ControlLedger {
  readonly intended: number;
  /** Not sent, because the load was over, or nothing was to be sent any more. */
  readonly shed: number;
  readonly sent: number;
  /** A response came, whatever it was. */
  readonly answered: number;
  readonly failed: number;
}

/** Control calls of one kind; how far a call goes into the service is different for each. */
export interface ControlsOfKind extends ControlLedger {
  readonly kind: string;
  readonly by_status: Readonly<Record<string, number>>;
  /** From the actual send to the end of the response, of those that were answered as calls of this kind are. */
  readonly latency_us: TimePart;
}

export interface LoadResult {
  readonly inconclusive: Inconclusive | null;
  readonly duration_ms: number;
  readonly scenarios: readonly LoadScenario[];
  readonly generator: GeneratorHealth | null;
  /** What was run once more because it was suspect, and what that said; absent where nothing was suspect. */
  readonly asked_again?: string;
  /** Absent where no control calls were sent. */
  readonly controls?: LoadControls;
}
