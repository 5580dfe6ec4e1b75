import type { Inconclusive } from '../../reports/exchange.ts';
import type { CapacityProbe, LoadScenario, LoadStep } from '../../reports/load-result.ts';
import type { Probe } from './search.ts';

/** What a probe came to; `fatal` when going on makes no sense, whatever the rate. */
export interface ProbeJudgement {
  readonly probe: CapacityProbe;
  readonly fatal: Inconclusive | null;
}

/** Causes that a rate can have: a target that sheds, throttles or falls over beyond its capacity. */
const CAUSED_BY_RATE: readonly Inconclusive['cause'][] = ['environment-down', 'throttled', 'circuit-broken'];
/** Causes that lie in how we measured: a longer probe, or another generator, may fare better. */
const OF_THE_PROBE: readonly Inconclusive['cause'][] = ['generator-saturated', 'too-few-samples'];
const BEHIND_SHARE = 0.1;

/**
 * Judges a probe: the objectives on their intervals, and besides them that no work was shed and that the answers
 * did not fall behind the rate.
 * @param endedWell iterations that ended well within the measured time.
 * @param stopped why the load was stopped early, or null.
 * @param hasKept true when a lower rate has kept the objectives: then an outage is the rate's doing.
 */
export function judgeProbe(
  asked: Probe,
  scenario: LoadScenario,
  measured: { readonly endedWell: number; readonly measuredMs: number; readonly stopped: string | null },
  hasKept: boolean,
): ProbeJudgement {
  const step = scenario.steps.at(-1);
  if (step === undefined) throw new Error('A probe has no step.');
  const { endedWell, measuredMs, stopped } = measured;
  const answered = measuredMs <= 0 ? 0 : Math.round((endedWell / measuredMs) * 1e6) / 1000;
  const cause = scenario.inconclusive;
  const verdict = verdictOf(scenario, step, answered, stopped);
  const isFatal =
    cause !== null &&
    !OF_THE_PROBE.includes(cause.cause) &&
    !(hasKept && CAUSED_BY_RATE.includes(cause.cause));
  return {
    fatal: isFatal ? cause : null,
    probe: {
      phase: asked.phase,
      rate_per_second: asked.ratePerSecond,
      answered_per_second: answered,
      duration_ms: step.duration_ms,
      ledger: step.ledger,
      latency_us: step.latency_us,
      service_us: step.service_us,
      outcome: isFatal ? 'inconclusive' : verdict.outcome,
      sentence: `${verdict.sentence} ${answered} of ${asked.ratePerSecond} per second were answered well in the measured time.`,
    },
  };
}

function verdictOf(
  { inconclusive, thresholds }: LoadScenario,
  step: LoadStep,
  answered: number,
  stopped: string | null,
): { readonly outcome: CapacityProbe['outcome']; readonly sentence: string } {
  if (inconclusive !== null)
    return {
      outcome: CAUSED_BY_RATE.includes(inconclusive.cause) ? 'broken' : 'inconclusive',
      sentence: inconclusive.sentence,
    };
  if (stopped !== null) return { outcome: 'broken', sentence: stopped };
  const said = (outcome: 'met' | 'broken' | 'inconclusive'): string | undefined =>
    thresholds.find((threshold) => threshold.outcome === outcome)?.sentence;
  const broken = said('broken') ?? overload(step, answered);
  if (broken !== null) return { outcome: 'broken', sentence: broken };
  const unclear = said('inconclusive');
  if (unclear !== undefined) return { outcome: 'inconclusive', sentence: unclear };
  return { outcome: 'kept', sentence: thresholds.map(({ sentence }) => sentence).join(' ') };
}

/** Work that is shed, or answers that fall behind, show an overload that the objectives may not be about. */
function overload(
  { ledger, rate_per_second: rate, service_us, name }: LoadStep,
  answered: number,
): string | null {
  if (ledger.shed > 0) return `${name}: ${ledger.shed} of ${ledger.intended} requests had to be shed.`;
  const due = rate ?? 0;
  const onTheirWay = due * Math.min(1, (service_us.p95 ?? service_us.p50 ?? 0) / 1e6);
  if (due - answered <= BEHIND_SHARE * due + onTheirWay) return null;
  return `${name}: the answers fell behind.`;
}
