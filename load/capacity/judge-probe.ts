import type { Inconclusive } from '../../result/exchange.ts';
import type { CapacityProbe, LoadScenario, LoadStep, ThresholdOutcome } from '../../result/load-result.ts';
import type { Probe } from './search.ts';

/** What a probe came to; `fatal` when going on makes no sense, whatever the rate. */
export interface ProbeJudgement {
  readonly probe: CapacityProbe;
  readonly fatal: Inconclusive | null;
}

/** Causes that a rate can have: a target that sheds, throttles or falls over beyond its capacity. */
const CAUSED_BY_RATE: readonly Inconclusive['cause'][] = ['environment-down', 'throttled', 'circuit-broken'];
/** Causes that lie in how we measured: a longer probe, or another generator, may fare better. */
const OF_THE_PROBE: readonly Inconclusive['cause'][] = [
  'generator-saturated',
  'too-few-samples',
  'too-few-connections',
  'runs-not-ready',
];
const BEHIND_SHARE = 0.1;
const SILENT_MAX = 3;

/** What was measured of a probe besides its steps. */
export interface ProbeMeasured {
  /** Why the load was stopped early, or null. */
  readonly stopped: string | null;
  /** True when a lower rate has kept the objectives: then an outage may be the rate's doing. */
  readonly hasKept: boolean;
}

/**
 * Judges a probe: the objectives on their intervals, and besides them that no work was shed and that the responses
 * did not fall behind the rate. A probe without a single response says nothing about its rate.
 */
export function judgeProbe(
  requested: Probe,
  scenario: LoadScenario,
  { stopped, hasKept }: ProbeMeasured,
): ProbeJudgement {
  const step = scenario.steps.at(-1);
  if (step === undefined) throw new Error('A probe has no step.');
  const wellPerSecond = step.ok_per_second ?? 0;
  const verdict = verdictOf(scenario, step, stopped);
  const fatal = fatalOf(requested, scenario, step, hasKept);
  return {
    fatal,
    probe: {
      phase: requested.phase,
      rate_per_second: requested.ratePerSecond,
      answered_per_second: wellPerSecond,
      duration_ms: step.duration_ms,
      ledger: step.ledger,
      latency_us: step.latency_us,
      service_us: step.service_us,
      outcome: fatal === null ? verdict.outcome : 'inconclusive',
      ...(verdict.cause === null ? {} : { cause: verdict.cause }),
      sentence: `${verdict.sentence} ${wellPerSecond} of ${requested.ratePerSecond} per second were answered well.`,
    },
  };
}

/** Why going on makes no sense, or null. */
function fatalOf(
  requested: Probe,
  { inconclusive: cause, failure }: LoadScenario,
  step: LoadStep,
  hasKept: boolean,
): Inconclusive | null {
  if (failure !== undefined) return { cause: 'circuit-broken', sentence: failure };
  if (cause === null || OF_THE_PROBE.includes(cause.cause)) return null;
  if (cause.cause === 'environment-down' && isSilent(step) && hasKept && requested.attempt < SILENT_MAX)
    return null;
  if (CAUSED_BY_RATE.includes(cause.cause) && hasKept && !isSilent(step)) return null;
  return cause;
}

function isSilent({ ledger: { ok, http_error, invalid } }: LoadStep): boolean {
  return ok + http_error + invalid === 0;
}

interface ProbeVerdict {
  readonly outcome: CapacityProbe['outcome'];
  readonly cause: Inconclusive['cause'] | null;
  readonly sentence: string;
}

function verdictOf(
  { inconclusive, thresholds }: LoadScenario,
  step: LoadStep,
  stopped: string | null,
): ProbeVerdict {
  if (inconclusive !== null) {
    const isOfRate = CAUSED_BY_RATE.includes(inconclusive.cause) && !isSilent(step);
    return { ...inconclusive, outcome: isOfRate ? 'broken' : 'inconclusive' };
  }
  if (stopped !== null) return { outcome: 'broken', cause: null, sentence: stopped };
  const of = (outcome: 'met' | 'broken' | 'inconclusive'): ThresholdOutcome | undefined =>
    thresholds.find((threshold) => threshold.outcome === outcome);
  const broken = of('broken');
  if (broken !== undefined) return { outcome: 'broken', cause: null, sentence: broken.sentence };
  const throttled = thresholds.find(({ cause }) => cause === 'throttled');
  if (throttled !== undefined) return { outcome: 'broken', cause: 'throttled', sentence: throttled.sentence };
  const behind = overload(step);
  if (behind !== null) return behind;
  const unclear = of('inconclusive');
  if (unclear !== undefined)
    return { outcome: 'inconclusive', cause: unclear.cause ?? null, sentence: unclear.sentence };
  return { outcome: 'kept', cause: null, sentence: thresholds.map(({ sentence }) => sentence).join(' ') };
}

/**
 * Work that is shed, or responses that fall behind, show an overload that the objectives may not be about; where something
 * of ours kept the rate down, it is not the operation's.
 */
function overload(step: LoadStep): ProbeVerdict | null {
  const { ledger, name, limited_by: limit } = step;
  const by = step.shed_by;
  const ours = by === undefined ? 0 : by.generator + by.connections + by.runs + by.pause;
  const due = step.rate_per_second ?? 0;
  const isBehind = due - (step.ok_per_second ?? 0) > BEHIND_SHARE * due;
  if (ledger.shed === 0 && !isBehind) return null;
  const message =
    ledger.shed > 0
      ? `${name}: ${ledger.shed} of ${ledger.intended} requests had to be shed.`
      : `${name}: the responses fell behind.`;
  if (limit === undefined && ours === 0) return { outcome: 'broken', cause: null, sentence: message };
  if (limit?.cause === 'throttled') return { outcome: 'broken', cause: 'throttled', sentence: message };
  const why = limit?.sentence ?? 'it was our own doing';
  return {
    outcome: 'inconclusive',
    cause: limit?.cause ?? 'generator-saturated',
    sentence: `${message} That is ours: ${why}.`,
  };
}
