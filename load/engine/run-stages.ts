import { statsInOrder, type StageStats, EndedWell, openStages, type OpenStage } from './stage.ts';
import type { GeneratorWatch } from '../metrics/generator-health.ts';
import { beginIteration, type OnIterationEnd } from './iteration.ts';
import { pacerOf } from '../arrivals/rate-profile.ts';
import { thinkTimes } from '../arrivals/think-time.ts';
import { requestsOf } from '../scenario/scenario.ts';
import type { ScenarioPlan } from '../scenario/plan.ts';
import type { StageRecord } from '../metrics/scenario-record.ts';
import { commandSequence } from '../scenario/share.ts';
import type { ScenarioRuntime } from './runtime.ts';
import { runSchedule } from '../arrivals/schedule.ts';
import type { StopSignal } from './context.ts';
import { openProgress, type Progress } from './progress.ts';
import { judgeThresholds } from '../judge/thresholds.ts';

const DRAIN_GRACE_MS = 250;
const STOPPED_DRAIN_MS = 2000;
const PROGRESS_MS = 500;

/**
 * Warm-up and measured time as one unbroken load; what is due in the warm-up goes into statistics that are thrown away.
 * Afterwards responses are waited for up to the time-out, of a chain up to that of each of its commands, or two seconds
 * after an early stop; what is left is unfinished.
 * @param startMs process clock when the load begins.
 */
export async function runStages(
  runtime: ScenarioRuntime,
  startMs: number,
  openStats: (startMs: number, label: string | null) => StageStats,
  watch: GeneratorWatch,
  progress: (told: Progress) => void,
): Promise<readonly StageRecord[]> {
  const { plan, target, attack, dispatcher, stopSignal } = runtime;
  const measuredFromMs = startMs + plan.warmupMs;
  runtime.controls?.begin(measuredFromMs);
  const warmup = openStats(startMs, null);
  const stages = openStages(plan, measuredFromMs, openStats);
  const arrivals: Arrivals = {
    startMs,
    statsAt: (intendedMs) => stages.findLast(({ fromMs }) => fromMs <= intendedMs)?.stats ?? warmup,
    endedWell: new EndedWell(stages),
  };
  const measure = openProgress(plan, warmup, stages, startMs);
  const ticker = setInterval(() => {
    progress(measure(performance.now()));
  }, PROGRESS_MS);
  const endWatch = watchThresholds(plan, stages, stopSignal);
  watch.begin();
  let stoppedMs = Infinity;
  stopSignal.onStop(() => {
    stoppedMs = performance.now();
  });
  await (plan.arrival.model === 'open' ? arriveOpen(runtime, arrivals) : arriveClosed(runtime, arrivals));
  watch.end(); // the idle wait for a last response would dilute what the load took
  const patientMs = requestsOf(plan.scenario) * target.timeoutMs + DRAIN_GRACE_MS;
  await Promise.race([
    dispatcher.idle(),
    sleep(stopSignal.reason === null ? patientMs : STOPPED_DRAIN_MS),
    stopSignal.stopped().then(() => sleep(STOPPED_DRAIN_MS)),
  ]);
  dispatcher.close();
  attack.abandon();
  clearInterval(ticker);
  endWatch();
  return stages.map(({ stage, stats, fromMs, lengthMs }, i) => ({
    stage,
    stats: statsInOrder(stats),
    measuredMs: Math.max(0, Math.min(lengthMs, stoppedMs - fromMs)),
    endedWell: arrivals.endedWell.of(i),
  }));
}

/** What arrivals are counted by. */
interface Arrivals {
  readonly startMs: number;
  readonly statsAt: (intendedMs: number) => StageStats;
  readonly endedWell: EndedWell;
}

/** Open model: iterations begin on the pacer's schedule, whatever the responses do. */
async function arriveOpen(
  runtime: ScenarioRuntime,
  { startMs, statsAt, endedWell }: Arrivals,
): Promise<void> {
  const { plan, stopSignal } = runtime;
  const pacer = pacerOf(plan);
  if (pacer === null || stopSignal.reason !== null) return;
  const nextCommands = commandSequence(plan.scenario, plan.shard);
  const ended: OnIterationEnd = (endedMs, isWell) => {
    if (isWell) endedWell.add(endedMs);
  };
  const schedule = runSchedule(pacer, startMs, (intendedMs, lateMs) => {
    if (stopSignal.reason !== null) return;
    beginIteration(runtime, statsAt(intendedMs), nextCommands(), intendedMs, lateMs, ended);
  });
  stopSignal.onStop(() => {
    schedule.stop();
  });
  await schedule.ended;
}

