import { loadOperation } from '../../openapi/registry.ts';
import type { ContractResult } from '../../result/contract-result.ts';
import type { Exchange } from '../../result/exchange.ts';
import type { ApiClient } from '../../target/send.ts';
import type { Target } from '../../target/target.ts';
import { suiteOf } from './suite.ts';
import { openScheduler } from './scheduler.ts';
import { controlOf } from './control.ts';
import { collectResult } from './result.ts';
import type { ContractPlan } from './plan.ts';
import { sayProgress, type ItemResult } from './record-file.ts';
import { openSession } from './session.ts';
import { openPlaces } from './waiting.ts';

/** What whoever asks in this process wants to hear of. */
export interface InProcess {
  /** Ends the run when it is aborted; what was done until then is in the result. */
  readonly signal?: AbortSignal;
  /** Each exchange, once it is over. */
  readonly exchanged?: (exchange: Exchange) => void;
  /** How far the run is, and each cause of failure when it first shows. */
  readonly say?: (line: string) => void;
}

/**
 * The same suite without a runner: for a case that is replayed, for comparisons that need hundreds of contract runs, and
 * for self-tests. `npm run contract` goes through Playwright.
 */
export async function contractInProcess(
  given: ContractPlan,
  target: Target,
  {
    signal = new AbortController().signal,
    exchanged = () => undefined,
    say = () => undefined,
  }: InProcess = {},
): Promise<ContractResult> {
  const plan = { ...given, hasOtherKey: target.otherKey !== null };
  const operation = loadOperation();
  const began = performance.now();
  const places = openPlaces(plan.inFlight);
  const opened = openSession(target, plan, 0, places);
  const session = { ...opened, client: overheard(opened.client, exchanged) };
  const interrupted = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
  const conducted: ItemResult[] = [];
  try {
    const suite = suiteOf(operation, plan);
    const tell = sayProgress(suite.length, say);
    const keep = (one: ItemResult): void => {
      conducted.push(one);
      tell(one);
    };
    const control = await controlOf(session);
    tell({ records: [control.record] });
    const scheduler = openScheduler(session, places, signal, keep);
    scheduler.add(suite);
    for (const item of suite) await Promise.race([scheduler.resultOf(item), interrupted]);
    const durationMs = performance.now() - began;
    return collectResult(operation, plan, {
      control,
      conducted,
      interrupted: signal.aborted,
      toolErrors: [],
      durationMs,
    });
  } finally {
    await session.close();
  }
}

function overheard(client: ApiClient, exchanged: (exchange: Exchange) => void): ApiClient {
  return {
    async send(request, travel) {
      const result = await client.send(request, travel);
      exchanged(result.evidence);
      return result;
    },
    close: () => client.close(),
  };
}
