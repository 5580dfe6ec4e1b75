/** The contract part of a result. Types only; the conventions are those of `result.ts`. */

import type { Acceptance } from './acceptance-mark.ts';
import type { Evidence, Exchange, Inconclusive } from './exchange.ts';
import type { LiveSchema, ObservedCommand, ShapeComparison } from './shape.ts';
import type { HeaderCounts } from './version-headers.ts';

export type { Acceptance } from './acceptance-mark.ts';

export type Severity = 'failure' | 'warning' | 'drift';

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
  /** JSON pointer into the response's body where the offence is, or null. */
  readonly response_path: string | null;
  readonly curl: string;
  readonly exchange: Exchange | null;
  readonly reproduced: 'reproduced' | 'flaky' | 'not-retried';
  /** When a run against this target first had the fingerprint, ISO 8601; absent where no earlier run is known. */
  readonly first_seen?: string;
  /** Only of a drift or a failure that was accepted, be it that this holds no longer. */
  readonly acceptance?: Acceptance;
}

/** What a run has seen of a rule that nobody promised. */
export type AssumptionState = 'confirmed' | 'refuted' | 'not_seen';

/** A row of the assumption ledger: a rule of the level `assumed` or `related`. It fails no run by itself. */
export interface Assumption {
  readonly id: string;
  readonly text: string;
  readonly state: AssumptionState;
  readonly observed: string | null;
  /** What the rule rests on, and all below: absent in results of earlier versions. */
  readonly evidence?: Evidence;
  /** How often it was seen to hold, and how often not. */
  readonly counts?: { readonly confirmed: number; readonly refuted: number };
  /** One exchange that shows the state; null where none was kept. */
  readonly exchange?: Exchange | null;
  /** True of a rule whose breaking is drift, accepted by fingerprint: it is not observed as a rule. */
  readonly is_drift?: boolean;
  /** The runs against this target with each state, this one among them; absent without a history. */
  readonly over_runs?: Readonly<Record<AssumptionState, number>>;
  /** The run that somebody accepted it from for this target: from then on it must hold. */
  readonly accepted?: { readonly run: string; readonly accepted_at: string };
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
  /** Of a command: how often it was accepted. */
  readonly accepted?: number;
  /** False when a GO may do without it; absent in results of earlier versions. */
  readonly required?: boolean;
}

/** One cell of command × check. */
export interface MatrixCell {
  readonly command: string;
  readonly check: string;
  readonly exercised: number;
  readonly failed: number;
  readonly warned: number;
}

/** How one documented field of the response came out in the accepted responses to one command. */
export interface ResponseFieldCell {
  readonly command: string;
  /** In how many responses the field was, or was missed although it is required. */
  readonly exercised: number;
  /** In how many of them it broke its schema; `warned` where the rule is not known well enough for a failure. */
  readonly failed: number;
  readonly warned: number;
  /** Fingerprint of the weightiest cause; absent where there is none. */
  readonly cause?: string;
}

/** One documented field of the response, command by command. */
export interface ResponseFieldRow {
  /** Its place in the response, array indices as `[]`; empty for the whole body. */
  readonly field: string;
  /** The commands in whose accepted responses it was looked at; the others are left out. */
  readonly commands: readonly ResponseFieldCell[];
}

export interface Coverage {
  readonly commands: readonly CoverageRow[];
  readonly request_fields: readonly CoverageRow[];
  readonly response_fields: readonly CoverageRow[];
  readonly statuses: readonly CoverageRow[];
  readonly checks: readonly CoverageRow[];
  /** The constraints of the request, by JSON pointer into the description. Absent in results of earlier versions. */
  readonly constraints?: readonly CoverageRow[];
  readonly matrix: readonly MatrixCell[];
  /** Command × response schema: each field of the description. Absent in results of earlier versions. */
  readonly answer_fields?: readonly ResponseFieldRow[];
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
  /** The commands that the run was narrowed to (`--commands`); absent when all were asked. */
  readonly commands?: readonly string[];
  /** Runs of ours that were active when a start was refused for them; absent when no limit of runs at a time showed. */
  readonly runs_at_a_time?: number;
  readonly requests_sent: number;
  readonly duration_ms: number;
  readonly cases: CaseCounts;
  /** Absent where accepted drift was not looked up. */
  readonly drift?: DriftCounts;
  /** What was accepted and matched nothing, or is another target's: a sentence for each. */
  readonly acceptance_notes?: readonly string[];
  readonly outcomes: readonly CaseOutcome[];
  readonly findings: readonly Finding[];
  readonly coverage: Coverage;
  readonly assumptions: readonly Assumption[];
  /** What responses had, by command, and refusals by status. Absent in results of earlier versions. */
  readonly shape?: readonly ObservedCommand[];
  /** Headers of responses that are named like a version, a build or an instance. Absent in results of earlier versions. */
  readonly version_headers?: HeaderCounts;
  /** The schemas that the target serves of itself; absent where they were not asked for. */
  readonly live_schema?: LiveSchema;
  /** Shape and schemas held against what was accepted or observed before; absent where nothing was looked up. */
  readonly shape_comparison?: ShapeComparison;
}
