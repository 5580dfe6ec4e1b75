import type { Violation } from '../checks/violation.ts';
import type { CallResult } from '../../api/exchange.ts';
import type { Recorder } from './recorder.ts';
import type { Session } from './session.ts';

/** Keeps the first exchange that each of some rules was held against and kept, where nobody promised the rule. */
export function exemplify(
  session: Session,
  recorder: Recorder,
  rules: readonly string[],
  result: CallResult,
  violations: readonly Violation[],
): void {
  const { operation, exemplified } = session;
  for (const id of rules) {
    if (exemplified.has(id) || violations.some(({ check }) => check === id)) continue;
    if (operation.rule(id).evidence.level !== 'related') continue;
    exemplified.add(id);
    recorder.example(id, result.evidence);
  }
}
