/**
 * The result of one run of the harness: the one interface between the rooms, saved as `result.json`.
 * Types only, no behaviour; `reports/result.schema.json` is generated from it and its
 * neighbours `contract-result.ts`, `load-result.ts` and `exchange.ts`.
 * Units are part of each name (`_ms`, `_us`); times are ISO 8601 in UTC; `null` means "not known" or "not asked for".
 */

import type { ContractResult } from './contract-result.ts';
import type { HistoryView } from './history-view.ts';
import type { LoadResult } from './load-result.ts';
import type { ReleaseComparison } from './release-comparison.ts';
import type { VerdictWord } from './exchange.ts';

export type { VerdictWord } from './exchange.ts';

/** One share of a load, as one machine of several sends it; `npm run merge` judges all of them together. */
export interface Share {
  /** Counted from 1. */
  readonly index: number;
  readonly count: number;
  /** True when all was sent that this share was to send. */
  readonly complete: boolean;
}

export interface Spend {
  readonly workflow_runs_started: number;
  /** Most runs this invocation may start; null on loopback, where nothing is paid for. */
  readonly cap: number | null;
  readonly ended_by: {
    readonly stopped: number;
    readonly completed: number;
    /** Runs that the target no longer knew when they were to be stopped; absent where there were none. */
    readonly deleted?: number;
    readonly left_running: number;
  };
  /** Starts that may have begun a run whose id no response told: unanswered, or answered without one. Counted against the cap. */
  readonly unknown_starts?: number;
  /** Requests that stopped what the tests and the load had left; no budget of requests counts them. */
  readonly cleanup_requests?: number;
  /** Ids of runs that could not be stopped. */
  readonly left_running_ids: readonly string[];
  /** Tokens read back from the runs; null when no response told. */
  readonly tokens: number | null;
}

/** What changed since an earlier run against the same target with the same parts; told by fingerprint. */
export interface SinceLast {
  readonly run_id: string;
  readonly started_at: string;
  readonly verdict: VerdictWord;
  /** Fingerprints that this run has and that one had not. */
  readonly appeared: readonly string[];
  /** What that run had and this one, which asked the same, has not. */
  readonly gone: readonly { readonly fingerprint: string; readonly check: string; readonly title: string }[];
}

/** What the target says of itself, and what was set where it does not. */
export interface TargetRevision {
  /** `HARNESS_TARGET_REVISION`; null where it was not set. */
  readonly declared: string | null;
  /** Headers of its responses that are named like a version, a build or an instance; several values are joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  /** SHA-256 of the description that the target itself serves; null where none was read. */
  readonly schema_sha256: string | null;
  /** SHA-256 of the fields and types that its responses had; null where none was accepted. */
  readonly shape_sha256: string | null;
}

/** Who has to act: the API's owners, the environment's, or the harness's. */
export type ActionOwner = 'nobody' | 'api' | 'environment' | 'harness';

/** The whole of one run. */
export interface RunResult {
  readonly schema_version: 1;
  readonly tool: {
    readonly name: string;
    readonly version: string;
    /** Which way of measuring; figures of another number are not comparable. Absent in results of older versions. */
    readonly measures?: number;
  };
  readonly run: {
    readonly id: string;
    readonly started_at: string;
    readonly ended_at: string;
    readonly seed: number;
    /** The command that repeats this run, without secrets. */
    readonly command: string;
    readonly interrupted: boolean;
    /** The profile that described the run, and the SHA-256 of its file; absent where none did. */
    readonly profile?: {
      readonly name: 'nightly' | 'release';
      readonly file: string;
      readonly sha256: string;
    };
    /** Where the run was written, as seen from the folder of this tool; absent where that is not known. */
    readonly folder?: string;
    /** Which share of the load this run sent, in results of older versions; now `share`. */
    readonly shard?: { readonly index: number; readonly count: number };
    /** How many machines sent the load, in a result that was merged from their shares. */
    readonly shards?: number;
    /** SHA-256 of the description that was judged by; absent in results of older versions. */
    readonly description_sha256?: string;
    readonly host: {
      /** The model of the processor; absent where it is not known. */
      readonly cpu?: string;
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
    /** The workflow whose runs were started, as a mark that is the same each time and does not tell it. */
    readonly workflow?: string;
    readonly revision?: TargetRevision;
  };
  /** Null for one share of a load, which nobody can judge alone. */
  readonly verdict: VerdictWord | null;
  /** Absent when the run sent its whole load. */
  readonly share?: Share;
  /** Sentences, the weightiest first. */
  readonly reasons: readonly string[];
  readonly mover: ActionOwner;
  /** What makes the next run one that can be judged; empty where this one was, absent in results of older versions. */
  readonly next_steps?: readonly string[];
  readonly contract: ContractResult | null;
  readonly load: LoadResult | null;
  readonly spend: Spend;
  /** A release held against an earlier run by a policy; absent where it was not. */
  readonly release?: ReleaseComparison;
  /** Absent where no earlier run is known. */
  readonly since_last?: SinceLast;
  /** Since the last run that was GO, which may be the last one; absent where none is known. */
  readonly since_go?: SinceLast;
  /** Since the last release that was GO; absent where none is known. */
  readonly since_release?: SinceLast;
  /** What the nights before tell; absent where there are none. */
  readonly history?: HistoryView;
}
