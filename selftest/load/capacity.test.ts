import assert from 'node:assert/strict';
import test, { suite, type TestContext } from 'node:test';
import { ledgerImbalance } from '../../load/metrics/step-stats.ts';
import type { Capacity } from '../../result/load-result.ts';
import { attack, startServer, type Attempt, type AttemptOptions, type Behaviour } from './servers.ts';

const QUICK: AttemptOptions = {
  names: ['capacity'],
  command: 'start',
  slo: ['latency_ms_p95 < 150'],
  warmup: '300ms',
  minRate: '80',
  maxRate: '640',
  probeDuration: '800ms',
  soakDuration: '2s',
  precision: '10%',
  connections: '64',
};

async function search(
  behaviour: Behaviour,
  options: AttemptOptions = {},
): Promise<Attempt & { readonly capacity: Capacity; readonly openRuns: readonly string[] }> {
  const server = await startServer(behaviour);
  const attempt = await attack(server.port, { ...QUICK, ...options });
  const { openRuns } = await server.stats();
  await server.close();
  const { capacity } = attempt.scenario;
  assert.ok(capacity !== undefined);
  for (const { ledger } of capacity.probes) assert.equal(ledgerImbalance(ledger), null);
  assert.deepEqual(openRuns, []);
  assert.equal(attempt.runs.spend().ended_by.left_running, 0);
  return { ...attempt, capacity, openRuns };
}

/** A search takes up to thirty seconds, so three of them fit. */
const LIMIT_MS = 120_000;

/**
 * The noise of a busy machine may break a probe, so a search is tried again, as long as there is time. A try in which
 * the generator says itself that it was starved, or that had to be cut short, proves nothing; when each was such a
 * one, the test is skipped, and says which.
 */
async function bestOfSome(
  t: TestContext,
  run: (signal: AbortSignal) => Promise<Attempt>,
  check: (attempt: Attempt) => void,
): Promise<void> {
  const signal = AbortSignal.timeout(LIMIT_MS);
  const isLate = (): boolean => signal.aborted;
  let failure: Error | null = null;
  let excuse = '';
  for (let tries = 0; tries < 3 && !isLate(); tries += 1) {
    const attempt = await run(signal);
    if (isLate()) {
      excuse ||= `no search came to its end within ${LIMIT_MS / 1000} s`;
    } else if (attempt.result.generator?.saturated === true) {
      excuse = `the generator was starved: ${attempt.result.generator.sentence ?? ''}`;
    } else {
      try {
        check(attempt);
        return;
      } catch (error) {
        failure = error instanceof Error ? error : new Error(String(error));
      }
    }
  }
  if (failure !== null) throw failure;
  t.skip(excuse);
}

function capacityOf({ scenario }: Attempt): Capacity {
  assert.ok(scenario.capacity !== undefined);
  return scenario.capacity;
}

// one after the other, as each of them brings its server to its limit
suite('a search for the capacity of one server', { concurrency: 1 }, () => {
  test('one server of 4 ms has a capacity of 250 a second, and it stays busy beyond', (t) =>
    bestOfSome(
      t,
      // an objective that a steady overload breaks within a second: a gap that its short probes can close
      (signal) =>
        search({ serial: { serviceMs: 4 } }, { signal, slo: ['latency_ms_p95 < 100'], precision: '25%' }),
      (attempt) => {
        const { scenario } = attempt;
        const capacity = capacityOf(attempt);
        const { rate_per_second: rate, probes, sentence: message } = capacity;
        assert.ok(rate !== null && rate >= 200 && rate <= 250, message);
        assert.equal(capacity.collapse_per_second, null, message);
        assert.match(message, /confirmed by a soak; at \d+ they break/);
        assert.deepEqual(
          probes.slice(0, 2).map((probe) => [probe.phase, probe.rate_per_second, probe.outcome]),
          [
            ['exponential', 80, 'kept'],
            ['exponential', 160, 'kept'],
          ],
        );
        const overloaded = probes.find((probe) => probe.rate_per_second === 320);
        assert.ok(
          Math.abs((overloaded?.answered_per_second ?? 0) - 250) < 30,
          String(overloaded?.answered_per_second),
        );
        assert.deepEqual([probes.at(-1)?.phase, probes.at(-1)?.rate_per_second], ['confirming', rate]);
        assert.equal(scenario.inconclusive, null);
        assert.ok(
          scenario.thresholds.length > 0 && scenario.thresholds.every(({ outcome }) => outcome === 'met'),
        );
        assert.ok(scenario.steps.length === 1 && scenario.name === 'capacity');
      },
    ));

  test('a server that slows down under its own queue collapses, and that is told from saturation', (t) =>
    bestOfSome(
      t,
      // coarse: between the rate that is kept and the one that collapses lie rates that stay within the noise
      (signal) => search({ serial: { serviceMs: 4, longerPerWaiting: 0.02 } }, { signal, precision: '100%' }),
      (attempt) => {
        const capacity = capacityOf(attempt);
        assert.ok(
          (capacity.rate_per_second ?? 0) >= 160 && (capacity.rate_per_second ?? 0) <= 262,
          capacity.sentence,
        );
        assert.ok(capacity.collapse_per_second !== null, capacity.sentence);
        assert.match(capacity.sentence, /collapses/);
      },
    ));
});

