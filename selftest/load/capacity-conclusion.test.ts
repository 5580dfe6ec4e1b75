import assert from 'node:assert/strict';
import test from 'node:test';
import { conclude, curveOf } from '../../load/capacity/conclusion.ts';
import type { Search } from '../../load/capacity/search.ts';
import { Recorder } from '../../load/metrics/latency-recorder.ts';
import type { Inconclusive } from '../../result/exchange.ts';
import type { CapacityProbe } from '../../result/load-result.ts';
import { LIMITS } from './search-limits.ts';

type Outcome = CapacityProbe['outcome'];

function probe(rate: number, wellPerSecond: number, p90Ms: number, outcome: Outcome = 'kept'): CapacityProbe {
  const recorder = new Recorder();
  for (let n = 0; n < 300; n += 1) recorder.record(p90Ms * (0.95 + (0.1 * (n % 10)) / 10));
  const times = recorder.distribution();
  const ledger = {
    intended: 300,
    shed: 0,
    sent: 300,
    ok: 300,
    http_error: 0,
    invalid: 0,
    transport_error: 0,
    timeout: 0,
    unfinished: 0,
  };
  return {
    phase: 'binary',
    rate_per_second: rate,
    answered_per_second: wellPerSecond,
    duration_ms: 5000,
    ledger,
    latency_us: times,
    service_us: times,
    outcome,
    sentence: `probe at ${rate}.`,
  };
}

test('knee, saturation and collapse are told apart', () => {
  const rows: readonly (readonly [
    title: string,
    probes: readonly CapacityProbe[],
    knee: number | null,
    collapse: number | null,
  ])[] = [
    ['flat throughout', [probe(10, 10, 5), probe(20, 20, 5), probe(40, 40, 5.2)], null, null],
    [
      'a knee, then saturation',
      [probe(10, 10, 5), probe(80, 80, 12), probe(160, 100, 400, 'broken'), probe(320, 98, 900, 'broken')],
      80,
      null,
    ],
    [
      'saturation without a knee',
      [probe(10, 10, 5), probe(80, 80, 5), probe(160, 100, 400, 'broken')],
      null,
      null,
    ],
    ['collapse', [probe(10, 10, 5), probe(80, 80, 6), probe(160, 30, 3000, 'broken')], null, 160],
    [
      'a knee, then collapse',
      [probe(10, 10, 5), probe(80, 79, 20), probe(120, 60, 900, 'broken'), probe(160, 20, 3000, 'broken')],
      80,
      120,
    ],
  ];
  for (const [title, probes, knee, collapse] of rows) {
    const curve = curveOf([...probes].reverse());
    assert.deepEqual([curve.knee, curve.collapse], [knee, collapse], title);
  }
});

test('the conclusion says what was found, what limits it, and what is not known', () => {
  const about = { command: 'start', objectives: ['latency_ms_p95 < 100'], limits: LIMITS };
  const said = (
    search: Partial<Search>,
    probes: readonly CapacityProbe[],
    ours: Inconclusive | null = null,
  ): readonly [string, string | null] => {
    const whole: Search = {
      ...{
        kept: [],
        broken: null,
        confirmed: null,
        failedSoaks: 0,
        next: null,
        doubted: null,
        isUnsteady: false,
      },
      ...search,
    };
    const { capacity, inconclusive } = conclude(about, whole, probes, { fatal: null, ours });
    return [capacity.sentence, inconclusive?.cause ?? null];
  };
  const rows: readonly (readonly [ReturnType<typeof said>, RegExp, string | null])[] = [
    [
      said({ kept: [80], confirmed: 80, broken: 90 }, [probe(80, 80, 5), probe(90, 40, 500, 'broken')]),
      /^start keeps .* at 80 per second, confirmed by a soak; at 90 they break, and from 90 on .* collapses\.$/,
      null,
    ],
    [said({ kept: [1000], confirmed: 1000 }, [probe(1000, 1000, 5)]), /highest rate that was allowed/, null],
    [said({ broken: 10 }, [probe(10, 10, 500, 'broken')]), /already at 10 per second/, null],
    [said({ broken: 10 }, [probe(10, 10, 500, 'inconclusive')]), /^No rate was confirmed/, 'too-few-samples'],
    [
      said({ kept: [80], confirmed: 80, broken: 90 }, [probe(80, 80, 5), probe(90, 90, 5, 'inconclusive')], {
        cause: 'generator-saturated',
        sentence: 'The generator was late.',
      }),
      /higher rates could not be judged. The generator was late/,
      'generator-saturated',
    ],
    [
      said({ kept: [80], confirmed: 80, broken: 90 }, [probe(80, 80, 5), probe(90, 90, 5, 'inconclusive')]),
      /90 could not be shown to keep them/,
      null,
    ],
  ];
  for (const [[message, cause], pattern, expected] of rows) {
    assert.match(message, pattern);
    assert.equal(cause, expected, message);
  }
});
