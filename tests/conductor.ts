import { BudgetExhausted } from './ask.ts';
import { controlOf, type Control } from './control.ts';
import type { Item, Undecided } from './item.ts';
import { Recorder, type TestRecord } from './record.ts';
import type { Session } from './session.ts';

/** Conducts the items of an agenda: ahead with several in flight, or each when it is asked for. */
export interface Conductor {
  /** The item's own record first, then those of set-up that was made meanwhile. */
  recordsOf(item: Item): Promise<readonly TestRecord[]>;
}

/** Conducts each item when it is asked for: the runner alone knows which those are. */
export function conductOnDemand(session: Session): Conductor {
  return { recordsOf: async (item) => conduct(session, await controlOf(session), item) };
}

/**
 * Begins to conduct all items at once, so many in flight, in their order. After an interruption no further item begins;
 * its promise never settles then.
 */
export function conductAhead(
  session: Session,
  items: readonly Item[],
  inFlight: number,
  signal: AbortSignal,
): Conductor {
  const results = new Map(items.map((item) => [item.about.id, deferred<readonly TestRecord[]>()]));
  const queue = [...items];
  const control = controlOf(session);
  const lane = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined && !signal.aborted; item = queue.shift()) {
      const result = results.get(item.about.id);
      await control.then((made) => conduct(session, made, item)).then(result?.resolve, result?.reject);
    }
  };
  for (let i = 0; i < inFlight; i += 1) void lane();
  return {
    recordsOf: (item) =>
      results.get(item.about.id)?.promise ?? Promise.reject(new Error('not on the agenda')),
  };
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
}

function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (reason: unknown) => void = () => undefined;
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  promise.catch(() => undefined); // it may fail before anybody asks for it
  return { promise, resolve, reject };
}

async function conduct(session: Session, control: Control, item: Item): Promise<readonly TestRecord[]> {
  const recorder = new Recorder();
  const began = performance.now();
  const undecided = await decide(session, control, item, recorder);
  const { id, title, group, command, field } = item.about;
  const outcome = {
    id,
    title,
    group,
    command,
    reason: undecided?.reason ?? null,
    duration_ms: Math.round(performance.now() - began),
  };
  return [recorder.finish(outcome, field, undecided?.outcome ?? null), ...session.setUp.splice(0)];
}

async function decide(
  session: Session,
  control: Control,
  item: Item,
  recorder: Recorder,
): Promise<Undecided | null> {
  if (control.inconclusive !== null)
    return { outcome: 'inconclusive', reason: control.inconclusive.sentence };
  if (session.leftOut.has(item.about.id)) {
    return {
      outcome: 'skipped',
      reason: `left out: it starts a run, and the budget is ${session.plan.budgetRuns ?? 0}`,
    };
  }
  try {
    return await item.conduct(session, control, recorder);
  } catch (error) {
    if (error instanceof BudgetExhausted) return { outcome: 'skipped', reason: error.message };
    throw error;
  }
}
