import { BudgetExhausted } from './limits.ts';
import { controlOf, type Control } from './control.ts';
import type { About } from '../cases/case.ts';
import type { TestItem, Undecided } from './test-item.ts';
import type { ItemResult } from './record-file.ts';
import { Recorder } from './recorder.ts';
import { RunLimitReached } from './run-limit.ts';
import type { Session } from './session.ts';
import type { Places } from './waiting.ts';

/** Conducts the items of an agenda: ahead with several in flight, or each when it is asked for. */
export interface Scheduler {
  resultOf(item: TestItem): Promise<ItemResult>;
}

/** Conducts each item when it is asked for: the runner alone knows which those are. */
export function scheduleOnDemand(session: Session, done: (conducted: ItemResult) => void): Scheduler {
  return {
    resultOf: async (item) => {
      const control = controlOf(session);
      const first = await conduct(session, control, item, new Recorder());
      session.held.clear();
      const conducted = 'again' in first ? await conduct(session, control, item, first.again, true) : first;
      if ('again' in conducted) throw new Error('an item was to be asked a third time');
      session.held.clear();
      done(conducted);
      return conducted;
    },
  };
}

/** One item in the queue; a recorder when it was given up once for a limit of runs at a time. */
interface Queued {
  readonly item: TestItem;
  readonly again: Recorder | null;
}

/**
 * Conducts all items side by side as far as there are places, in their order; one that goes on from others waits for
 * them. After an interruption no further item begins; its promise never settles then.
 */
export function scheduleAhead(
  session: Session,
  items: readonly TestItem[],
  places: Places,
  signal: AbortSignal,
  done: (conducted: ItemResult) => void,
): Scheduler {
  const settle = new Map<string, (conducted: ItemResult) => void>();
  const results = new Map(
    items.map(({ about }) => [
      about.id,
      new Promise<ItemResult>((resolve) => {
        settle.set(about.id, resolve);
      }),
    ]),
  );
  const queue: Queued[] = items.map((item) => ({ item, again: null }));
  const running = new Set<Promise<void>>();
  const begun = new Map<string, Promise<void>>();
  const control = controlOf(session);
  const carryOut = async ({ item, again }: Queued): Promise<void> => {
    // What has not begun may never do so while all places are taken.
    const before = item.after.flatMap((id) => begun.get(id) ?? []);
    await session.waiting.aside(Promise.all(before));
    const conducted = await conduct(session, control, item, again ?? new Recorder(), again !== null);
    if (signal.aborted) return; // its connections were closed under it
    if ('again' in conducted) {
      queue.push({ item, again: conducted.again });
      return;
    }
    done(conducted);
    settle.get(item.about.id)?.(conducted);
  };
  const allEnded = async (): Promise<void> => {
    while (running.size > 0) await Promise.all(running);
    session.held.clear();
  };
  const dispatch = async (): Promise<void> => {
    for (;;) {
      if (queue.length === 0) await allEnded();
      const next = takeNext(queue, session);
      if (next === undefined || signal.aborted) return;
      if (next.item.isExclusive === true || session.limit.isSerial) await allEnded();
      await places.take();
      const ended = carryOut(next).finally(() => {
        places.give();
        running.delete(ended);
      });
      running.add(ended);
      begun.set(next.item.about.id, ended);
      if (next.item.isExclusive === true) await allEnded();
    }
  };
  void dispatch();
  return {
    resultOf: ({ about }) =>
      results.get(about.id) ??
      Promise.resolve({ about, records: [], toolFailure: 'it is not on the agenda' }),
  };
}

/** One by one, what addresses a live run comes first: the runs of others would have to make room for it again. */
function takeNext(queue: Queued[], session: Session): Queued | undefined {
  const live = session.limit.isSerial ? queue.findIndex(({ item }) => item.usesLiveRun === true) : -1;
  return live > 0 ? queue.splice(live, 1)[0] : queue.shift();
}

/** Never rejects: a failure of this tool in one item is told and costs no other. */
async function conduct(
  session: Session,
  control: Promise<Control>,
  item: TestItem,
  recorder: Recorder,
  isSecond = false,
): Promise<ItemResult | { readonly again: Recorder }> {
  const began = performance.now();
  const { id, title, group, command, field } = item.about;
  const about: About = { id, title, group, command, field };
  try {
    const undecided = await decide(session, await control, item, recorder, isSecond);
    if (undecided === 'again') return { again: recorder };
    const duration_ms = Math.round(performance.now() - began);
    const outcome = { id, title, group, command, reason: undecided?.reason ?? null, duration_ms };
    const record = recorder.finish(outcome, field, undecided?.outcome ?? null);
    return { about, records: [record, ...session.setUp.splice(0)], toolFailure: null };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { about, records: [], toolFailure: session.target.redact(message.split('\n')[0] ?? '') };
  }
}

async function decide(
  session: Session,
  control: Control,
  item: TestItem,
  recorder: Recorder,
  isSecond: boolean,
): Promise<Undecided | 'again' | null> {
  if (control.inconclusive !== null)
    return { outcome: 'inconclusive', reason: control.inconclusive.sentence };
  if (!control.startAccepted)
    return { outcome: 'skipped', reason: 'no ordinary start was accepted; see the control' };
  const left = session.leftOut.get(item.about.id);
  if (left !== undefined) return { outcome: 'skipped', reason: left };
  session.requests.begin(item.about.id);
  try {
    return await item.conduct(session, recorder);
  } catch (error) {
    if (error instanceof BudgetExhausted) return { outcome: 'skipped', reason: error.message };
    if (!(error instanceof RunLimitReached)) throw error;
    return isSecond ? { outcome: 'inconclusive', reason: error.message } : 'again';
  }
}
