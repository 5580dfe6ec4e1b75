import { BudgetExhausted } from './request-budget.ts';
import { controlOf } from './control.ts';
import type { About } from '../cases/case.ts';
import type { TestItem, Undecided } from './test-item.ts';
import type { ItemResult } from './record-file.ts';
import { Recorder } from './recorder.ts';
import { RunLimitReached } from './run-limit.ts';
import type { Control, Session } from './session.ts';
import type { Places } from './waiting.ts';

/** Conducts items side by side as far as there are places. */
export interface Scheduler {
  /** Queues items in this order; those that are known keep their place. */
  add(items: readonly TestItem[]): void;
  /** What an item came to; one that is not known is queued. */
  resultOf(item: TestItem): Promise<ItemResult>;
}

/** One item in the queue; a recorder when it was given up once for a limit of runs at a time. */
interface Queued {
  readonly item: TestItem;
  readonly again: Recorder | null;
}

/** The results of items, promised when they are queued. */
function openResults() {
  const settle = new Map<string, (result: ItemResult) => void>();
  const results = new Map<string, Promise<ItemResult>>();
  return {
    /** False when the item was promised before. */
    promise({ about }: TestItem): boolean {
      if (results.has(about.id)) return false;
      results.set(about.id, new Promise((resolve) => settle.set(about.id, resolve)));
      return true;
    },
    settle(item: TestItem, result: ItemResult): void {
      settle.get(item.about.id)?.(result);
    },
    of: ({ about }: TestItem): Promise<ItemResult> =>
      results.get(about.id) ?? Promise.reject(new Error(`${about.id} was not queued`)),
  };
}

/**
 * Opens the scheduler of a session. Items begin in their order; one that continues others waits for those of them that
 * have begun. After an interruption no further item begins; its promise never settles then.
 */
export function openScheduler(
  session: Session,
  places: Places,
  signal: AbortSignal,
  done: (result: ItemResult) => void,
): Scheduler {
  const results = openResults();
  const queue: Queued[] = [];
  const running = new Set<Promise<void>>();
  const begun = new Map<string, Promise<void>>();
  let isDispatching = false;
  const carryOut = async ({ item, again }: Queued): Promise<void> => {
    // What has not begun may never do so while all places are taken.
    const before = item.after.flatMap((id) => begun.get(id) ?? []);
    await session.waiting.aside(Promise.all(before));
    const result = await conduct(session, item, again ?? new Recorder(), again !== null);
    if (signal.aborted) return; // its connections were closed under it
    if ('again' in result) {
      queue.push({ item, again: result.again });
      return;
    }
    done(result);
    results.settle(item, result);
  };
  const allEnded = async (): Promise<void> => {
    while (running.size > 0) await Promise.all(running);
    session.held.clear();
  };
  const dispatch = async (): Promise<void> => {
    isDispatching = true;
    for (;;) {
      if (queue.length === 0) await allEnded();
      const next = takeNext(queue, session);
      if (next === undefined || signal.aborted) break;
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
    isDispatching = false;
  };
  const add = (items: readonly TestItem[]): void => {
    for (const item of items) if (results.promise(item)) queue.push({ item, again: null });
    if (!isDispatching) void dispatch();
  };
  return {
    add,
    resultOf(item) {
      add([item]);
      return results.of(item);
    },
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
  item: TestItem,
  recorder: Recorder,
  isSecond = false,
): Promise<ItemResult | { readonly again: Recorder }> {
  const began = performance.now();
  const { id, title, group, command, field } = item.about;
  const about: About = { id, title, group, command, field };
  try {
    const undecided = await decide(session, await controlOf(session), item, recorder, isSecond);
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
