import type { Inconclusive } from '../reports/exchange.ts';
import type { LoadScenario, LoadStep, ThresholdOutcome } from '../reports/load-result.ts';
import { WEB_PAGE } from './answer.ts';
import { fullCoreOf, saturationOf } from './generator.ts';
import { ledgerImbalance, type StepBook } from './ledger.ts';
import { shareOf } from './mix.ts';
import type { PartRecord, ScenarioRecord } from './record.ts';
import type { ScenarioPlan } from './scenario.ts';
import { clusterNote, notesOf, poolSaturation } from './scenario-notes.ts';
import { meanRateOf, peakRateOf } from './shape.ts';
import { judgeThresholds } from './threshold-outcome.ts';

const ENVIRONMENT: readonly string[] = ['502', '503', '504'];

/** What a scenario came to, and what the rest of the run must know. */
export interface ScenarioOutcome {
  readonly scenario: LoadScenario;
  /** Why the generator could not keep its schedule, or null. */
  readonly saturation: string | null;
}

/**
 * Closes the books of a scenario into its part of the result.
 * @throws when a ledger does not balance: that is a fault of this tool, and its numbers would be worthless.
 */
export function reportScenario(plan: ScenarioPlan, record: ScenarioRecord): ScenarioOutcome {
  const { facts, connects } = record;
  const late = record.parts.map((part) => latenessOf(part, plan) ?? closedSaturation(plan, record));
  const steps = record.parts.flatMap((part, i) =>
    part.books.map((book) => stepOf(plan, record, part, book, late[i] ?? null)),
  );
  const isAllLate = late.every((sentence) => sentence !== null);
  const saturation = late.find((sentence) => sentence !== null) ?? poolSaturation(facts, steps);
  const whole = isAllLate ? saturation : poolSaturation(facts, steps);
  const scenario: LoadScenario = {
    name: plan.scenario.name,
    model: plan.arrival.model,
    connections: plan.connections,
    warmup_ms: plan.warmupMs,
    connect:
      connects.tcp.count === 0
        ? null
        : {
            tcp_us: connects.tcp.distribution(),
            tls_us: connects.tls.count === 0 ? null : connects.tls.distribution(),
          },
    inconclusive:
      facts.trip === null
        ? inconclusiveOf(plan, steps, whole)
        : (facts.trip.inconclusive ?? environmentOf(plan, steps)),
    steps,
    thresholds: outcomesOf(plan, steps),
  };
  return { saturation, scenario };
}

/** A threshold is not judged on a step that the generator could not keep up with: its numbers are the generator's. */
function outcomesOf(plan: ScenarioPlan, steps: readonly LoadStep[]): readonly ThresholdOutcome[] {
  return judgeThresholds(plan.thresholds, steps, plan.scenario.name, plan.shard.count > 1).map((outcome) => {
    const lack = steps.find(({ name }) => name === outcome.step)?.inconclusive;
    if (lack === undefined) return outcome;
    const sentence = `${outcome.step}: ${outcome.expression} can't be judged. ${lack.sentence}`;
    return { ...outcome, outcome: 'inconclusive', sentence };
  });
}

/** Why the generator could not keep the schedule of a part, or null. */
function latenessOf({ part, books }: PartRecord, { shard }: ScenarioPlan): string | null {
  const first = books.at(-1);
  if (part === null || first === undefined) return null;
  return saturationOf(first.pacing(), peakRateOf([part]) / shard.count);
}

function closedSaturation({ arrival }: ScenarioPlan, { facts }: ScenarioRecord): string | null {
  return arrival.model === 'closed' ? fullCoreOf(facts.cpu) : null;
}

function stepOf(
  plan: ScenarioPlan,
  { facts }: ScenarioRecord,
  part: PartRecord,
  book: StepBook,
  saturation: string | null,
): LoadStep {
  const imbalance = ledgerImbalance(book.ledger());
  if (imbalance !== null)
    throw new Error(`The ledger of the step ${book.name} does not balance: ${imbalance}.`);
  const step = book.toStep({
    ratePerSecond: stepRateOf(plan, part, book.command),
    concurrency: plan.arrival.model === 'closed' ? plan.arrival.concurrency : null,
    durationMs: part.measuredMs,
    notes: [],
  });
  const notes = [...notesOf(plan, facts, step, saturation), ...clusterNote(step, book.effectiveCount())];
  if (saturation === null) return { ...step, notes };
  return { ...step, notes, inconclusive: { cause: 'generator-saturated', sentence: saturation } };
}

/** Each command of a chain is due as often as the chain; one of a mix by its share; and of all that a shard has its part. */
function stepRateOf({ scenario, shard }: ScenarioPlan, { part }: PartRecord, name: string): number | null {
  const rate = part === null ? null : meanRateOf([part]) / shard.count;
  const { weights, commands } = scenario;
  const command = commands.find((candidate) => candidate === name);
  return rate === null || weights === null || command === undefined ? rate : rate * shareOf(weights, command);
}

function inconclusiveOf(
  plan: ScenarioPlan,
  steps: readonly LoadStep[],
  saturation: string | null,
): Inconclusive | null {
  const environment = environmentOf(plan, steps);
  if (environment !== null) return environment;
  if (saturation !== null) return { cause: 'generator-saturated', sentence: saturation };
  if (steps.some((step) => step.ledger.sent > 0)) return null;
  return {
    cause: 'too-few-samples',
    sentence: `Nothing was sent in ${plan.scenario.name}, so there is nothing to judge.`,
  };
}

/** False for the step of a whole chain or mix, whose requests are in the steps of its commands already. */
function isOfCommand({ scenario }: ScenarioPlan, { command }: LoadStep): boolean {
  return scenario.commands.some((candidate) => candidate === command);
}

/** What the whole of a scenario says about the environment: for steps too short to open the breaker, and for web pages, which open it as wrong answers do. */
function environmentOf(plan: ScenarioPlan, all: readonly LoadStep[]): Inconclusive | null {
  const steps = all.filter((step) => isOfCommand(plan, step));
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
