import type { Command } from '../openapi/registry.ts';
import { allBooks, type Books } from './books.ts';
import type { GeneratorWatch } from './generator.ts';
import { beginIteration } from './iteration.ts';
import { mixOrder } from './mix.ts';
import { openParts, type OpenPart } from './part.ts';
import { watchThresholds } from './abort.ts';
import { paceOf, type Part } from './shape.ts';
import { thinkTimes } from './think.ts';
import type { Scenario, ScenarioPlan } from './scenario.ts';
import type { ScenarioHouse } from './house.ts';
import { runSchedule } from './schedule.ts';

/** What one part of the measured time came to. */
export interface PartBooks {
  /** Null in the closed model, which has no rate. */
  readonly part: Part | null;
  readonly books: Books;
  /** Measured time in milliseconds; shorter than planned when the scenario was halted. */
  readonly measuredMs: number;
}

const DRAIN_GRACE_MS = 250;
const HALTED_DRAIN_MS = 2000;
const LEAD_MS = 20;
const PROGRESS_MS = 500;

/**
 * Warm-up and measured time as one unbroken load; what is due in the warm-up goes into books that are thrown away.
 * Afterwards answers are waited for up to the time-out, or two seconds after a halt; what is left is unfinished.
 */
export async function runStretch(
  house: ScenarioHouse,
  openBooks: (startMs: number, label: string | null) => Books,
  watch: GeneratorWatch,
  progress: (text: string) => void,
): Promise<readonly PartBooks[]> {
  const { plan, field, attack, stage } = house;
  const startMs = performance.now() + LEAD_MS;
  const measuredFromMs = startMs + plan.warmupMs;
  const warmup = openBooks(startMs, null);
  const parts = openParts(plan, measuredFromMs, openBooks);
  const booksAt = (intendedMs: number): Books =>
    parts.findLast(({ fromMs }) => fromMs <= intendedMs)?.books ?? warmup;
  const ticker = setInterval(() => {
    progress(progressLine(plan, parts, performance.now() - measuredFromMs));
  }, PROGRESS_MS);
  const endWatch = watchThresholds(plan, parts, field.halt);
  watch.begin();
  let haltedMs = Infinity;
  field.halt.onStop(() => {
    haltedMs = performance.now();
  });
  await (plan.arrival.model === 'open'
    ? arriveOpen(house, startMs, booksAt)
    : arriveClosed(house, startMs, booksAt));
  const drainMs = field.halt.trip === null ? field.target.timeoutMs + DRAIN_GRACE_MS : HALTED_DRAIN_MS;
  await Promise.race([
    stage.governor.idle(),
    sleep(drainMs),
    field.halt.stopped().then(() => sleep(HALTED_DRAIN_MS)),
  ]);
  stage.governor.close();
  attack.abandon();
  watch.end();
  clearInterval(ticker);
  endWatch();
  return parts.map(({ part, books, fromMs, lengthMs }) => ({
    part,
    books,
    measuredMs: Math.max(0, Math.min(lengthMs, haltedMs - fromMs)),
  }));
}

/** Open model: passes begin on the pacer's schedule, whatever the answers do. */
async function arriveOpen(
  { plan, field, stage }: ScenarioHouse,
  startMs: number,
  booksAt: (ms: number) => Books,
): Promise<void> {
  if (plan.arrival.model !== 'open' || field.halt.trip !== null) return;
  const pacer = paceOf(plan.arrival.course, plan.warmupMs);
  const nextCommands = courseOf(plan.scenario);
  const schedule = runSchedule(pacer, startMs, (intendedMs, lateMs) => {
    if (field.halt.trip !== null) return;
    beginIteration(stage, booksAt(intendedMs), nextCommands(), intendedMs, lateMs, () => undefined);
  });
  field.halt.onStop(() => {
    schedule.stop();
  });
  await schedule.ended;
}

/** Closed model: a fixed number of passes at a time; each one that ends lets the next begin. */
async function arriveClosed(
  { plan, field, stage }: ScenarioHouse,
  startMs: number,
  booksAt: (ms: number) => Books,
): Promise<void> {
  if (plan.arrival.model !== 'closed') return;
  const endMs = startMs + plan.warmupMs + plan.durationMs;
  const nextCommands = courseOf(plan.scenario);
  const nextThinkMs = thinkTimes(plan.arrival.think, plan.arrival.seed);
  const begin = (): void => {
    const nowMs = performance.now();
    if (nowMs >= endMs || field.halt.trip !== null) return;
    beginIteration(stage, booksAt(nowMs), nextCommands(), nowMs, null, () => {
      const waitMs = nextThinkMs();
      if (waitMs > 0) setTimeout(begin, waitMs).unref();
      else setImmediate(begin);
    });
  };
  for (let i = 0; i < plan.arrival.concurrency; i += 1) begin();
  await Promise.race([sleep(endMs - performance.now()), field.halt.stopped()]);
}

/** What each iteration sends in its turn: all commands of a chain, or the next one of a mix. */
function courseOf({ commands, weights }: Scenario): () => readonly Command[] {
  if (weights === null) return () => commands;
  const order = mixOrder(weights);
  let n = 0;
  return () => [order.commandAt(n++)];
}

function progressLine(plan: ScenarioPlan, parts: readonly OpenPart[], elapsedMs: number): string {
  const { name } = plan.scenario;
  if (elapsedMs < 0) return `${name}: warming up`;
  const ledgers = parts.flatMap(({ books }) => allBooks(books)).map((book) => book.ledger());
  const sum = (of: 'sent' | 'ok' | 'shed'): number =>
    ledgers.reduce((total, ledger) => total + ledger[of], 0);
  const at = Math.min(elapsedMs, plan.durationMs) / 1000;
  return `${name}: ${at.toFixed(1)} of ${plan.durationMs / 1000} s, ${sum('sent')} sent, ${sum('ok')} ok, ${sum('shed')} shed`;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)).unref());
}
