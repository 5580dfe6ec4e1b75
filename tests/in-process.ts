import { loadOperation } from '../openapi/registry.ts';
import type { ContractResult } from '../reports/result.ts';
import type { Target } from '../target/target.ts';
import { agendaOf } from './agenda.ts';
import { conductAhead } from './conductor.ts';
import { controlOf } from './control.ts';
import { toContractResult } from './contract-result.ts';
import type { ContractPlan } from './plan.ts';
import type { TestRecord } from './record.ts';
import { openSession } from './session.ts';

/**
 * The same agenda without a runner: for comparisons that need hundreds of contract runs, and for self-tests.
 * `npm run contract` goes through Playwright.
 */
export async function contractInProcess(plan: ContractPlan, target: Target): Promise<ContractResult> {
  const operation = loadOperation();
  const began = performance.now();
  const session = openSession(target, plan, 0);
  try {
    const agenda = agendaOf(operation, plan);
    const control = await controlOf(session);
    const conductor = conductAhead(session, agenda, plan.inFlight, new AbortController().signal);
    const records: TestRecord[] = [control.record];
    for (const item of agenda) records.push(...(await conductor.recordsOf(item)));
    return toContractResult(operation, {
      records,
      unrecorded: [],
      inconclusive: control.inconclusive,
      strict: plan.strict,
      selection: plan.replay ?? plan.only,
      durationMs: performance.now() - began,
    });
  } finally {
    await session.close();
  }
}
