/** What responses were seen to have, and what the target serves of its own schemas. Types only. */

import type { Acceptance } from './acceptance-mark.ts';

/** One place of the responses to a command. */
export interface ObservedPlace {
  /** Array indices as `[]`. */
  readonly place: string;
  /** In how many responses it was. */
  readonly seen: number;
  /** Of how many, where that is not all responses to the command: from the first night that saw it to the last. */
  readonly of?: number;
  /** The JSON types that it had, in alphabetical order. */
  readonly types: readonly string[];
  /** The values of a small set of words that the description knows of; absent elsewhere: no other value is kept. */
  readonly values?: readonly string[];
}

/** The responses to one command that were accepted, or refused with one status. */
export interface ObservedCommand {
  readonly command: string;
  /** The status that they were refused with; absent where they were accepted. */
  readonly refused_with?: number;
  readonly responses: number;
  readonly places: readonly ObservedPlace[];
}

/** The schemas that a target serves of itself. */
export type LiveSchema =
  | { readonly state: 'read'; readonly document: unknown }
  /** `absent`: there is none. `not-compared`: there is something that can't be read. */
  | { readonly state: 'absent'; readonly why: string }
  | { readonly state: 'not-compared'; readonly why: string };

/** What one run has seen of the shape of an environment. */
export interface ObservedShape {
  readonly commands: readonly ObservedCommand[];
  readonly live_schema: LiveSchema;
}

/** A difference between what was known of an environment and what this run has seen. */
export interface ShapeChange {
  /** The command, or the schema that is served under this name. */
  readonly operation: string;
  readonly side: 'request' | 'response' | 'operation';
  readonly place: string;
  readonly old: string;
  readonly new: string;
  readonly direction: 'widened' | 'narrowed' | 'changed';
  readonly class: 'breaking' | 'additive' | 'unclear';
  readonly because: string;
  readonly references: readonly ('description' | 'observed' | 'live-schema' | 'rules')[];
  /** Whether somebody accepted what it is held against, it was only observed, or it is our description. */
  readonly against: 'accepted' | 'observed' | 'described';
  readonly fingerprint: string;
  /** Where somebody accepted this change by its fingerprint. */
  readonly acceptance?: Acceptance;
}

/** What a run was held against, and whether it could be. Skipped and not compared are no agreement. */
export interface ShapeReference {
  readonly reference: 'description' | 'observed' | 'live-schema' | 'rules';
  readonly state: 'compared' | 'skipped' | 'not-compared';
  readonly why: string;
}

/** The whole comparison. */
export interface ShapeComparison {
  readonly references: readonly ShapeReference[];
  readonly changes: readonly ShapeChange[];
  /** Where the schemas that the target serves differ from our description; they weigh nothing. */
  readonly described?: readonly ShapeChange[];
  /** What is told besides, a sentence each: places that were not seen for long. */
  readonly notes: readonly string[];
}
