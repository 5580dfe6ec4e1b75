import assert from 'node:assert/strict';
import test from 'node:test';
import { ratePerSecondOf } from '../../load/arrivals/rate-profile.ts';
import { parseLoadOptions, type LoadOptionTexts } from '../../load/options/read.ts';
import { type LoadPlan, describePlan } from '../../load/plan.ts';
import { poolSizeOf } from '../../load/scenario/run-setup.ts';
import { type ScenarioPlan } from '../../load/scenario/plan.ts';

function planOf(names: readonly string[], options: LoadOptionTexts = {}): LoadPlan {
  const parsed = parseLoadOptions(names, options);
  if ('issues' in parsed) throw new Error(parsed.issues.join(' '));
  return parsed.plan;
}

function firstOf(names: readonly string[], options: LoadOptionTexts = {}): ScenarioPlan {
  const [plan] = planOf(names, options).scenarios;
  if (plan === undefined) throw new Error('The plan has no scenario.');
  return plan;
}

function issuesOf(names: readonly string[], options: LoadOptionTexts = {}): readonly string[] {
  const parsed = parseLoadOptions(names, options);
  return 'issues' in parsed ? parsed.issues : [];
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
  assert.equal(ratePerSecondOf(start), 50);
  assert.deepEqual(
    [start.durationMs, start.warmupMs, start.connections, start.timeoutMs],
    [30_000, 5000, 64, 10_000],
  );
  assert.deepEqual(
    start.thresholds.map(({ expression }) => expression),
    ['shed <= 0', 'error_rate < 1%'],
  );
});

test('when a load gives up can be set, and what can not be meant is refused', () => {
  assert.deepEqual(firstOf(['start']).breaker, { failureShare: 0.5, connectFailures: 30 });
  assert.deepEqual(firstOf(['start'], { breakerFailures: '12.5%', breakerConnects: '3' }).breaker, {
    failureShare: 0.125,
    connectFailures: 3,
  });
  for (const breakerFailures of ['', '0%', '101%', '0.5', 'half'])
    assert.match(
      issuesOf(['start'], { breakerFailures }).join(),
      /--breaker-failures is ".*"; it takes a share/,
    );
  for (const breakerConnects of ['0', '1.5', 'x', '10001'])
    assert.match(
      issuesOf(['start'], { breakerConnects }).join(),
      /--breaker-connects is ".*"; it takes a whole number/,
    );
});

test('concurrency asks for the closed model with as many connections', () => {
  const start = firstOf(['start'], { concurrency: '7' });
  assert.deepEqual(
    [start.arrival, start.connections],
    [{ model: 'closed', concurrency: 7, think: { leastMs: 0, mostMs: 0 }, seed: 1 }, 7],
  );
});

test('all issues are said at once, each as a sentence', () => {
  const issues = issuesOf(['start', 'strat', 'mixd'], {
    rate: '0',
    duration: '30',
    warmup: 'x',
    connections: '1.5',
    timeout: '1ms',
    concurrency: '2',
    threshold: ['p95 < 3', 'error_rate{command=resume} < 1%'],
  });
  assert.equal(issues.length, 10);
  for (const issue of issues) assert.match(issue, /^[A-Z-].*\.$/);
  assert.ok(issues.some((issue) => issue.includes('"strat"') && issue.includes('start, data, resume')));
  assert.ok(issues.some((issue) => issue.includes('not both')));
});

test('no name at all is an issue that lists the known ones', () => {
  assert.match(issuesOf([])[0] ?? '', /start, data, resume/);
});

test('a threshold goes to the scenarios that it can be about', () => {
  const plan = planOf(['start', 'resume'], { threshold: ['latency_ms_p95{command=resume} < 1s'] });
  assert.deepEqual(
    plan.scenarios.map(({ thresholds }) => thresholds.map(({ expression }) => expression)),
    [['error_rate < 1%'], ['latency_ms_p95{command=resume} < 1s', 'error_rate < 1%']],
  );
});

test('the closed model says that the responses decide', () => {
  assert.equal(describePlan(planOf(['start'], { concurrency: '3' })).startsRuns, null);
});

