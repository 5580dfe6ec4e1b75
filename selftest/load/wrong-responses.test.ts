import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseLoadOptions } from '../../load/options/read.ts';
import { judgeRun } from '../../result/verdict.ts';
import { attack, startServer, stepOf, type Attempt, type Behaviour } from './servers.ts';

/** A limit that any of these servers keeps, on a load too short to open the breaker. */
const FAST = {
  names: ['start'],
  rate: '20',
  duration: '1s',
  warmup: '0',
  threshold: ['latency_ms_p50 < 5000'],
};

async function against(behaviour: Behaviour): Promise<Attempt> {
  const server = await startServer(behaviour);
  try {
    return await attack(server.port, FAST);
  } finally {
    await server.close();
  }
}

function limits(threshold: readonly string[]): readonly string[] {
  const parsed = parseLoadOptions(['start'], { threshold });
  if ('issues' in parsed) throw new Error(parsed.issues.join(' '));
  return parsed.plan.scenarios.flatMap(({ thresholds }) => thresholds.map(({ expression }) => expression));
}

test('a limit on latency alone leaves the limit on errors in place', () => {
  const rows: readonly (readonly [given: readonly string[], judged: readonly string[]])[] = [
    [[], ['error_rate < 1%', 'latency_ms_p95 < 2000']],
    [['latency_ms_p50 < 250'], ['latency_ms_p50 < 250', 'error_rate < 1%']],
    [['error_rate < 50%'], ['error_rate < 50%']],
    [['error_rate{command=start} < 5%'], ['error_rate{command=start} < 5%']],
  ];
  for (const [given, judged] of rows) assert.deepEqual(limits(given), judged);
});

test('responses that are fast but wrong are NO-GO, whatever the thresholds allow', async () => {
  const { result, scenario } = await against({ wrongSchema: true });
  assert.equal(stepOf(scenario, 'start').ledger.invalid, 20);
  const { verdict, mover, reasons } = judgeRun({ contract: null, load: result, interrupted: false });
  assert.deepEqual([verdict, mover], ['NO-GO', 'api']);
  assert.ok(
    reasons.some((reason) =>
      reason.includes('20 of 20 responses to start broke the contract: schema broken'),
    ),
  );
});

test('the pages of a login or a gateway are not held against the API', async () => {
  const { result, scenario } = await against({ page: '<!doctype html><title>Sign in</title>' });
  assert.equal(scenario.inconclusive?.cause, 'not-an-api');
  const { verdict, mover } = judgeRun({ contract: null, load: result, interrupted: false });
  assert.notEqual(verdict, 'GO');
  assert.deepEqual([verdict, mover], ['INCONCLUSIVE', 'environment']);
});

test('they are not held against it either where they end the load early', async () => {
  const server = await startServer({ page: '<!doctype html><title>Sign in</title>' });
  try {
    const { result, scenario } = await attack(server.port, { ...FAST, rate: '60', duration: '3s' });
    assert.ok(stepOf(scenario, 'start').ledger.sent < 180, 'the breaker opened');
    assert.equal(scenario.inconclusive?.cause, 'not-an-api');
    assert.equal(judgeRun({ contract: null, load: result, interrupted: false }).verdict, 'INCONCLUSIVE');
  } finally {
    await server.close();
  }
});
