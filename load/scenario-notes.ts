import type { LoadStep } from '../reports/load-result.ts';
import { QUANTILES } from './quantile.ts';
import type { Facts } from './record.ts';
import { samplingText } from './sampling.ts';
import type { ScenarioPlan } from './scenario.ts';

const QUEUEING_SHARE = 0.2;
const QUEUEING_US = 5000;

/** Sentences that a reader must know before the numbers of a step. @param saturation why the step is inconclusive. */
export function notesOf(
  plan: ScenarioPlan,
  facts: Facts,
  step: LoadStep,
  saturation: string | null,
): readonly string[] {
  const { ledger, cut_off: cutOff = 0 } = step;
  const unknown = ledger.timeout + ledger.unfinished + ledger.transport_error;
  const notes = [
    facts.trip?.sentence ?? null,
    saturation,
    saturation !== null || isPoolDry(facts) ? null : queueingNote(step, facts),
    ledger.shed === cutOff
      ? null
      : `${ledger.shed - cutOff} of ${ledger.intended} requests were shed: none could be sent within ${facts.timeoutMs / 1000} s.`,
    cutOff === 0
      ? null
      : `${cutOff} of ${ledger.intended} requests were shed because the load was over before they could be sent.`,
    ledger.unfinished === 0
      ? null
      : `${ledger.unfinished} requests were not answered before the step was closed.`,
    step.command === 'start' && unknown > 0
      ? `${unknown} starts went unanswered; each may have started a run that nobody can name and stop.`
      : null,
    facts.heldMs === 0
      ? null
      : `The target asked for ${Math.round(facts.heldMs)} ms of pause by Retry-After; the wait is in the latency.`,
    samplingNote(plan, facts),
    ...poolNotes(plan, facts, step),
  ];
  return notes.filter((note) => note !== null);
}

/** Says so when the intervals had to be widened. */
export function clusterNote({ latency_us: { count } }: LoadStep, effective: number): readonly string[] {
  if (effective >= count) return [];
  return [
    `Slow answers came in clusters: for the intervals, ${count} samples are worth ${effective} independent ones.`,
  ];
}

/** Waiting for a prepared run is this tool's own queue: when it shows in the latency, the latency is not the API's. */
export function poolSaturation(facts: Facts, steps: readonly LoadStep[]): string | null {
  if (!isPoolDry(facts) || !steps.some((step) => queueing(step) !== null)) return null;
  return 'Requests had to wait for prepared runs longer than for their answers; lower the rate, or give more connections.';
}

function isPoolDry({ pools }: Facts): boolean {
  return pools.some(({ wasDry }) => wasDry);
}

/** Says so when waiting for a free connection, and not the answers or a pause that was asked for, makes the difference. */
function queueingNote(step: LoadStep, { heldMs }: Facts): string | null {
  const added = queueing(step);
  if (added === null || heldMs > (1 - QUANTILES[added.at]) * step.duration_ms) return null;
  return `Saturated: queueing added ${Math.round(added.us / 1000)} ms at ${added.at}; the target or the connections are too few for this rate.`;
}

/**
 * What waiting adds to the answers at p95, or at p50 of a small sample, where it makes a difference; else null. By how
 * much this tool itself was late is no queueing.
 */
function queueing({
  latency_us: latency,
  service_us: service,
  pacing_error_us: pacing,
}: LoadStep): { at: 'p50' | 'p95'; us: number } | null {
  const at = latency.p95 === null ? 'p50' : 'p95';
  const [long, short] = [latency[at], service[at]];
  if (long === null || short === null) return null;
  const us = long - short - (pacing[at] ?? 0);
  return us <= Math.max(QUEUEING_SHARE * short, QUEUEING_US) ? null : { at, us };
}

function samplingNote(plan: ScenarioPlan, { judged, judgedInFull }: Facts): string | null {
  if (judgedInFull === judged) return null;
  const share = Math.round((judgedInFull / judged) * 1000) / 10;
  return `In this scenario the schema was checked on ${judgedInFull} of ${judged} answers (${share} %): ${samplingText(plan.sampling)}.`;
}

function poolNotes({ scenario }: ScenarioPlan, { pools }: Facts, step: LoadStep): readonly string[] {
  return pools
    .filter(({ command }) => scenario.weights === null || command === step.command)
    .flatMap(({ command, retired, wasDry }) => [
      ...(retired === 0
        ? []
        : [`${retired} prepared runs could not be used again after a ${command} and were left out.`]),
      ...(wasDry
        ? [`At times no prepared run was ready, so a ${command} waited for one; that wait is in the latency.`]
        : []),
    ]);
}
