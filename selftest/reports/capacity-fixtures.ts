import type { Capacity, CapacityProbe } from '../../result/load-result.ts';
import { scenario, step, threshold } from './load-fixtures.ts';

/** A probe at a rate, answered after a time that rises near 400/s, above which fewer are answered well. */
function probe(
  rate: number,
  phase: CapacityProbe['phase'],
  outcome: CapacityProbe['outcome'],
  seconds = 10,
): CapacityProbe {
  const collapse = rate > 520 ? 0.6 : rate > 420 ? 0.9 : 1;
  const medianUs = Math.round(6000 / Math.max(0.04, 1 - rate / 460));
  const sent = rate * seconds;
  const one = step({ rate, seconds, medianUs, failed: Math.round(sent * (1 - collapse)) });
  return {
    phase,
    rate_per_second: rate,
    answered_per_second: rate * collapse,
    duration_ms: seconds * 1000,
    ledger: one.ledger,
    latency_us: one.latency_us,
    service_us: one.service_us,
    outcome,
    sentence: `p99 < 250 ms at ${rate}/s: ${outcome}, ${sent} samples.`,
  };
}

/** What a search over an operation found that serves about 400 requests a second. */
export const CAPACITY: Capacity = {
  objectives: ['latency_ms_p99 < 250'],
  command: 'start',
  rate_per_second: 360,
  broken_at_per_second: 400,
  knee_per_second: 320,
  collapse_per_second: 560,
  probes: [
    probe(20, 'exponential', 'inconclusive', 2),
    probe(80, 'exponential', 'kept'),
    probe(160, 'exponential', 'kept'),
    probe(320, 'exponential', 'kept'),
    probe(640, 'exponential', 'broken'),
    probe(480, 'binary', 'broken'),
    probe(400, 'binary', 'broken'),
    probe(360, 'binary', 'kept'),
    probe(360, 'confirming', 'kept', 20),
  ],
  sentence:
    'start holds latency_ms_p99 < 250 up to 360/s; at 400/s it breaks. Latency leaves its plateau at 320/s, and from 560/s on fewer responses come for more requests.',
};

/** The scenario of that search. */
export const CAPACITY_SCENARIO = scenario({
  name: 'capacity',
  steps: [step({ name: 'capacity', rate: 360, seconds: 20, medianUs: 28_000 })],
  thresholds: [
    threshold('met', {
      step: 'capacity',
      expression: 'latency_ms_p99 < 250',
      observed: 198.4,
      interval: [171.2, 231.9],
      sentence: 'capacity: latency_ms_p99 < 250 is met: observed 198.4 ms.',
    }),
  ],
  capacity: CAPACITY,
});
