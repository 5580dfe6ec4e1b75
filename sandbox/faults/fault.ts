import type { Hooks } from '../hooks.ts';

/** The part of the contract that a fault breaks. */
export type FaultClass =
  | 'shape'
  | 'status'
  | 'wire'
  | 'validation'
  | 'acceptance'
  | 'authentication'
  | 'echo'
  | 'history'
  | 'identity'
  | 'time'
  | 'state'
  | 'teams'
  | 'concurrency'
  | 'leakage'
  | 'rare';

/** What a contract run makes of a fault: a failure is NO-GO, the others are reported. */
export type Weight = 'failure' | 'warning' | 'drift';

/** A single defect that the sandbox commits on request, always in the same way. */
export interface Fault {
  readonly name: string;
  readonly class: FaultClass;
  /** The rule of the description that a contract test must name when it finds the fault. */
  readonly rule: string;
  readonly weight: Weight;
  readonly line: string;
  readonly hooks: Hooks;
}

/** A fault as its class's file writes it: the class is added, and the rule and the weight have defaults. */
export type FaultRow = Pick<Fault, 'name' | 'line' | 'hooks'> & Partial<Pick<Fault, 'rule' | 'weight'>>;

/** Completes the rows of one class. */
export function faultsOf(className: FaultClass, rule: string, rows: readonly FaultRow[]): readonly Fault[] {
  return rows.map((row) => ({ class: className, rule, weight: 'failure', ...row }));
}
