import {
  QUANTILES,
  QUANTILE_NAMES,
  rankInterval,
  rankOf,
  type QuantileName,
} from '../../load/metrics/quantile.ts';
import type {
  Distribution,
  Interval,
  Ledger,
  LoadResult,
  LoadScenario,
  LoadStep,
  SecondRow,
  ThresholdOutcome,
} from '../../result/load-result.ts';
import { exchange } from './contract-fixtures.ts';

/** Numbers between 0 and 1, the same each time. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

/** A distribution of so many response times around a median, with a tail. */
export function distribution(count: number, medianUs: number, censored = 0): Distribution {
  const random = randomFrom(count + medianUs);
  const sample = Array.from({ length: count }, () =>
    Math.round(medianUs * (0.6 + 0.8 * random()) * (random() < 0.03 ? 4 + 6 * random() : 1)),
  ).sort((a, b) => a - b);
  const at = (rank: number): number => sample[Math.max(0, rank - 1)] ?? 0;
  const values = QUANTILE_NAMES.map((name) => [name, valueOf(name, sample, at)] as const);
  const points = Object.fromEntries(values.map(([name, found]) => [name, found?.us ?? null])) as Record<
    QuantileName,
    number | null
  >;
  const interval = Object.fromEntries(
    values.map(([name, found]) => [name, found?.interval ?? null]),
  ) as Record<QuantileName, Interval | null>;
  return {
    count,
    censored,
    ...points,
    max: count === 0 ? null : at(count),
    mean: count === 0 ? null : Math.round(sample.reduce((a, b) => a + b, 0) / count),
    interval,
    at_least: censored > 0 ? ['p99', 'max'] : [],
    curve: curveOf(count, at),
  };
}

function valueOf(
  name: QuantileName,
  sample: readonly number[],
  at: (rank: number) => number,
): { us: number; interval: Interval } | null {
  const ranks = rankInterval(QUANTILES[name], sample.length);
  if (ranks === null) return null;
  return { us: at(rankOf(QUANTILES[name], sample.length)), interval: [at(ranks.low), at(ranks.high)] };
}

function curveOf(count: number, at: (rank: number) => number): Distribution['curve'] {
  const points: (readonly [number, number])[] = [];
  for (let rest = 1; rest * count >= 1; rest /= 2) {
    for (let i = 0; i < 5; i += 1) {
      const quantile = Math.round((1 - rest + (i * rest) / 10) * 1e6) / 1e6;
      points.push([quantile, at(rankOf(quantile, count))]);
    }
  }
  return count === 0 ? [] : [...points, [1, at(count)]];
}

export interface StepSituation {
  readonly name?: string;
  readonly command?: string;
  readonly rate?: number;
  readonly seconds?: number;
  readonly medianUs?: number;
  readonly failed?: number;
  readonly throttled?: number;
  readonly timeouts?: number;
  readonly notes?: readonly string[];
}

/** One step whose ledger adds up. */
export function step(situation: StepSituation = {}): LoadStep {
  const { name = 'start', command = 'start', rate = 50, seconds = 30, medianUs = 5200 } = situation;
  const { failed = 0, throttled = 0, timeouts = 0, notes = [] } = situation;
  const sent = rate * seconds;
  const ok = sent - failed - throttled - timeouts;
  const ledger: Ledger = {
    intended: sent + (timeouts > 0 ? 4 : 0),
    shed: timeouts > 0 ? 4 : 0,
    sent,
    ok,
    http_error: failed + throttled,
    invalid: 0,
    transport_error: 0,
    timeout: timeouts,
    unfinished: 0,
  };
  return {
    name,
    command,
    rate_per_second: rate,
    concurrency: null,
    duration_ms: seconds * 1000,
    achieved_per_second: rate - 0.02,
    ledger,
    http_error_by_status: {
      ...(failed > 0 ? { '500': failed } : {}),
      ...(throttled > 0 ? { '429': throttled } : {}),
    },
    latency_us: distribution(sent, medianUs, timeouts),
    service_us: distribution(sent, Math.round(medianUs * 0.9)),
    first_byte_us: distribution(sent, Math.round(medianUs * 0.8)),
    pacing_error_us: { p50: 120, p99: 840, max: 2310 },
    seconds: timeLine(seconds, rate, medianUs, failed, throttled),
    failures:
      failed > 0
        ? [
            {
              cause: 'answered 500',
              count: failed,
              exchange: exchange(500, '{"error":"Internal Server Error"}'),
            },
            { cause: 'answered 429', count: throttled, exchange: null },
          ]
        : [],
    notes,
  };
}

