import { usAsMs } from '../result/format.ts';
import type { Inconclusive } from '../result/exchange.ts';
import type { LoadControls, LoadResult, LoadScenario } from '../result/load-result.ts';
import type { LoadContext } from './engine/context.ts';
import type { CapacityPlan } from './capacity/plan.ts';
import { CAPACITY } from './scenario/scenario.ts';
import { runCapacity } from './capacity/run.ts';
import { ALONE, beginningAt } from './engine/start-barrier.ts';
import { soloRunner, type Runner } from './workers/runner.ts';
import { openWorkerPool } from './workers/worker-pool.ts';
import type { LoadPlan } from './plan.ts';
import { mergeControls, type ControlStats } from './metrics/control-stats.ts';
import type { Facts } from './metrics/scenario-record.ts';
import type { ScenarioPlan } from './scenario/plan.ts';
import { waitForRetryAfter } from './engine/setup-client.ts';
import { sharedWith, saveShard } from './judge/merge-shards.ts';
import { saveHistograms } from './metrics/histogram-files.ts';
import { reportScenario, type ScenarioOutcome } from './judge/scenario-report.ts';

export type { LoadContext } from './engine/context.ts';

/** Causes after which no other scenario can fare better. */
const HOPELESS: readonly Inconclusive['cause'][] = [
  'environment-down',
  'tls-not-verified',
  'proxy-failed',
  'key-refused',
  'operation-not-deployed',
  'run-input-refused',
  'budget-exhausted',
  'interrupted',
  'harness-error',
];

/** Runs the scenarios of a plan one after another. Never throws for what the target does. */
export async function runLoad(plan: LoadPlan, context: LoadContext): Promise<LoadResult> {
  const beganMs = performance.now();
  if (!context.target.loadAllowed) return refused(plan);
  const runner = await runnerFor(plan, context);
  try {
    const { scenarios, saturation, controls: sent } = await runAll(plan, context, runner);
    const controls = sent.length === 0 ? null : mergeControls(sent.map((one) => one.state())).toResult();
    if (controls !== null) context.say(controlsLine(controls));
    return {
      inconclusive: wholeOf(scenarios),
      duration_ms: Math.round(performance.now() - beganMs),
      scenarios,
      generator: runner.health(saturation),
      ...(controls === null ? {} : { controls }),
    };
  } finally {
    await runner.close();
  }
}

function runnerFor(
  { processes, sharedByShards, startsAtMs }: LoadPlan,
  context: LoadContext,
): Promise<Runner> {
  if (processes > 1)
    return openWorkerPool(processes, context, { startsAtMs, isShare: sharedByShards !== null });
  const barrier = startsAtMs === null ? ALONE : beginningAt(startsAtMs, sharedByShards !== null);
  return Promise.resolve(soloRunner(context, barrier));
}

interface AllScenarios {
  readonly scenarios: readonly LoadScenario[];
  readonly saturation: string | null;
  readonly controls: readonly ControlStats[];
}

async function runAll(plan: LoadPlan, context: LoadContext, runner: Runner): Promise<AllScenarios> {
  const scenarios: LoadScenario[] = [];
  const controls: ControlStats[] = [];
  const saturations: string[] = [];
  let holdUntilEpochMs: number | null = null;
  for (const scenarioPlan of plan.scenarios) {
    const hopeless = hopelessAfter(scenarios, scenarioPlan.scenario.name);
    if (hopeless !== null) {
      scenarios.push(notRun(scenarioPlan, hopeless));
      continue;
    }
    await waitForRetryAfter(holdUntilEpochMs, scenarioPlan.scenario.name, context);
    const outcome = await attempt(scenarioPlan, plan.sharedByShards, context, runner);
    ({ holdUntilEpochMs } = outcome);
    scenarios.push(outcome.scenario);
    if (outcome.controls !== null) controls.push(outcome.controls);
    if (outcome.saturation !== null) saturations.push(outcome.saturation);
    context.say(summaryOf(outcome.scenario));
  }
  if (plan.capacity !== null) {
    const hopeless = hopelessAfter(scenarios, 'the search for the capacity');
    await waitForRetryAfter(hopeless === null ? holdUntilEpochMs : null, CAPACITY, context);
    const { scenario, saturation } =
      hopeless === null
        ? await searchCapacity(plan.capacity, plan.processes, context, runner)
        : { scenario: { ...notRun(plan.capacity.template, hopeless), name: CAPACITY }, saturation: null };
    scenarios.push(scenario);
    if (saturation !== null) saturations.push(saturation);
  }
  return { scenarios, saturation: saturations[0] ?? null, controls };
}

