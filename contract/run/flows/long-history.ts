import { flowOf, HISTORY_PAIRS } from '../../budget/flows.ts';
import { judgeHistory } from './history.ts';
import type { Undecided } from '../test-item.ts';
import { withLiveRun } from './live-runs.ts';
import type { Recorder } from '../recorder.ts';
import type { Session } from '../session.ts';
import { newRunFlow, step } from './run-flow.ts';

const about = flowOf('lifecycle/history');

/** Sends data to the live run that has most until its history is long; each response is held against the one before. */
export async function fillUp(session: Session, recorder: Recorder): Promise<Undecided | null> {
  const pairs = (runId: string | null): number => session.views.get(runId ?? '')?.inputs?.length ?? 0;
  session.idleRuns.sort((a, b) => pairs(a.runId) - pairs(b.runId)); // the last one is lent
  return withLiveRun(session, async ({ runId, takesData }) => {
    if (runId === null || !takesData)
      return { outcome: 'skipped', reason: 'no data was accepted by a live run' };
    const flow = { ...newRunFlow(about), runId };
    for (let sent = 0; pairs(runId) < HISTORY_PAIRS && sent < HISTORY_PAIRS; sent += 1) {
      const taken = await step(session, recorder, flow, 'data');
      if (taken.accepted) continue;
      const reason = `data was refused when the run had ${pairs(runId)} pairs: a longer history was not seen`;
      return { outcome: 'inconclusive', reason };
    }
    return judgeHistory(session, recorder, flow);
  });
}