/** Closed model: a fixed number of iterations at a time; each one that ends lets the next begin. */
async function arriveClosed(
  runtime: ScenarioRuntime,
  { startMs, statsAt, endedWell }: Arrivals,
): Promise<void> {
  const { plan, target, stopSignal } = runtime;
  if (plan.arrival.model !== 'closed') return;
  const endMs = startMs + plan.warmupMs + plan.durationMs;
  const nextCommands = commandSequence(plan.scenario, plan.shard);
  const nextThinkMs = thinkTimes(plan.arrival.think, plan.arrival.seed);
  const leastGapMs = leastGapOf(plan, target.loadCaps.ratePerSecond);
  let soonestMs = startMs;
  const begin = (): void => {
    const nowMs = performance.now();
    if (nowMs >= endMs || stopSignal.reason !== null) return;
    if (nowMs < soonestMs) {
      setTimeout(begin, Math.ceil(soonestMs - nowMs)).unref();
      return;
    }
    soonestMs = Math.max(soonestMs, nowMs - leastGapMs) + leastGapMs;
    beginIteration(runtime, statsAt(nowMs), nextCommands(), nowMs, null, (endedMs, isWell) => {
      if (isWell) endedWell.add(endedMs);
      const waitMs = nextThinkMs();
      if (waitMs > 0) setTimeout(begin, waitMs).unref();
      else setImmediate(begin);
    });
  };
  await Promise.race([sleep(startMs - performance.now()), stopSignal.stopped()]);
  for (let i = 0; i < plan.arrival.concurrency; i += 1) begin();
  await Promise.race([sleep(endMs - performance.now()), stopSignal.stopped()]);
}

/** In the closed model nothing but this keeps the cap on the rate: the least time between two beginnings. */
function leastGapOf({ scenario }: ScenarioPlan, cap: number | null): number {
  return cap === null ? 0 : (requestsOf(scenario) * 1000) / cap;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)).unref());
}

const CHECK_MS = 1000;

/**
 * Stops a scenario once a threshold that asks for it is broken, beyond its own interval, by what has been answered
 * so far. It looks once a second; the thresholds are judged again at the end like all others.
 * @returns a function that ends the watch.
 */
export function watchThresholds(
  plan: ScenarioPlan,
  stages: readonly OpenStage[],
  stopSignal: StopSignal,
): () => void {
  const watched = plan.thresholds.filter(({ abortAfterMs }) => abortAfterMs !== null);
  const measuredFromMs = stages[0]?.fromMs ?? 0;
  if (watched.length === 0) return () => undefined;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    const due = watched.filter(({ abortAfterMs }) => nowMs - measuredFromMs >= (abortAfterMs ?? Infinity));
    const broken = judgeThresholds(
      due,
      stepsSoFar(plan, stages, nowMs),
      plan.scenario.name,
      plan.shard.count > 1,
    ).find(({ outcome }) => outcome === 'broken');
    if (broken !== undefined)
      stopSignal.stop({ inconclusive: null, message: `Stopped early: ${broken.sentence}` });
  }, CHECK_MS);
  return () => {
    clearInterval(timer);
  };
}

function stepsSoFar(
  plan: ScenarioPlan,
  stages: readonly OpenStage[],
  nowMs: number,
): ReturnType<typeof stepOf>[] {
  return stages
    .filter(({ fromMs }) => fromMs < nowMs)
    .flatMap((stage) => statsInOrder(stage.stats).map((stepStats) => stepOf(plan, stage, stepStats, nowMs)));
}

function stepOf(
  { arrival }: ScenarioPlan,
  { fromMs, lengthMs }: OpenStage,
  stepStats: ReturnType<typeof statsInOrder>[number],
  nowMs: number,
): ReturnType<typeof stepStats.soFar> {
  const durationMs = Math.min(lengthMs, nowMs - fromMs);
  const concurrency = arrival.model === 'closed' ? arrival.concurrency : null;
  return stepStats.soFar({ ratePerSecond: null, concurrency, durationMs, notes: [] });
}