test('the pool is no larger than what is needed, nor than four runs to a connection', () => {
  const size = (options: LoadOptionTexts): number =>
    poolSizeOf(firstOf(['resume'], { warmup: '0', ...options }), 'resume').runs;
  assert.equal(size({ rate: '1', duration: '2s' }), 2);
  assert.equal(size({ rate: '50', duration: '60s', connections: '5' }), 20);
  assert.equal(size({ rate: '3', duration: '20s' }), 9);
});

test('a plan counts what each scenario will send and start', () => {
  const options = { rate: '10', duration: '10s', warmup: '0', connections: '20' };
  const rows: readonly (readonly [name: string, mix: string | undefined, runs: number, requests: number])[] =
    [
      ['start', undefined, 100, 200],
      ['data', undefined, 45, 100 + 45 * 2],
      ['resume', undefined, 45, 100 + 45 * 3 + 100],
      ['pause', undefined, 45, 100 + 45 * 2 + 100],
      ['stop', undefined, 100, 200],
      ['start-resume', undefined, 100, 400],
      ['mixed', 'start=1,stop=1', 100, 100 + 50 + 50],
      ['mixed', 'data=1', 45, 100 + 45 * 2],
      ['mixed', 'start=1,data=3', 25 + 34, 100 + 25 + 34 * 2],
    ];
  for (const [name, mix, runs, requests] of rows) {
    const { startsRuns, requests: planned } = describePlan(planOf([name], { ...options, mix }));
    assert.deepEqual([startsRuns, planned], [runs, requests], `${name} ${mix ?? ''}`);
  }
});

test('a mix with unknown, absent, double or zero weights is refused, all issues at once', () => {
  const rows: readonly (readonly [mix: string, issues: number])[] = [
    ['start=0', 1],
    ['start=1,jump=2', 1],
    ['start=1,start=2', 1],
    ['start', 1],
    ['start=1.5,data=-1,resume=x', 3],
    ['', 1],
    ['start=1001', 1],
  ];
  for (const [mix, count] of rows) {
    const issues = issuesOf(['mixed'], { mix });
    assert.equal(issues.length, count, mix);
    for (const issue of issues) assert.match(issue, /^--mix .*\.$/);
  }
  assert.match(issuesOf(['start'], { mix: 'start=1' })[0] ?? '', /mixed/);
});

test('shape, arrivals and think time: every issue is a sentence', () => {
  const rows: readonly (readonly [options: LoadOptionTexts, issues: number])[] = [
    [{ shape: 'ramp:10' }, 1],
    [{ shape: 'ramp:0..0' }, 1],
    [{ shape: 'ramp:1..1000000' }, 1],
    [{ shape: 'stairs:1..5/1' }, 1],
    [{ shape: 'stairs:0..5/5' }, 1],
    [{ shape: 'spike:50' }, 1],
    [{ shape: 'spike:50/60s', duration: '10s' }, 1],
    [{ shape: 'zigzag', arrivals: 'random', rate: '0' }, 3],
    [{ shape: 'ramp:1..10', rate: '5' }, 1],
    [{ think: '1s' }, 1],
    [{ think: '5', concurrency: '2' }, 1],
    [{ think: '2s..1s', concurrency: '2' }, 1],
    [{ shape: 'soak', arrivals: 'poisson', concurrency: '2' }, 2],
    [{ arrivals: 'poisson', rate: '10000', duration: '1h' }, 1],
  ];
  for (const [options, count] of rows) {
    const issues = issuesOf(['start', 'resume'], options);
    assert.equal(issues.length, count, `${JSON.stringify(options)}: ${issues.join(' ')}`);
    for (const issue of issues) assert.match(issue, /^--.*\.$/);
  }
});

test('a plan of random arrivals counts them exactly, and the same seed counts alike', () => {
  const count = (seed: string): number | null =>
    describePlan(planOf(['start'], { rate: '100', duration: '10s', warmup: '0', arrivals: 'poisson', seed }))
      .startsRuns;
  assert.equal(count('7'), count('7'));
  assert.ok(Math.abs((count('7') ?? 0) - 1000) < 150 && count('7') !== count('8'), String(count('7')));
});
