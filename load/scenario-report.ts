import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Inconclusive, LoadScenario, LoadStep } from '../reports/result.ts';
import { WEB_PAGE } from './answer.ts';
import { allBooks } from './books.ts';
import { saturationOf } from './generator.ts';
import { ledgerImbalance, type StepBook } from './ledger.ts';
import type { ScenarioPlan } from './scenario.ts';
import type { ScenarioHouse } from './house.ts';
import { shareOf } from './mix.ts';
import { meanRateOf, peakRateOf } from './shape.ts';
import type { PartBooks } from './stretch.ts';
import { judgeThresholds } from './threshold-outcome.ts';

const ENVIRONMENT: readonly string[] = ['502', '503', '504'];
const QUEUEING_SHARE = 0.2;
const QUEUEING_US = 5000;

/** What a scenario came to, and what the rest of the run must know. */
export interface ScenarioOutcome {
  readonly scenario: LoadScenario;
  /** Why the generator could not keep its schedule, or null. */
  readonly saturation: string | null;
}

/**
 * Closes the books of a scenario into its part of the result, and writes the raw histograms.
 * @throws when a ledger does not balance: that is a fault of this tool, and its numbers would be worthless.
 */
export function reportScenario(
  house: ScenarioHouse,
  parts: readonly PartBooks[],
  outDir: string,
): ScenarioOutcome {
  const { plan, field } = house;
  const late = parts.map(latenessOf);
  const steps = parts.flatMap((part, i) =>
    allBooks(part.books).map((book) => stepOf(house, part, book, late[i] !== null)),
  );
  const isLate = late.find((sentence) => sentence !== null) ?? null;
  const saturation = isLate ?? poolSaturation(house, steps);
  saveHistograms(
    outDir,
    plan.scenario.name,
    parts.flatMap(({ books }) => allBooks(books)),
  );
  return {
    saturation,
    scenario: {
      name: plan.scenario.name,
      model: plan.arrival.model,
      connections: plan.connections,
      warmup_ms: plan.warmupMs,
      connect: connectOf(house),
      inconclusive:
        field.halt.trip === null ? inconclusiveOf(plan, steps, saturation) : field.halt.trip.inconclusive,
      steps,
      thresholds: judgeThresholds(plan.thresholds, steps, plan.scenario.name),
    },
  };
}

function connectOf({ connects: { tcp, tls } }: ScenarioHouse): LoadScenario['connect'] {
  if (tcp.count === 0) return null;
  return { tcp_us: tcp.distribution(), tls_us: tls.count === 0 ? null : tls.distribution() };
}

/** Says so when the intervals had to be widened. */
function clusterNote({ latency_us: { count } }: LoadStep, effective: number): readonly string[] {
  if (effective >= count) return [];
  return [
    `Slow answers came in clusters: for the intervals, ${count} samples are worth ${effective} independent ones.`,
  ];
}

/** Why the generator could not keep the schedule of a part, or null. */
function latenessOf({ part, books }: PartBooks): string | null {
  const first = books.whole ?? [...books.byCommand.values()][0];
  return part === null || first === undefined ? null : saturationOf(first.pacing(), peakRateOf([part]));
}

function stepOf(house: ScenarioHouse, part: PartBooks, book: StepBook, isSaturated: boolean): LoadStep {
  const { plan } = house;
  const imbalance = ledgerImbalance(book.ledger());
  if (imbalance !== null)
    throw new Error(`The ledger of the step ${book.name} does not balance: ${imbalance}.`);
  const step = book.toStep({
    ratePerSecond: stepRateOf(plan, part, book.command),
    concurrency: plan.arrival.model === 'closed' ? plan.arrival.concurrency : null,
    durationMs: part.measuredMs,
    notes: [],
  });
  const clustered = clusterNote(step, book.effectiveCount());
  return { ...step, notes: [...notesOf(house, step, isSaturated), ...clustered] };
}

/** Each command of a chain is due as often as the chain; one of a mix by its share. */
function stepRateOf({ scenario }: ScenarioPlan, { part }: PartBooks, name: string): number | null {
  const rate = part === null ? null : meanRateOf([part]);
  const { weights, commands } = scenario;
  const command = commands.find((candidate) => candidate === name);
  return rate === null || weights === null || command === undefined ? rate : rate * shareOf(weights, command);
}