suite('a search for the capacity', { concurrency: 3 }, () => {
  test('a server that throttles beyond a rate has that rate as its capacity', (t) =>
    bestOfSome(
      t,
      // half as much again as the lowest rate: sends of a busy machine come in bunches, which a limiter counts
      (signal) => search({ delayMs: 5, throttleAbove: 120 }, { signal }),
      (attempt) => {
        const { scenario } = attempt;
        const capacity = capacityOf(attempt);
        assert.ok(
          (capacity.rate_per_second ?? 0) >= 80 && (capacity.rate_per_second ?? 0) <= 132,
          capacity.sentence,
        );
        assert.match(capacity.sentence, /responds with 429: a limit on this key, not a collapse/);
        const beyond = capacity.probes.filter(({ rate_per_second: rate }) => rate >= 160);
        assert.ok(beyond.length > 0);
        for (const { outcome, cause } of beyond) assert.deepEqual([outcome, cause], ['broken', 'throttled']);
        assert.equal(scenario.inconclusive, null);
      },
    ));

  test('an objective that is broken at the lowest rate is NO-GO', (t) =>
    bestOfSome(
      t,
      (signal) => search({ delayMs: 300 }, { maxRate: '80', signal }),
      (attempt) => {
        const capacity = capacityOf(attempt);
        // broken twice: the first time is not believed
        assert.deepEqual([capacity.rate_per_second, capacity.probes.length], [null, 2]);
        assert.match(capacity.sentence, /already at 80 per second/);
        const outcomes = attempt.scenario.thresholds.map(({ outcome }) => outcome);
        assert.deepEqual([...outcomes].sort(), ['broken', 'met']);
        assert.equal(attempt.scenario.inconclusive, null);
      },
    ));

  test('a refused key ends a search at once', async () => {
    const refused = await search({ status: 401 }, { command: 'start' });
    assert.deepEqual(
      [refused.scenario.inconclusive?.cause, refused.capacity.probes.length],
      ['key-refused', 1],
    );
  });

  test('an interruption ends a search, and what was found until then is told', async () => {
    const controller = new AbortController();
    const server = await startServer({ delayMs: 5 });
    const running = attack(server.port, { ...QUICK, signal: controller.signal });
    setTimeout(() => {
      controller.abort();
    }, 3000);
    const { scenario, runs, result } = await running;
    await server.close();
    assert.equal(result.inconclusive?.cause, 'interrupted');
    assert.ok((scenario.capacity?.probes.length ?? 0) >= 1);
    assert.match(scenario.capacity?.sentence ?? '', /interrupted/);
    assert.equal(runs.spend().ended_by.left_running, 0);
  });

  test('a search stops before a probe that could pass a cap, and says what to set', async () => {
    const server = await startServer({ delayMs: 5 });
    const { scenario, runs } = await attack(server.port, {
      ...QUICK,
      command: 'start',
      probeDuration: '500ms',
      slo: ['latency_ms_p50 < 1000'],
      caps: { requests: 250 },
    });
    const seen = await server.stats();
    await server.close();
    assert.equal(scenario.inconclusive?.cause, 'budget-exhausted');
    assert.match(
      scenario.capacity?.sentence ?? '',
      /\d+ per second kept .* no room for the next probe .*HARNESS_MAX_REQUESTS=\d+/,
    );
    assert.ok(seen.requests <= 250 && seen.requests > 50, String(seen.requests));
    assert.equal(runs.spend().ended_by.left_running, 0);
  });
});
