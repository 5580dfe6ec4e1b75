import type { Violation } from '../checks/violation.ts';
import type { CallResult } from '../../api/exchange.ts';
import { toFinding } from '../checks/finding.ts';
import type { Recorder } from './recorder.ts';
import type { Session } from './session.ts';

/** Which test asks, for its findings. */
export interface FlowCase {
  readonly id: string;
  readonly title: string;
}

/** Turns the violations of a response into findings of a test. */
export function reportFindings(
  session: Session,
  recorder: Recorder,
  about: FlowCase,
  result: CallResult | null,
  command: string,
  violations: readonly Violation[],
): void {
  const context = {
    caseId: about.id,
    caseTitle: about.title,
    command,
    result,
    reproduced: 'not-retried',
    strict: session.plan.strict,
    redactQuote: session.target.redactQuote,
  } as const;
  recorder.objected(command, violations, session.plan.strict);
  recorder.found(violations.map((violation) => toFinding(violation, context)));
}
