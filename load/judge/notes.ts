import type { LoadStep, ThresholdOutcome } from '../../result/load-result.ts';
import type { Facts } from '../metrics/scenario-record.ts';
import { samplingText } from '../scenario/sampling.ts';
import type { ScenarioPlan } from '../scenario/plan.ts';
import { connectionsText } from './thresholds.ts';

/** What was found of a step that its notes depend on. */
export interface StepFindings {
  /** Why the generator could not keep its schedule; null when it could. */
  readonly lateness: string | null;
  readonly thresholds: readonly ThresholdOutcome[];
}

/** Sentences that a reader must know before the numbers of a step. */
export function notesOf(
  plan: ScenarioPlan,
  facts: Facts,
  step: LoadStep,
  { lateness, thresholds }: StepFindings,
): readonly string[] {
  const { ledger, cut_off: cutOff = 0, runs_ended: ended = 0 } = step;
  const unknown = ledger.timeout + ledger.unfinished + ledger.transport_error;
  const notes = [
    facts.stopReason?.message ?? null,
    plan.throughProxy
      ? 'Sent through a proxy: making the tunnel, and the time that the proxy takes, are in every figure of this step.'
      : null,
    lateness,
    connectionsNote(step, thresholds),
    ended === 0
      ? null
      : `In ${ended} of ${ledger.sent} requests the run had ended by itself, or may have; these are not judged.`,
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
    `Slow responses came in clusters: for the intervals, ${count} samples are worth ${effective} independent ones.`,
  ];
}

/** Says so when all connections were busy, and what that added where a limit is touched by it. */
function connectionsNote(step: LoadStep, thresholds: readonly ThresholdOutcome[]): string | null {
  const waited = step.connections?.waited ?? 0;
  if (waited === 0) return null;
  const text = connectionsText(step);
  const said = `${text.charAt(0).toUpperCase()}${text.slice(1)} (${waited} of ${step.ledger.sent} requests waited).`;
  const matters = thresholds.some(({ cause }) => cause === 'too-few-connections');
  const us = step.parts_us?.connection.p95 ?? step.parts_us?.connection.max ?? null;
  if (!matters || us === null) return said;
  const at = step.parts_us?.connection.p95 === null ? 'the most' : 'p95';
  return `Saturated: queueing added ${Math.round(us / 1000)} ms at ${at}. ${said}`;
}

function samplingNote(plan: ScenarioPlan, { checked, checkedInFull }: Facts): string | null {
  if (checkedInFull === checked) return null;
  const share = Math.round((checkedInFull / checked) * 1000) / 10;
  return `In this scenario the schema was checked on ${checkedInFull} of ${checked} responses (${share} %): ${samplingText(plan.sampling)}.`;
}

function poolNotes({ scenario }: ScenarioPlan, { pools }: Facts, step: LoadStep): readonly string[] {
  return pools
    .filter(({ command }) => scenario.weights === null || command === step.command)
    .flatMap(({ command, retired, wasExhausted }) => [
      ...(retired === 0
        ? []
        : [`${retired} prepared runs could not be used again after a ${command} and were left out.`]),
      ...(wasExhausted
        ? [`At times no prepared run was ready, so a ${command} waited for one; that wait is in the latency.`]
        : []),
    ]);
}
