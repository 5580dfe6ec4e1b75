import { allBooks } from './step-statistics.ts';
import type { StopSignal } from './halt.ts';
import type { ScenarioPlan } from '../scenario/plan.ts';
import type { OpenPart } from './stage.ts';
import { judgeThresholds } from '../judge/thresholds.ts';

const CHECK_MS = 1000;

/**
 * Halts a scenario once a threshold that asks for it is broken, beyond its own interval, by what has been answered
 * so far. It looks once a second; the thresholds are judged again at the end like all others.
 * @returns a function that ends the watch.
 */
export function watchThresholds(
  plan: ScenarioPlan,
  parts: readonly OpenPart[],
  halt: StopSignal,
): () => void {
  const watched = plan.thresholds.filter(({ abortAfterMs }) => abortAfterMs !== null);
  const measuredFromMs = parts[0]?.fromMs ?? 0;
  if (watched.length === 0) return () => undefined;
  const timer = setInterval(() => {
    const nowMs = performance.now();
    const due = watched.filter(({ abortAfterMs }) => nowMs - measuredFromMs >= (abortAfterMs ?? Infinity));
    const broken = judgeThresholds(
      due,
      stepsSoFar(plan, parts, nowMs),
      plan.scenario.name,
      plan.shard.count > 1,
    ).find(({ outcome }) => outcome === 'broken');
    if (broken !== undefined)
      halt.stop({ inconclusive: null, sentence: `Stopped early: ${broken.sentence}` });
  }, CHECK_MS);
  return () => {
    clearInterval(timer);
  };
}

function stepsSoFar(
  plan: ScenarioPlan,
  parts: readonly OpenPart[],
  nowMs: number,
): ReturnType<typeof stepOf>[] {
  return parts
    .filter(({ fromMs }) => fromMs < nowMs)
    .flatMap((part) => allBooks(part.books).map((book) => stepOf(plan, part, book, nowMs)));
}

function stepOf(
  { arrival }: ScenarioPlan,
  { fromMs, lengthMs }: OpenPart,
  book: ReturnType<typeof allBooks>[number],
  nowMs: number,
): ReturnType<typeof book.soFar> {
  const durationMs = Math.min(lengthMs, nowMs - fromMs);
  const concurrency = arrival.model === 'closed' ? arrival.concurrency : null;
  return book.soFar({ ratePerSecond: null, concurrency, durationMs, notes: [] });
}
