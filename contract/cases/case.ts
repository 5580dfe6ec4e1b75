import type { JsonValue } from '../../result/json.ts';
import type { Evidence, HeaderPair } from '../../result/exchange.ts';
import type { Credential } from '../../api/exchange.ts';

/** What a case does to the promise: keeps a constraint, breaks exactly one, or asks what the page leaves open. */
export type Intent = 'keep' | 'break' | 'characterise';

/** What a case can cost: nothing, a run if the server errs or the page is silent, or a run by design. */
export type SpendClass = 'free' | 'may-start' | 'starts';

/** The accepted body that a case starts from: a start of the configured workflow, or `data` to a live run. */
export type Base = 'start' | 'address';

/** The one difference between the base and the request of a case. */
export type Mutation =
  | { readonly kind: 'none' }
  | { readonly kind: 'set'; readonly path: readonly (string | number)[]; readonly value: JsonValue }
  | { readonly kind: 'omit'; readonly field: string }
  /** Several fields at once, in JSON that keeps every constraint. */
  | {
      readonly kind: 'compose';
      readonly set: Readonly<Record<string, JsonValue>>;
      readonly omit: readonly string[];
    }
  /** More variables in some maps. */
  | { readonly kind: 'variables'; readonly variables: readonly Variable[] }
  /** A live or configured id, spoilt: so that it is well-formed and unknown. */
  | {
      readonly kind: 'unknown-id';
      readonly field: 'workflow_id' | 'workflow_run_id';
      /** True when our workflow is named beside it. */
      readonly withWorkflow?: boolean;
    }
  /** An id of another length: the base's own with characters taken away or added. */
  | { readonly kind: 'resize'; readonly field: string; readonly length: number }
  /** JSON text in one place: a JavaScript value can't say NaN or 1e400. */
  | { readonly kind: 'literal'; readonly path: readonly (string | number)[]; readonly json: string }
  /** An id inside an object, under the names by which stores and mappers know it. */
  | { readonly kind: 'wrap'; readonly field: 'workflow_id' | 'workflow_run_id' }
  /**
   * The body as text; `{body}` stands for the base's JSON, `{members}` for what stands between its braces,
   * `{workflow_id}` for our workflow.
   */
  | { readonly kind: 'raw'; readonly text: string }
  /** The base's JSON without its last characters. */
  | { readonly kind: 'truncated'; readonly characters: number };

/** In the strings of a mutation this stands for the byte 0xff, which no UTF-8 text has. */
export const NO_TEXT = '\ufdd0';

/** A variable of its own key in each of some maps, its value as JSON text: a JavaScript value would lose -0. */
export interface Variable {
  readonly key: string;
  readonly fields: readonly string[];
  readonly json: string;
}

/** The statuses that confirm an assumption, and its rule. */
export interface Characterisation {
  readonly rule: string;
  readonly confirmedBy: readonly number[];
}

/** What a test is about, for the result. */
export interface About {
  /** Stable over runs and readable: `negative/workflow_id/length-23`. */
  readonly id: string;
  /** A short sentence that names the fault, if there is one. */
  readonly title: string;
  readonly group: string;
  readonly command: string;
  /** The request field it is about, or null. */
  readonly field: string | null;
}

/** By what a plan is narrowed. */
export interface Selectable {
  readonly id: string;
  readonly title: string;
  readonly command?: string;
  readonly rule?: string;
}

/** One concrete request with its intent and the one constraint it keeps or breaks. Plain data. */
export interface Case extends About {
  readonly group:
    'positive' | 'value' | 'negative' | 'body' | 'authentication' | 'protocol' | 'open-question';
  readonly intent: Intent;
  /** The rule of the description that the response is held against. */
  readonly rule: string;
  /** JSON pointer into the description to the constraint. */
  readonly constraint: string;
  readonly evidence: Evidence;
  readonly spend: SpendClass;
  readonly base: Base;
  /** The state to which the live run is brought first: elsewhere the command would be refused whatever is wrong with it. */
  readonly state?: 'paused';
  /** Fields set on the base before the mutation: the command and the ids it needs. */
  readonly mutation: Mutation;
  readonly method: string;
  /** What stands after the operation's path; usually nothing. */
  readonly pathSuffix: string;
  readonly credential: Credential;
  readonly headers: readonly HeaderPair[];
  /** How the body is framed, where not by its length. */
  readonly framing?: 'chunked';
  readonly characterisation: Characterisation | null;
  /** Ids of the cases whose values this one brings along: once it is accepted without a violation, so are they. */
  readonly carries: readonly string[];
}

/** The ids of the cases that others carry, each with those that do. */
export function batchesOf(cases: readonly Case[]): ReadonlyMap<string, readonly string[]> {
  const batches = new Map<string, readonly string[]>();
  for (const { id, carries } of cases)
    for (const carried of carries) batches.set(carried, [...(batches.get(carried) ?? []), id]);
  return batches;
}

const JSON_CONTENT: readonly HeaderPair[] = [['content-type', 'application/json']];

/** The parts that most cases share; a case is this with what it says of its own. */
export const ORDINARY = {
  command: 'start',
  field: null,
  spend: 'may-start',
  base: 'start',
  mutation: { kind: 'none' },
  method: 'POST',
  pathSuffix: '',
  credential: { kind: 'valid' },
  headers: JSON_CONTENT,
  characterisation: null,
  carries: [],
} as const satisfies Partial<Case>;
