/** What a difference between two revisions is. Plain data; `policy.ts` says what it weighs. */

/** On which side of an operation: in what is sent, in what comes back, or the operation as a whole. */
export type Side = 'request' | 'response' | 'operation';

/** What differs. */
export type DifferenceKind =
  | 'operation-added'
  | 'operation-removed'
  | 'field-added'
  | 'required-field-added'
  | 'field-removed'
  | 'field-required'
  | 'field-optional'
  | 'type'
  | 'values'
  | 'limit'
  | 'other-fields';

/** Whether the new rule allows more than the old one, less, or something else. */
export type Direction = 'widened' | 'narrowed' | 'changed';

/** How much a difference weighs. `unclear`: one of the references can't tell, such as an example that is no schema. */
export type DifferenceClass = 'breaking' | 'additive' | 'unclear';

export interface Difference {
  /** The operation or the command, such as `POST /workflows/v1/workflow-runs` or `start`. */
  readonly operation: string;
  readonly side: Side;
  /** The place, array indices as `[]`; empty for the whole. */
  readonly place: string;
  readonly kind: DifferenceKind;
  readonly direction: Direction;
  /** The old and the new rule, in words. */
  readonly old: string;
  readonly new: string;
}
