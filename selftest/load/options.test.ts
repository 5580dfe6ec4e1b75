import assert from 'node:assert/strict';
import test from 'node:test';
import { parseLoadOptions, type LoadOptionTexts } from '../../load/options.ts';
import { describePlan, poolSizeOf } from '../../load/plan.ts';
import { SCENARIO_NAMES, type LoadPlan, type ScenarioPlan } from '../../load/scenario.ts';

function planOf(names: readonly string[], options: LoadOptionTexts = {}): LoadPlan {
  const parsed = parseLoadOptions(names, options);
  if ('mistakes' in parsed) throw new Error(parsed.mistakes.join(' '));
  return parsed.plan;
}

function firstOf(names: readonly string[], options: LoadOptionTexts = {}): ScenarioPlan {
  const [plan] = planOf(names, options).scenarios;
  if (plan === undefined) throw new Error('The plan has no scenario.');
  return plan;
}

function mistakesOf(names: readonly string[], options: LoadOptionTexts = {}): readonly string[] {
  const parsed = parseLoadOptions(names, options);
  return 'mistakes' in parsed ? parsed.mistakes : [];
}

test('options override the defaults of each named scenario', () => {
  const start = firstOf(['start'], {
    rate: '50',
    duration: '30s',
    warmup: '5s',
    connections: '64',
    timeout: '10s',
    threshold: ['shed <= 0'],
  });
  assert.deepEqual(start.arrival, { model: 'open', ratePerSecond: 50 });
  assert.deepEqual(
    [start.durationMs, start.warmupMs, start.connections, start.timeoutMs],
    [30_000, 5000, 64, 10_000],
  );
  assert.deepEqual(
    start.thresholds.map(({ expression }) => expression),
    ['shed <= 0'],
  );
});

test('concurrency asks for the closed model with as many connections', () => {
  const start = firstOf(['start'], { concurrency: '7' });
  assert.deepEqual([start.arrival, start.connections], [{ model: 'closed', concurrency: 7 }, 7]);
});

test('all mistakes are said at once, each as a sentence', () => {
  const mistakes = mistakesOf(['start', 'strat', 'mixed'], {
    rate: '0',
    duration: '30',
    warmup: 'x',
    connections: '1.5',
    timeout: '1ms',
    concurrency: '2',
    threshold: ['p95 < 3', 'error_rate{command=resume} < 1%'],
  });
  assert.equal(mistakes.length, 10);
  for (const mistake of mistakes) assert.match(mistake, /^[A-Z-].*\.$/);
  assert.ok(
    mistakes.some(
      (mistake) => mistake.includes('"strat"') && mistake.includes('start, resume, start-resume'),
    ),
  );
  assert.ok(mistakes.some((mistake) => mistake.includes('not both')));
});

test('no name at all is a mistake that lists the known ones', () => {
  assert.match(mistakesOf([])[0] ?? '', /start, resume, start-resume/);
});

test('a threshold goes to the scenarios that it can be about', () => {
  const plan = planOf(['start', 'resume'], { threshold: ['latency_ms_p95{command=resume} < 1s'] });
  assert.deepEqual(
    plan.scenarios.map(({ thresholds }) => thresholds.length),
    [0, 1],
  );
});

test('the nightly plan starts fewer than 140 runs, and each step can judge p95', () => {
  const plan = planOf(SCENARIO_NAMES);
  const { startsRuns, requests, lines } = describePlan(plan);
  assert.ok(startsRuns !== null && startsRuns < 140, String(startsRuns));
  assert.ok(requests !== null && requests < 700);
  assert.ok(lines.length >= 6);
  for (const { arrival, durationMs } of plan.scenarios)
    assert.ok(arrival.model === 'open' && (arrival.ratePerSecond * durationMs) / 1000 >= 59);
});

test('the closed model says that the answers decide', () => {
  assert.equal(describePlan(planOf(['start'], { concurrency: '3' })).startsRuns, null);
});

test('the pool is no larger than what is needed, nor than four runs to a connection', () => {
  const size = (options: LoadOptionTexts): number =>
    poolSizeOf(firstOf(['resume'], { warmup: '0', ...options })).runs;
  assert.equal(size({ rate: '1', duration: '2s' }), 2);
  assert.equal(size({ rate: '50', duration: '60s', connections: '5' }), 20);
  assert.equal(size({ rate: '3', duration: '20s' }), 9);
});
