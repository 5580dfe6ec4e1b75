import { openBooks, type Books } from './step-statistics.ts';
import { restUntil } from './rest.ts';
import { stopRuns } from './cleanup.ts';
import type { LoadContext } from './context.ts';
import type { GeneratorWatch } from '../metrics/generator-health.ts';
import { ratePerSecondOf } from '../arrivals/arrival.ts';
import { openRuntime, type ScenarioRuntime } from './runtime.ts';
import { poolSizeOf } from '../scenario/run-setup.ts';
import type { Facts, ScenarioRecord } from '../metrics/scenario-record.ts';
import type { RequestBudget } from './request-budget.ts';
import type { ScenarioPlan } from '../scenario/plan.ts';
import { runStretch } from './run-stages.ts';
import type { StartBarrier } from './start-barrier.ts';

/** What a process keeps over all its scenarios. */
export interface Station {
  readonly watch: GeneratorWatch;
  readonly requests: RequestBudget;
}

const PREPARE_PARALLEL = 8;

/**
 * Runs one scenario, or our share of it: connect, prepare runs, wait for the others, warm up, measure, drain, stop the
 * runs that were started.
 */
export async function conductScenario(
  plan: ScenarioPlan,
  context: LoadContext,
  { watch, requests }: Station,
  barrier: StartBarrier,
): Promise<ScenarioRecord> {
  const runtime = openRuntime(plan, context, requests);
  const { field, attack, stage, side, connects } = runtime;
  const interrupt = (): void => {
    const sentence = `${plan.scenario.name} was interrupted.`;
    field.halt.stop({ inconclusive: { cause: 'interrupted', sentence }, sentence });
  };
  context.signal.addEventListener('abort', interrupt);
  if (context.signal.aborted) interrupt();
  barrier.onTrip((trip) => {
    field.halt.stop(trip);
  });
  field.halt.onStop(() => {
    if (field.halt.trip !== null) barrier.tripped(field.halt.trip);
  });
  try {
    await Promise.race([attack.ready, field.halt.stopped()]);
    const spread = { ratePerSecond: ratePerSecondOf(plan), parallel: PREPARE_PARALLEL };
    for (const [command, pool] of stage.pools) {
      if (field.halt.trip === null) await pool.prepare(poolSizeOf(plan, command), spread);
    }
    const startMs = await Promise.race([barrier.ready(), field.halt.stopped().then(() => performance.now())]);
    const parts = await runStretch(runtime, startMs, booksFor(runtime, barrier), watch, context.progress);
    await attack.close();
    for (const pool of stage.pools.values()) await pool.settled();
    const facts = factsOf(runtime, watch.cpuOfLast); // what the clean-up meets is not of the load
    await cleanUp(runtime, context);
    return { parts, connects, facts };
  } finally {
    context.signal.removeEventListener('abort', interrupt);
    await attack.close();
    await side.close();
  }
}

/** Opens books for a stretch that begins at a time of the process clock. */
function booksFor(
  { plan, field }: ScenarioRuntime,
  { isShared }: StartBarrier,
): (startMs: number, label: string | null) => Books {
  const longestMs = isShared ? null : 2 * field.target.timeoutMs;
  return (startMs, label) => openBooks(plan, label, startMs, longestMs);
}

function factsOf({ field, stage }: ScenarioRuntime, cpu: number): Facts {
  return {
    trip: field.halt.trip,
    timeoutMs: field.target.timeoutMs,
    heldMs: stage.dispatcher.heldMs,
    holdUntilEpochMs: holdUntilOf(stage),
    ...field.judge.counts,
    pools: [...stage.pools.values()].map((pool) => pool.facts()),
    cpu,
  };
}

function holdUntilOf({ dispatcher: dispatcher }: ScenarioRuntime['stage']): number | null {
  return dispatcher.holdsForMs > 0 ? Date.now() + dispatcher.holdsForMs : null;
}

async function cleanUp({ plan, field, side, stage }: ScenarioRuntime, context: LoadContext): Promise<void> {
  const runIds = [...field.live];
  if (runIds.length === 0) return;
  await restUntil(holdUntilOf(stage), plan.scenario.name, context);
  context.say(`${plan.scenario.name}: stopping ${runIds.length} ${runIds.length === 1 ? 'run' : 'runs'}`);
  await stopRuns(side, runIds, { ratePerSecond: ratePerSecondOf(plan), interruption: context.signal });
  if (field.live.size > 0)
    context.say(
      `${plan.scenario.name}: ${field.live.size} could not be stopped and stay in the ledger as open`,
    );
}