/** Why the next part of a load makes no sense after those before it, or null. */
function hopelessAfter(before: readonly LoadScenario[], next: string): string | null {
  const ended = before.find(
    ({ inconclusive }) => inconclusive !== null && HOPELESS.includes(inconclusive.cause),
  );
  return ended === undefined
    ? null
    : `${next} was not run, because ${ended.name} ended early: ${ended.inconclusive?.sentence ?? ''}`;
}

/** A search for the capacity, which a fault of this tool ends as it would a scenario. */
async function searchCapacity(
  plan: CapacityPlan,
  processes: number,
  context: LoadContext,
  runner: Runner,
): Promise<ScenarioOutcome> {
  try {
    const outcome = await runCapacity(plan, processes, context, runner);
    context.say(outcome.scenario.capacity?.sentence ?? '');
    return outcome;
  } catch (error) {
    return failed(plan.template, CAPACITY, context, error);
  }
}

/** A fault of this tool ends one scenario and is told; it does not take the result of the others with it. */
async function attempt(
  plan: ScenarioPlan,
  sharedByShards: LoadPlan['sharedByShards'],
  context: LoadContext,
  runner: Runner,
): Promise<ScenarioOutcome & Pick<Facts, 'holdUntilEpochMs'> & { readonly controls: ControlStats | null }> {
  try {
    const record = await runner.run(plan);
    const unsaved = saveHistograms(context.outDir, plan.scenario.name, record);
    if (unsaved !== null) context.say(unsaved);
    const { holdUntilEpochMs } = record.facts;
    // Before the statistics are closed into a report: what is closed can't be merged.
    if (sharedByShards !== null)
      saveShard(
        context.outDir,
        sharedWith(sharedByShards, context.target),
        plan,
        record,
        runner.health(null),
      );
    const outcome = { ...reportScenario(plan, record), holdUntilEpochMs, controls: record.controls };
    if (sharedByShards === null) return outcome;
    // Thresholds are about the whole load: a share of it neither keeps nor breaks them.
    return { ...outcome, scenario: { ...outcome.scenario, thresholds: [] } };
  } catch (error) {
    return { ...failed(plan, plan.scenario.name, context, error), holdUntilEpochMs: null, controls: null };
  }
}

function failed(plan: ScenarioPlan, name: string, { target }: LoadContext, error: unknown): ScenarioOutcome {
  const why = target.redact(error instanceof Error ? error.message : 'unknown');
  const message = `The harness failed in ${name}: ${why}`;
  const scenario = {
    ...notRun(plan, ''),
    name,
    inconclusive: { cause: 'harness-error' as const, sentence: message },
  };
  return { scenario, saturation: null };
}

function refused(plan: LoadPlan): LoadResult {
  const message = 'Load outside loopback needs the host in HARNESS_ALLOW_HOSTS; nothing was sent.';
  return {
    inconclusive: { cause: 'not-run', sentence: message },
    duration_ms: 0,
    scenarios: [...plan.scenarios, ...(plan.capacity === null ? [] : [plan.capacity.template])].map(
      (scenario) => notRun(scenario, message),
    ),
    generator: null,
  };
}

function notRun(plan: ScenarioPlan, message: string): LoadScenario {
  return {
    name: plan.scenario.name,
    model: plan.arrival.model,
    connections: plan.connections,
    warmup_ms: plan.warmupMs,
    connect: null,
    inconclusive: { cause: 'not-run', sentence: message },
    steps: [],
    thresholds: [],
  };
}

/** The load part as a whole is inconclusive when it was interrupted, or when no scenario of it can be judged. */
function wholeOf(scenarios: readonly LoadScenario[]): Inconclusive | null {
  const causes = scenarios.map(({ inconclusive }) => inconclusive);
  const interrupted = causes.find((inconclusive) => inconclusive?.cause === 'interrupted');
  if (interrupted !== undefined) return interrupted;
  return causes.every((inconclusive) => inconclusive !== null) ? (causes[0] ?? null) : null;
}

function controlsLine({ sent, answered, notes }: LoadControls): string {
  return [`control calls: ${sent} sent, ${answered} answered`, ...notes].join('. ');
}

/** What came of the steps of a scenario; how its thresholds came out is told at the end, together with all others. */
function summaryOf({ name, steps, inconclusive }: LoadScenario): string {
  const parts = steps.map(({ name: step, ledger, latency_us: latency }) => {
    const p95 =
      latency.p95 === null
        ? 'p95 not estimable'
        : `p95 ${latency.at_least.includes('p95') ? '≥ ' : ''}${usAsMs(latency.p95)} ms`;
    return `${step === name ? (steps.length > 1 ? 'the whole: ' : '') : `${step} `}${ledger.ok} of ${ledger.intended} ok, ${p95}`;
  });
  return `${name}: ${[...parts, ...(inconclusive === null ? [] : [inconclusive.sentence])].join('; ')}`;
}
