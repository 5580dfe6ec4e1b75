import { openBooks, type Books } from './books.ts';
import { stopRuns } from './cleanup.ts';
import type { LoadContext } from './context.ts';
import type { Field } from './field.ts';
import type { GeneratorWatch } from './generator.ts';
import { ratePerSecondOf } from './arrival.ts';
import { openHouse, type ScenarioHouse } from './house.ts';
import { poolSizeOf } from './recipe.ts';
import type { ScenarioPlan } from './scenario.ts';
import { reportScenario, type ScenarioOutcome } from './scenario-report.ts';
import { runStretch } from './stretch.ts';

const PREPARE_PARALLEL = 8;

/** Runs one scenario: connect, prepare runs, warm up, measure, drain, stop the runs that were started. */
export async function runScenario(
  plan: ScenarioPlan,
  context: LoadContext,
  watch: GeneratorWatch,
): Promise<ScenarioOutcome> {
  const house = openHouse(plan, context);
  const { field, attack, stage, side } = house;
  const interrupt = (): void => {
    const sentence = `${plan.scenario.name} was interrupted.`;
    field.halt.stop({ inconclusive: { cause: 'interrupted', sentence }, sentence });
  };
  context.signal.addEventListener('abort', interrupt);
  if (context.signal.aborted) interrupt();
  try {
    await Promise.race([attack.ready, field.halt.stopped()]);
    const spread = { ratePerSecond: ratePerSecondOf(plan), parallel: PREPARE_PARALLEL };
    for (const [command, pool] of stage.pools) {
      if (field.halt.trip === null) await pool.prepare(poolSizeOf(plan, command), spread);
    }
    const parts = await runStretch(house, booksFor(plan, field), watch, context.progress);
    await attack.close();
    for (const pool of stage.pools.values()) await pool.settled();
    await cleanUp(house, context);
    return reportScenario(house, parts, context.outDir);
  } finally {
    context.signal.removeEventListener('abort', interrupt);
    await attack.close();
    await side.close();
  }
}

/** Opens books for a stretch that begins at a time of the process clock. */
function booksFor(plan: ScenarioPlan, field: Field): (startMs: number, label: string | null) => Books {
  return (startMs, label) => openBooks(plan.scenario, label, startMs, 2 * field.target.timeoutMs);
}

async function cleanUp({ plan, field, side }: ScenarioHouse, context: LoadContext): Promise<void> {
  const runIds = [...field.live];
  if (runIds.length === 0) return;
  context.say(`${plan.scenario.name}: stopping ${runIds.length} ${runIds.length === 1 ? 'run' : 'runs'}`);
  await stopRuns(side, runIds, { ratePerSecond: ratePerSecondOf(plan), isHurried: context.signal.aborted });
  if (field.live.size > 0)
    context.say(
      `${plan.scenario.name}: ${field.live.size} could not be stopped and stay in the ledger as open`,
    );
}