function timeLine(
  seconds: number,
  rate: number,
  medianUs: number,
  failed: number,
  throttled: number,
): readonly SecondRow[] {
  const random = randomFrom(seconds * rate + medianUs);
  const isBad = (second: number): boolean => second % 7 === 5;
  const bad = Math.max(1, Array.from({ length: seconds }, (_, second) => second).filter(isBad).length);
  return Array.from({ length: seconds }, (_, second) => {
    const failures = isBad(second) ? Math.round(failed / bad) : 0;
    const throttles = isBad(second) ? Math.round(throttled / bad) : 0;
    const wave = 1 + 0.15 * Math.sin(second / 4) + 0.1 * random();
    return {
      second,
      sent: rate,
      ok: rate - failures - throttles,
      failed: failures + throttles,
      throttled: throttles,
      p50_us: rate < 6 ? null : Math.round(medianUs * wave),
      p99_us: rate < 299 ? null : Math.round(medianUs * wave * (3 + random())),
      max_us: rate === 0 ? null : Math.round(medianUs * wave * (4 + 8 * random())),
      bands: bandsAround(medianUs * wave, rate),
    };
  });
}

/** Latencies of one second, most of them at the median, a few far above it. */
function bandsAround(medianUs: number, rate: number): NonNullable<SecondRow['bands']> {
  const middle = Math.floor(2 * Math.log2(medianUs));
  const tail = Math.max(1, Math.floor(rate / 20));
  return [
    [middle - 1, Math.floor(rate / 4)],
    [middle, rate - Math.floor(rate / 4) - tail],
    [middle + 4, tail],
  ];
}

/** A threshold on a step, by its outcome. */
export function threshold(
  outcome: ThresholdOutcome['outcome'],
  one: Partial<ThresholdOutcome> = {},
): ThresholdOutcome {
  const expression = one.expression ?? 'latency_ms_p95 < 250';
  return {
    expression,
    step: 'start',
    observed: outcome === 'inconclusive' ? null : 12.4,
    unit: 'ms',
    interval: outcome === 'inconclusive' ? null : [11.1, 14.9],
    limit: 250,
    outcome,
    sentence:
      outcome === 'inconclusive'
        ? `start: ${expression} can't be judged: 120 samples can't carry p99, it takes 299.`
        : `start: ${expression} is ${outcome}: observed 12.4 ms (95 % interval 11.1 ms to 14.9 ms).`,
    ...one,
  };
}

/** One scenario of one step, unless said otherwise. */
export function scenario(one: Partial<LoadScenario> = {}): LoadScenario {
  return {
    name: 'start',
    model: 'open',
    connections: 64,
    warmup_ms: 5000,
    connect: { tcp_us: distribution(64, 300), tls_us: null },
    inconclusive: null,
    steps: [step()],
    thresholds: [
      threshold('met'),
      threshold('met', {
        expression: 'error_rate < 1%',
        unit: 'ratio',
        observed: 0,
        interval: [0, 0.0025],
        limit: 0.01,
        sentence: 'start: error_rate < 1% is met: observed 0 % (95 % interval 0 % to 0.255 %).',
      }),
    ],
    ...one,
  };
}

/** The load part of a result. */
export function load(one: Partial<LoadResult> = {}): LoadResult {
  return {
    inconclusive: null,
    duration_ms: 37_400,
    scenarios: [scenario()],
    generator: {
      event_loop_delay_us: { p50: 90, p99: 1310, max: 8120 },
      cpu: 0.34,
      saturated: false,
      sentence: null,
    },
    ...one,
  };
}

/** Resuming runs, well within its one objective. */
export const RESUME_SCENARIO = scenario({
  name: 'resume',
  steps: [step({ name: 'resume', command: 'resume', rate: 3, seconds: 20 })],
  thresholds: [threshold('met', { step: 'resume', limit: 2000, expression: 'latency_ms_p95 < 2000' })],
});
