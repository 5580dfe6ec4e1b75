import type { OutlineEntry } from '../contract/run/outline.ts';
import { controlOf } from '../contract/run/control.ts';
import { isUnderCommandLine, readPlan } from '../contract/run/plan.ts';
import { keepItemResult, sayProgress, type ItemResult } from '../contract/run/record-file.ts';
import { openScheduler } from '../contract/run/scheduler.ts';
import { sessionFromEnvironment, type Control } from '../contract/run/session.ts';
import { openPlaces } from '../contract/run/waiting.ts';

/** What the tests of one worker get their results from. */
export interface Engine {
  control(): Promise<Control>;
  /**
   * Begins to ask: the entries of one test side by side, or under the command line, where all are wanted, the whole
   * suite. What comes back tells what an entry came to.
   */
  begin(entries: readonly OutlineEntry[]): Promise<(entry: OutlineEntry) => Promise<ItemResult>>;
  close(): Promise<void>;
}

/** Opens a session with the target. How the suite is sent is loaded when it is begun: the control needs none of it. */
export function openEngine(workerIndex: number): Engine {
  const plan = readPlan(process.env);
  // The runner is gone: what is started from here on would be stopped by nobody.
  process.once('disconnect', () => process.exit(1));
  const isWhole = isUnderCommandLine(process.env);
  const say = (line: string): void => {
    if (isWhole) process.stderr.write(`${line}\n`);
  };
  const places = openPlaces(plan.inFlight);
  const session = sessionFromEnvironment(workerIndex, places, say);
  const stop = new AbortController();
  const openSuite = async () => {
    const { suiteOf } = await import('../contract/run/suite.ts');
    const suite = suiteOf(session.operation, plan);
    const progress = sayProgress(suite.length, say);
    controlOf(session).then(
      ({ record }) => {
        progress({ records: [record] });
      },
      () => undefined, // each item that needs it tells the failure
    );
    const scheduler = openScheduler(session, places, stop.signal, (result) => {
      keepItemResult(plan.stateDir, result);
      progress(result);
    });
    if (isWhole) scheduler.add(suite);
    return { items: new Map(suite.map((item) => [item.about.id, item])), scheduler };
  };
  let opened: ReturnType<typeof openSuite> | null = null;
  return {
    control: () => controlOf(session),
    async begin(entries) {
      opened ??= openSuite();
      const { items, scheduler } = await opened;
      scheduler.add(entries.flatMap(({ id }) => items.get(id) ?? []));
      return async (entry) => {
        const item = items.get(entry.id);
        if (item !== undefined) return scheduler.resultOf(item);
        return { about: entry, records: [(await controlOf(session)).record], toolFailure: null };
      };
    },
    async close() {
      stop.abort();
      await session.close();
    },
  };
}
