import { BudgetExhausted } from './ask.ts';
import { controlOf, type Control } from './control.ts';
import type { About, Item, Undecided } from './item.ts';
import type { Conducted } from './record-file.ts';
import { Recorder } from './record.ts';
import type { Session } from './session.ts';

/** Conducts the items of an agenda: ahead with several in flight, or each when it is asked for. */
export interface Conductor {
  resultOf(item: Item): Promise<Conducted>;
}

/** Conducts each item when it is asked for: the runner alone knows which those are. */
export function conductOnDemand(session: Session, done: (conducted: Conducted) => void): Conductor {
  return {
    resultOf: async (item) => {
      const conducted = await conduct(session, controlOf(session), item);
      done(conducted);
      return conducted;
    },
  };
}

/**
 * Begins to conduct all items at once, so many in flight, in their order; one that goes on from others waits for them.
 * After an interruption no further item begins;
 * its promise never settles then.
 */
export function conductAhead(
  session: Session,
  items: readonly Item[],
  inFlight: number,
  signal: AbortSignal,
  done: (conducted: Conducted) => void,
): Conductor {
  const settle = new Map<string, (conducted: Conducted) => void>();
  const results = new Map(
    items.map(({ about }) => [
      about.id,
      new Promise<Conducted>((resolve) => {
        settle.set(about.id, resolve);
      }),
    ]),
  );
  const queue = [...items];
  const begun = new Set<string>();
  const control = controlOf(session);
  const isOver = (): boolean => signal.aborted;
  const lane = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined && !isOver(); item = queue.shift()) {
      begun.add(item.about.id);
      // What has not begun may never do so while all lanes wait.
      const before = item.after.filter((id) => begun.has(id));
      await Promise.all(before.flatMap((id) => results.get(id) ?? []));
      const conducted = await conduct(session, control, item);
      if (isOver()) return; // its connections were closed under it
      done(conducted);
      settle.get(item.about.id)?.(conducted);
    }
  };
  for (let i = 0; i < inFlight; i += 1) void lane();
  return {
    resultOf: ({ about }) =>
      results.get(about.id) ??
      Promise.resolve({ about, records: [], toolFailure: 'it is not on the agenda' }),
  };
}

/** Never rejects: a failure of this tool in one item is told and costs no other. */
async function conduct(session: Session, control: Promise<Control>, item: Item): Promise<Conducted> {
  const recorder = new Recorder();
  const began = performance.now();
  const { id, title, group, command, field } = item.about;
  const about: About = { id, title, group, command, field };
  try {
    const undecided = await decide(session, await control, item, recorder);
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
  item: Item,
  recorder: Recorder,
): Promise<Undecided | null> {
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
    throw error;
  }
}