function notesOf({ field, stage }: ScenarioHouse, step: LoadStep, isSaturated: boolean): readonly string[] {
  const { ledger } = step;
  const timeoutS = field.target.timeoutMs / 1000;
  const unknown = ledger.timeout + ledger.unfinished + ledger.transport_error;
  const notes = [
    field.halt.trip?.sentence ?? null,
    isSaturated || isPoolDry(stage) ? null : queueingNote(step),
    ledger.shed === 0
      ? null
      : `${ledger.shed} of ${ledger.intended} requests were shed: none could be sent within ${timeoutS} s, or the step was over.`,
    ledger.unfinished === 0
      ? null
      : `${ledger.unfinished} requests were not answered before the step was closed.`,
    step.command === 'start' && unknown > 0
      ? `${unknown} starts went unanswered; each may have started a run that nobody can name and stop.`
      : null,
    stage.governor.heldMs === 0
      ? null
      : `The target asked for ${Math.round(stage.governor.heldMs)} ms of pause by Retry-After; the wait is in the latency.`,
    field.judge.samplingNote(),
    ...[...stage.pools]
      .filter(([command]) => field.scenario.weights === null || command === step.command)
      .flatMap(([, pool]) => pool.notes()),
  ];
  return notes.filter((note) => note !== null);
}

function isPoolDry({ pools }: ScenarioHouse['stage']): boolean {
  return [...pools.values()].some((pool) => pool.wasDry);
}

/** Waiting for a prepared run is this tool's own queue: when it shows in the latency, the latency is not the API's. */
function poolSaturation({ stage }: ScenarioHouse, steps: readonly LoadStep[]): string | null {
  if (!isPoolDry(stage) || !steps.some((step) => queueingUs(step) !== null)) return null;
  return 'Requests had to wait for prepared runs longer than for their answers; lower the rate, or give more connections.';
}

/** What waiting adds to the answers at p95, in microseconds, where it makes a difference; else null. */
function queueingUs({ latency_us: latency, service_us: service }: LoadStep): number | null {
  if (latency.p95 === null || service.p95 === null) return null;
  const addedUs = latency.p95 - service.p95;
  return addedUs <= Math.max(QUEUEING_SHARE * service.p95, QUEUEING_US) ? null : addedUs;
}

/** Says so when waiting for a free connection, and not the answers, makes the difference. */
function queueingNote(step: LoadStep): string | null {
  const addedUs = queueingUs(step);
  if (addedUs === null) return null;
  return `Saturated: queueing added ${Math.round(addedUs / 1000)} ms at p95; the target or the connections are too few for this rate.`;
}

function inconclusiveOf(
  plan: ScenarioPlan,
  steps: readonly LoadStep[],
  saturation: string | null,
): Inconclusive | null {
  const environment = environmentOf(steps);
  if (environment !== null) return environment;
  if (saturation !== null) return { cause: 'generator-saturated', sentence: saturation };
  if (steps.some((step) => step.ledger.sent > 0)) return null;
  return {
    cause: 'too-few-samples',
    sentence: `Nothing was sent in ${plan.scenario.name}, so there is nothing to judge.`,
  };
}

/** What the whole of a scenario says about the environment, for steps too short to open the breaker. */
function environmentOf(steps: readonly LoadStep[]): Inconclusive | null {
  const total = (of: (step: LoadStep) => number): number => steps.reduce((sum, step) => sum + of(step), 0);
  const sent = total((step) => step.ledger.sent);
  const throttled = total((step) => step.http_error_by_status['429'] ?? 0);
  const shed = total((step) => step.ledger.shed);
  if (throttled > 0 && (throttled + shed) * 2 > sent + shed) {
    return {
      cause: 'throttled',
      sentence: `${throttled} requests were answered with 429 and ${shed} could not be sent: the environment is throttling.`,
    };
  }
  const broken = total((step) =>
    ENVIRONMENT.reduce((sum, status) => sum + (step.http_error_by_status[status] ?? 0), 0),
  );
  if (broken * 2 > sent && sent > 0) {
    return {
      cause: 'environment-down',
      sentence: `${broken} of ${sent} requests were answered with 502, 503 or 504.`,
    };
  }
  const pages = total(({ failures }) => failures.find(({ cause }) => cause === WEB_PAGE)?.count ?? 0);
  if (pages * 2 > sent) {
    return {
      cause: 'not-an-api',
      sentence: `${pages} of ${sent} answers were ${WEB_PAGE}: check INTERACTLY_BASE_URL.`,
    };
  }
  const answered = total(({ ledger }) => ledger.ok + ledger.http_error + ledger.invalid);
  if (sent === 0 || answered > 0) return null;
  return { cause: 'environment-down', sentence: `None of ${sent} requests was answered.` };
}

/** Writes the raw histograms of each step: base64 of compressed HDR, which other tools can read and add up. */
function saveHistograms(outDir: string, scenario: string, books: readonly StepBook[]): void {
  mkdirSync(outDir, { recursive: true });
  for (const book of books) {
    const content = { scenario, step: book.name, encoding: 'HDR V2 compressed, base64', ...book.encoded() };
    writeFileSync(
      join(outDir, `${scenario}-${book.name.replaceAll(/[^a-z0-9.-]+/gi, '-')}.hgrm.json`),
      `${JSON.stringify(content, null, 2)}\n`,
    );
  }
}
