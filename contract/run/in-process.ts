import { loadOperation } from '../../openapi/registry.ts';
import type { ContractResult } from '../../result/contract-result.ts';
import type { Target } from '../../target/target.ts';
import { suiteOf } from './suite.ts';
import { openScheduler } from './scheduler.ts';
import { controlOf } from './control.ts';
import { collectResult } from './result.ts';
import type { ContractPlan } from './plan.ts';
import type { ItemResult } from './record-file.ts';
import { openSession } from './session.ts';
import { openPlaces } from './waiting.ts';

/**
 * The same suite without a runner: for comparisons that need hundreds of contract runs, and for self-tests.
 * `npm run contract` goes through Playwright.
 */
export async function contractInProcess(given: ContractPlan, target: Target): Promise<ContractResult> {
  const plan = { ...given, hasOtherKey: target.otherKey !== null };
  const operation = loadOperation();
  const began = performance.now();
  const places = openPlaces(plan.inFlight);
  const session = openSession(target, plan, 0, places);
  const conducted: ItemResult[] = [];
  const keep = (one: ItemResult): void => void conducted.push(one);
  try {
    const suite = suiteOf(operation, plan);
    const control = await controlOf(session);
    const scheduler = openScheduler(session, places, new AbortController().signal, keep);
    scheduler.add(suite);
    for (const item of suite) await scheduler.resultOf(item);
    const durationMs = performance.now() - began;
    return collectResult(operation, plan, {
      control,
      conducted,
      interrupted: false,
      toolErrors: [],
      durationMs,
    });
  } finally {
    await session.close();
  }
}
