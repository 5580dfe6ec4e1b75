/** A release held against an earlier run by a policy. Types only; the conventions are those of `result.ts`. */

import type { VerdictWord } from './exchange.ts';

/** One row of the policy and what came of it; a row that speaks of several steps has one for each. */
export interface ReleaseRow {
  readonly kind: 'part' | 'metric' | 'accepted';
  /** `contract`, `start p95`, … */
  readonly name: string;
  /** `unknown`: it was required, and could not be evaluated, or its interval holds the limit. */
  readonly outcome: 'kept' | 'broken' | 'unknown';
  readonly sentence: string;
  /** The loss, a share of what it was or, of errors, of all requests, with its 95 % interval; null where it was not measured. */
  readonly loss: readonly [estimate: number, low: number, high: number] | null;
  /** The largest loss that the policy allows; null where it is about no figure. */
  readonly limit: number | null;
}

/** What a release was held against, by what, and what came of it. */
export interface ReleaseComparison {
  readonly baseline: {
    readonly id: string;
    readonly started_at: string;
    readonly verdict: VerdictWord;
    readonly target: string;
    /** What its target told of itself; empty where it told nothing. */
    readonly revision: string;
  };
  readonly policy: { readonly file: string; readonly sha256: string };
  readonly rows: readonly ReleaseRow[];
  /** What else was not the same, in words. */
  readonly differences: readonly string[];
}

/** The file of the baseline's record in the folder of a release. */
export const BASELINE_FILE = 'baseline.json';
/** The copy of the policy there. */
export const POLICY_FILE = 'release-policy.yaml';
