import { openStageStats, type StageStats } from './stage.ts';
import { waitForRetryAfter, stopRuns } from './setup-client.ts';
import type { LoadContext, RequestBudget } from './context.ts';
import type { GeneratorWatch } from '../metrics/generator-health.ts';
import { ratePerSecondOf } from '../arrivals/rate-profile.ts';
import { openRuntime, type ScenarioRuntime } from './runtime.ts';
import { poolSizeOf } from '../scenario/run-setup.ts';
import type { Facts, ScenarioRecord } from '../metrics/scenario-record.ts';
import type { ScenarioPlan } from '../scenario/plan.ts';
import { runStages } from './run-stages.ts';
import type { ControlPolicy } from './controls.ts';
import type { StartBarrier } from './start-barrier.ts';

const PREPARE_PARALLEL = 8;

/** What this process may still send, in all scenarios together. */
export interface Budgets {
  readonly requests: RequestBudget;
  readonly controls: ControlPolicy;
}

/**
 * Runs one scenario, or our share of it: connect, prepare runs, wait for the others, warm up, measure, drain, stop the
 * runs that were started.
 */
export async function runScenario(
  plan: ScenarioPlan,
  context: LoadContext,
  watch: GeneratorWatch,
  budgets: Budgets,
  barrier: StartBarrier,
): Promise<ScenarioRecord> {
  const runtime = openRuntime(plan, context, budgets.requests, budgets.controls);
  const { stopSignal, attack, pools, setup, connects, controls } = runtime;
  const interrupt = (): void => {
    const message = `${plan.scenario.name} was interrupted.`;
    stopSignal.stop({ inconclusive: { cause: 'interrupted', sentence: message }, message });
  };
  context.signal.addEventListener('abort', interrupt);
  if (context.signal.aborted) interrupt();
  barrier.onStop((reason) => {
    stopSignal.stop(reason);
  });
  stopSignal.onStop(() => {
    if (stopSignal.reason !== null) barrier.stopped(stopSignal.reason);
  });
  try {
    await Promise.race([Promise.all([attack.ready, controls?.ready]), stopSignal.stopped()]);
    const spread = { ratePerSecond: ratePerSecondOf(plan), parallel: PREPARE_PARALLEL };
    for (const [command, pool] of pools) {
      if (stopSignal.reason === null) await pool.prepare(poolSizeOf(plan, command), spread);
    }
    const startMs = await Promise.race([barrier.ready(), stopSignal.stopped().then(() => performance.now())]);
    const stages = await runStages(runtime, startMs, statsFor(runtime, barrier), watch, context.progress);
    await attack.close();
    await controls?.end();
    for (const pool of pools.values()) await pool.settled();
    const facts = factsOf(runtime, watch.cpuOfLast); // what the clean-up meets is not of the load
    await cleanUp(runtime, context);
    return { stages, connects, facts, controls: controls?.stats ?? null };
  } finally {
    context.signal.removeEventListener('abort', interrupt);
    await attack.close();
    await controls?.close();
    await setup.close();
  }
}

/** Opens the statistics of a stage that begins at a time of the process clock. */
function statsFor(
  { plan, target }: ScenarioRuntime,
  { isShared }: StartBarrier,
): (startMs: number, label: string | null) => StageStats {
  const longestMs = isShared ? null : 2 * target.timeoutMs;
  return (startMs, label) => openStageStats(plan, label, startMs, longestMs);
}

function factsOf(runtime: ScenarioRuntime, cpu: number): Facts {
  const { stopSignal, target, dispatcher, checker, pools } = runtime;
  return {
    stopReason: stopSignal.reason,
    timeoutMs: target.timeoutMs,
    heldMs: dispatcher.heldMs,
    holdUntilEpochMs: holdUntilOf(runtime),
    ...checker.counts,
    versionHeaders: checker.versionHeaders.counts(target.redact),
    pools: [...pools.values()].map((pool) => pool.facts()),
    cpu,
  };
}

function holdUntilOf({ dispatcher }: ScenarioRuntime): number | null {
  return dispatcher.holdsForMs > 0 ? Date.now() + dispatcher.holdsForMs : null;
}

async function cleanUp(runtime: ScenarioRuntime, context: LoadContext): Promise<void> {
  const { plan, liveRuns, setup } = runtime;
  const runIds = [...liveRuns];
  if (runIds.length === 0) return;
  await waitForRetryAfter(holdUntilOf(runtime), plan.scenario.name, context);
  context.say(`${plan.scenario.name}: stopping ${runIds.length} ${runIds.length === 1 ? 'run' : 'runs'}`);
  await stopRuns(setup, runIds, { ratePerSecond: ratePerSecondOf(plan), interruption: context.signal });
  if (liveRuns.size > 0)
    context.say(
      `${plan.scenario.name}: ${liveRuns.size} could not be stopped and stay in the ledger as open`,
    );
}
