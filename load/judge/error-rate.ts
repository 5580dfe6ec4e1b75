import type { Inconclusive } from '../../result/exchange.ts';
import type { Interval, LoadStep, ThresholdOutcome } from '../../result/load-result.ts';
import { wilsonInterval } from '../metrics/quantile.ts';

const ENVIRONMENT = ['502', '503', '504'] as const;

/** What is known of a rate of errors, and what each way of looking at it says. */
export interface ErrorsSeen {
  readonly observed: number;
  readonly interval: Interval;
  readonly outcome: ThresholdOutcome['outcome'];
  readonly cause: Inconclusive['cause'] | null;
  readonly mover: 'environment' | null;
  /** What else a reader must know, as the end of a sentence; null for nothing. */
  readonly why: string | null;
}

/** Requests of a step by what their end says about the API. */
interface Counts {
  readonly due: number;
  readonly failed: number;
  readonly throttled: number;
  /** 502, 503, 504, and connections that were refused. */
  readonly environment: number;
  /** Nobody knows how they would have ended: given up or never sent for our own sake. */
  readonly unknown: number;
}

/**
 * Judges the share of what was due and did not end well. Not one failure is met whatever the limit: a small sample
 * can't prove a rate under 1 %, but it has nothing to hold against the API either. What was ours, or was refused to
 * runs that had ended by themselves, may be either. 429 beyond the limit is a limit on us, and no fault of the API.
 * @param compare how an interval of the rate compares with the limit.
 */
export function judgeErrors(
  step: LoadStep,
  compare: (interval: Interval) => ThresholdOutcome['outcome'],
): ErrorsSeen {
  const counts = countsOf(step);
  const { due, failed, throttled, environment, unknown } = counts;
  const interval = intervalOf(due, failed, unknown);
  const seen = { observed: due === 0 ? 0 : failed / due, interval };
  const outcome = failed === 0 && unknown === 0 ? compare([0, 0]) : compare(interval);
  if (outcome === 'met') return { ...seen, outcome, cause: null, mover: null, why: null };
  const without = (left: number): ThresholdOutcome['outcome'] =>
    compare(intervalOf(due - left, failed - left, unknown));
  if (throttled > 0 && without(throttled) !== 'broken')
    return {
      ...seen,
      outcome: 'inconclusive',
      cause: 'throttled',
      mover: null,
      why: `${throttled} requests were answered with 429 or had to wait for it: the environment is throttling`,
    };
  if (outcome === 'broken') {
    const isEnvironment = without(throttled + environment) !== 'broken';
    const why = isEnvironment
      ? 'all but what the API may answer for is 502, 503, 504 or a refused connection'
      : null;
    return { ...seen, outcome, cause: null, mover: isEnvironment ? 'environment' : null, why };
  }
  const why = unknown > 0 ? `${unknown} requests were never sent, or given up, by this tool` : null;
  return { ...seen, outcome: 'inconclusive', cause: causeOfUnknown(step), mover: null, why };
}

function countsOf(step: LoadStep): Counts {
  const { ledger, cut_off: cutOff = 0, runs_ended: ended = 0, shed_by: shedBy } = step;
  const of = (status: string): number => step.http_error_by_status[status] ?? 0;
  const oursShed = shedBy === undefined ? 0 : shedBy.generator + shedBy.connections + shedBy.runs;
  const notSeen = Math.min(ended, ledger.http_error + ledger.unfinished);
  const unknown = Math.max(0, ledger.unfinished - notSeen) + cutOff + oursShed;
  const due = ledger.intended - notSeen;
  const failed = Math.max(0, due - ledger.ok - unknown);
  return {
    due,
    failed,
    throttled: Math.min(failed, of('429') + (shedBy?.pause ?? 0)),
    environment: environmentOf(step),
    unknown,
  };
}

/** Requests that came to nothing because of 502, 503, 504, or because the target took no connections. */
export function environmentOf({ ledger, http_error_by_status: byStatus, shed_by: shedBy }: LoadStep): number {
  const down = shedBy?.down ?? 0;
  const gateway = ENVIRONMENT.reduce((sum, status) => sum + (byStatus[status] ?? 0), 0);
  return gateway + down + (down > 0 ? ledger.transport_error : 0);
}

function intervalOf(due: number, failed: number, unknown: number): Interval {
  if (due <= 0) return [0, 1];
  return [wilsonInterval(failed, due)[0], wilsonInterval(Math.min(due, failed + unknown), due)[1]];
}

function causeOfUnknown({ shed_by: shedBy }: LoadStep): Inconclusive['cause'] {
  if (shedBy === undefined) return 'too-few-samples';
  if (shedBy.connections > 0) return 'too-few-connections';
  if (shedBy.runs > 0) return 'runs-not-ready';
  return shedBy.generator > 0 ? 'generator-saturated' : 'too-few-samples';
}
