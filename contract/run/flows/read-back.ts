import { INPUTS, readBack, type ReadBackDifference, type ReadBackResult } from '../../checks/read-back.ts';
import { fixedFields, historyKept, viewOf, type RunView } from '../../checks/run-history.ts';
import type { Violation } from '../../checks/violation.ts';
import type { CallResult } from '../../../api/exchange.ts';
import { getRun } from '../get-run.ts';
import { exemplify } from '../exemplify.ts';
import type { Recorder } from '../recorder.ts';
import { reportFindings } from '../report-findings.ts';
import type { Session } from '../session.ts';
import type { RunFlow } from './run-flow.ts';
import { pauseMs } from './stored-inputs.ts';

/**
 * Holds the run as GET shows it against the last response to a command; nothing where the target has no such route.
 * A read model may lag behind, so what lag can explain counts only when it stays for a whole patience.
 */
export async function compareWithLater(session: Session, recorder: Recorder, flow: RunFlow): Promise<void> {
  const told = session.views.get(flow.runId ?? '');
  const sinceMs = performance.now();
  for (let attempt = 0; told !== undefined; attempt += 1) {
    const result = await getRun(session, recorder, flow.about, flow.runId ?? '');
    if (result?.response?.body.kind !== 'json') return;
    const read = viewOf(result.response.body.value, result.response.text);
    const compared = readBack(session.operation, told, read);
    const isLag = ({ mayLag, place }: ReadBackDifference): boolean =>
      mayLag && !session.readOtherwise.has(place);
    if (compared.differences.some(isLag)) {
      const leftMs = session.waiting.leftMs(sinceMs);
      if (leftMs > 0) {
        await session.waiting.pause(Math.min(leftMs, pauseMs(session, attempt)), 'GET shows an older state');
        continue;
      }
      if (!session.waiting.hasPassed(sinceMs)) return; // the waits of all are over, this one has not had its time
    }
    judge(session, recorder, flow, result, { told, read, compared });
    return;
  }
}

/** A run before and after, and how they differ. */
interface Compared {
  readonly told: RunView;
  readonly read: RunView;
  readonly compared: ReadBackResult;
}

/**
 * What GET has shown as the responses do, and shows otherwise now, the run itself has changed. What it never showed so
 * is how GET renders it, and that is known of a neighbouring page alone.
 */
function judge(
  session: Session,
  recorder: Recorder,
  flow: RunFlow,
  result: CallResult,
  { told, read, compared }: Compared,
): void {
  const { operation, readAlike } = session;
  const hasShown = ({ place }: ReadBackDifference): boolean => readAlike.has(place);
  const changed = compared.differences.filter(hasShown).map(({ place }) => place);
  const own: readonly Violation[] = [
    ...fixedFields(operation, told, read).filter(({ responsePath }) => changed.includes(responsePath ?? '')),
    ...(changed.includes(INPUTS) ? historyKept(operation, told, read) : []),
  ];
  const others = compared.differences.filter((one) => !hasShown(one) || own.length === 0);
  if (compared.alike.length + compared.differences.length > 0) {
    recorder.looked('start', ['read-back']);
    exemplify(
      session,
      recorder,
      ['read-back'],
      result,
      compared.differences.map(({ violation }) => violation),
    );
  }
  if (readAlike.has(INPUTS)) recorder.looked('start', ['history-conservation']);
  if (compared.alike.some((place) => place in told.fixed)) recorder.looked('start', ['fixed-fields']);
  for (const place of compared.alike) readAlike.add(place);
  for (const { place, mayLag } of compared.differences) if (mayLag) session.readOtherwise.add(place);
  const violations = [...own, ...others.map(({ violation }) => violation)];
  reportFindings(session, recorder, flow.about, result, 'start', violations);
}
