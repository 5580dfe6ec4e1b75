import type { Inconclusive } from '../../result/exchange.ts';
import type { LoadScenario, LoadStep } from '../../result/load-result.ts';
import { WEB_PAGE } from '../metrics/hit.ts';
import { fullCoreOf, saturationOf } from '../metrics/generator-health.ts';
import { ledgerImbalance, type StepStats } from '../metrics/step-stats.ts';
import { shareOf } from '../scenario/mix.ts';
import type { Facts, StageRecord, ScenarioRecord } from '../metrics/scenario-record.ts';
import type { ScenarioPlan } from '../scenario/plan.ts';
import { clusterNote, notesOf } from './notes.ts';
import { meanRateOf, peakRateOf } from '../arrivals/rate-profile.ts';
import { connectionsText, judgeThresholds } from './thresholds.ts';

const ENVIRONMENT: readonly string[] = ['502', '503', '504'];

/** What a scenario came to, and what the rest of the run must know. */
export interface ScenarioOutcome {
  readonly scenario: LoadScenario;
  /** Why the generator could not keep its schedule, or null. */
  readonly saturation: string | null;
}

/**
 * Closes the statistics of a scenario into its part of the result.
 * @throws when a ledger does not balance: that is a fault of this tool, and its numbers would be worthless.
 */
export function reportScenario(plan: ScenarioPlan, record: ScenarioRecord): ScenarioOutcome {
  const { facts, connects } = record;
  const late = record.stages.map((stage) => latenessOf(stage, plan) ?? closedSaturation(plan, record));
  const bare = record.stages.flatMap((stage, i) =>
    stage.stats.map((stepStats) => ({
      step: stepOf(plan, facts, stage, stepStats, late[i] ?? null),
      late: late[i] ?? null,
      stepStats,
    })),
  );
  const thresholds = judgeThresholds(
    plan.thresholds,
    bare.map(({ step }) => step),
    plan.scenario.name,
    plan.shard.count > 1,
  );
  const steps = bare.map(({ step, late: lateness, stepStats }) => {
    const own = thresholds.filter((threshold) => threshold.step === step.name);
    const notes = [
      ...notesOf(plan, facts, step, { lateness, thresholds: own }),
      ...clusterNote(step, stepStats.effectiveCount()),
    ];
    return { ...step, notes };
  });
  const mattered = thresholds.find(({ cause }) => cause === 'generator-saturated');
  const saturation =
    mattered === undefined ? null : (late.find((message) => message !== null) ?? mattered.sentence);
  const failure = failureOf(record, steps);
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
      facts.stopReason === null
        ? inconclusiveOf(plan, steps)
        : (facts.stopReason.inconclusive ?? (failure === null ? environmentOf(plan, steps) : null)),
    ...(failure === null ? {} : { failure }),
    ...(facts.versionHeaders === undefined ? {} : { version_headers: facts.versionHeaders }),
    steps,
    thresholds,
  };
  return { saturation, scenario };
}

/** What the API did wrong before the first request of a step; its steps have nothing to judge it by. */
function failureOf({ facts: { stopReason } }: ScenarioRecord, steps: readonly LoadStep[]): string | null {
  if (stopReason?.inconclusive !== null) return null;
  return steps.every(({ ledger }) => ledger.sent === 0) ? stopReason.message : null;
}

/** Why the generator could not keep the schedule of a stage, or null. */
function latenessOf({ stage, stats }: StageRecord, { shard }: ScenarioPlan): string | null {
  const first = stats.at(-1);
  if (stage === null || first === undefined) return null;
  return saturationOf(first.pacing(), peakRateOf([stage]) / shard.count);
}

function closedSaturation({ arrival }: ScenarioPlan, { facts }: ScenarioRecord): string | null {
  return arrival.model === 'closed' ? fullCoreOf(facts.cpu) : null;
}

function stepOf(
  plan: ScenarioPlan,
  facts: Facts,
  stage: StageRecord,
  stepStats: StepStats,
  lateness: string | null,
): LoadStep {
  const imbalance = ledgerImbalance(stepStats.ledger());
  if (imbalance !== null)
    throw new Error(`The ledger of the step ${stepStats.name} does not balance: ${imbalance}.`);
  const ratePerSecond = stepRateOf(plan, stage, stepStats.command);
  const step = stepStats.toStep({
    ratePerSecond,
    concurrency: plan.arrival.model === 'closed' ? plan.arrival.concurrency : null,
    durationMs: stage.measuredMs,
    notes: [],
  });
  const connections = stepStats.connections(plan.connections, ratePerSecond);
  const limit = limitOf({ ...step, connections }, facts, lateness);
  return { ...step, connections, ...(limit === null ? {} : { limited_by: limit }) };
}

const WAITED_SHARE = 0.05;
const READ_LATE_SHARE = 0.2;

/** What of ours kept the rate down. */
function limitOf(step: LoadStep, facts: Facts, lateness: string | null): Inconclusive | null {
  const { connections, ledger, parts_us: parts, service_us: service } = step;
  if ((connections?.waited ?? 0) > WAITED_SHARE * ledger.ok)
    return { cause: 'too-few-connections', sentence: connectionsText(step) };
  if (facts.pools.some(({ wasExhausted, command }) => wasExhausted && command === step.command))
    return { cause: 'runs-not-ready', sentence: 'requests had to wait for prepared runs' };
  if (facts.heldMs > 0) return { cause: 'throttled', sentence: 'the target asked for pauses by Retry-After' };
  if (lateness !== null) return { cause: 'generator-saturated', sentence: lateness };
  const readLateUs = parts?.read_late.mean ?? 0;
  if (readLateUs <= READ_LATE_SHARE * (service.mean ?? Infinity)) return null;
  const message = `This machine may have read responses ${Math.round(readLateUs)} µs late on average, of ${Math.round(service.mean ?? 0)} µs in all`;
  return { cause: 'generator-saturated', sentence: message };
}

/** Each command of a chain is due as often as the chain; one of a mix by its share; and of all that a shard has its part. */
function stepRateOf({ scenario, shard }: ScenarioPlan, { stage }: StageRecord, name: string): number | null {
  const rate = stage === null ? null : meanRateOf([stage]) / shard.count;
  const { weights, commands } = scenario;
  const command = commands.find((candidate) => candidate === name);
  return rate === null || weights === null || command === undefined ? rate : rate * shareOf(weights, command);
}

const ENDED_SHARE = 0.1;

function inconclusiveOf(plan: ScenarioPlan, steps: readonly LoadStep[]): Inconclusive | null {
  const environment = environmentOf(plan, steps) ?? endedOf(plan, steps);
  if (environment !== null) return environment;
  if (steps.some((step) => step.ledger.sent > 0)) return null;
  return {
    cause: 'too-few-samples',
    sentence: `Nothing was sent in ${plan.scenario.name}, so there is nothing to judge.`,
  };
}

/** What was never seen because runs ended by themselves: more than a tenth of it is more than can be left out. */
function endedOf({ scenario }: ScenarioPlan, steps: readonly LoadStep[]): Inconclusive | null {
  const step = steps.find(({ runs_ended: ended = 0, ledger }) => ended > ENDED_SHARE * ledger.sent);
  if (step === undefined) return null;
  const what = step.command === scenario.name && scenario.commands.length > 1 ? 'passes' : 'requests';
  return {
    cause: 'runs-ended',
    sentence: `In ${step.runs_ended ?? 0} of ${step.ledger.sent} ${what} of ${step.name} the run had ended by itself, so what would have come then was not seen.`,
  };
}

/** False for the step of a whole chain or mix, whose requests are in the steps of its commands already. */
function isOfCommand({ scenario }: ScenarioPlan, { command }: LoadStep): boolean {
  return scenario.commands.some((candidate) => candidate === command);
}

/** What the whole of a scenario says about the environment: for steps too short to open the breaker, and for web pages, which open it as wrong responses do. */
function environmentOf(plan: ScenarioPlan, all: readonly LoadStep[]): Inconclusive | null {
  const steps = all.filter((step) => isOfCommand(plan, step));
  const total = (of: (step: LoadStep) => number): number => steps.reduce((sum, step) => sum + of(step), 0);
  const sent = total((step) => step.ledger.sent);
  const throttled = total((step) => step.http_error_by_status['429'] ?? 0);
  const shed = total((step) => step.shed_by?.pause ?? 0);
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
      sentence: `${pages} of ${sent} responses were ${WEB_PAGE}: check INTERACTLY_BASE_URL.`,
    };
  }
  const responses = total(({ ledger }) => ledger.ok + ledger.http_error + ledger.invalid);
  if (sent === 0 || responses > 0) return null;
  return { cause: 'environment-down', sentence: `None of ${sent} requests was answered.` };
}
