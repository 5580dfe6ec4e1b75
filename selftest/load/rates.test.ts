import assert from 'node:assert/strict';
import test from 'node:test';
import { StepStats } from '../../load/metrics/step-stats.ts';
import { parseLoadOptions } from '../../load/options/read.ts';
import { mergeRecords, stateOf } from '../../load/metrics/scenario-record.ts';
import { Recorder } from '../../load/metrics/latency-recorder.ts';
import { reportScenario } from '../../load/judge/scenario-report.ts';
import type { ScenarioPlan } from '../../load/scenario/plan.ts';
import { parseThreshold } from '../../load/scenario/threshold.ts';
import { judgeThresholds } from '../../load/judge/thresholds.ts';
import type { LoadStep } from '../../result/load-result.ts';
import { attack, startServer, stepOf } from './servers.ts';
import { timeLimitsOf } from '../../load/scenario/threshold.ts';
import { NO_SHARES } from '../../load/metrics/hit.ts';
import { FRAME, PUNCTUAL } from './hits.ts';

const frame = { ratePerSecond: 100, concurrency: null, durationMs: 10_000, notes: [] };

interface Send {
  readonly dueMs: number;
  readonly sentMs: number;
  readonly endedMs: number;
}

function bookOf(sends: readonly Send[]): StepStats {
  const book = new StepStats('start', 'start', { ...FRAME, longestMs: null });
  for (const { dueMs, sentMs, endedMs } of sends) {
    book.due(0);
    book.sent(dueMs, sentMs);
    book.settled(
      {
        fate: 'ok',
        status: 200,
        cause: null,
        intendedMs: dueMs,
        sentMs,
        ...PUNCTUAL,
        firstByteMs: null,
        endedMs,
      },
      () => null,
    );
  }
  return book;
}

/** A hundred arrivals a second for ten seconds; the rest is what becomes of them. */
function arrivals(become: (n: number) => Omit<Send, 'dueMs'>): StepStats {
  return bookOf(Array.from({ length: 1000 }, (_, n) => ({ dueMs: n * 10, ...become(n) })));
}

function throughputOf(step: LoadStep): number {
  const threshold = parseThreshold('throughput_rps >= 90');
  if ('issue' in threshold) assert.fail(threshold.issue);
  return judgeThresholds([threshold], [step], 'start')[0]?.observed ?? NaN;
}

test('throughput is what the target answered, not what it was sent while responses piled up', () => {
  const atOnce = arrivals((n) => ({ sentMs: n * 10, endedMs: (n + 1) * 20 })).toStep(frame);
  assert.equal(Math.round(atOnce.achieved_per_second), 100);
  assert.ok(Math.abs(throughputOf(atOnce) - 50) < 0.2, String(throughputOf(atOnce)));
  const inTime = arrivals((n) => ({ sentMs: n * 10, endedMs: n * 10 + 50 })).toStep(frame);
  assert.equal(throughputOf(inTime), 100);
});

test('what comes late as a whole, as the last command of a slow chain does, came at the same rate', () => {
  const step = arrivals((n) => ({ sentMs: n * 10 + 8000, endedMs: n * 10 + 10_500 })).toStep(frame);
  assert.deepEqual([step.achieved_per_second, throughputOf(step)], [100, 100]);
  const queued = arrivals((n) => ({ sentMs: n * 20, endedMs: n * 20 + 5 })).toStep(frame);
  assert.equal(Math.round(queued.achieved_per_second), 50);
});

function planOf(texts: Parameters<typeof parseLoadOptions>[1], names: readonly string[]): ScenarioPlan {
  const parsed = parseLoadOptions(names, texts, {
    nowMs: Date.parse('2026-11-25T10:00:00Z'),
    openFilesMax: null,
    connectionsMax: 2000,
    timeoutMs: 10_000,
  });
  const [plan] = 'plan' in parsed ? parsed.plan.scenarios : [];
  return plan ?? assert.fail('plan' in parsed ? '' : parsed.issues.join(' '));
}

function recordOf(plan: ScenarioPlan, stats: readonly StepStats[]): Parameters<typeof reportScenario>[1] {
  const part = plan.arrival.model === 'open' ? (plan.arrival.profile.stages[0] ?? null) : null;
  const facts = {
    stopReason: null,
    timeoutMs: 1000,
    heldMs: 0,
    holdUntilEpochMs: null,
    checked: 0,
    checkedInFull: 0,
  };
  return {
    stages: [{ stage: part, stats: stats, measuredMs: plan.durationMs, endedWell: 0 }],
    connects: { tcp: new Recorder(), tls: new Recorder() },
    facts: { ...facts, pools: [], cpu: 0 },
    controls: null,
  };
}

test('a shard reports its own part of the rate, and the merge of all the whole', () => {
  const startAt = '2026-11-25T11:00:00Z';
  const whole = { rate: '100', duration: '10s', warmup: '0' };
  const plan = planOf({ ...whole, shard: '2/4', startAt }, ['start']);
  const quarter = bookOf(
    Array.from({ length: 250 }, (_, n) => ({ dueMs: n * 40, sentMs: n * 40, endedMs: n * 40 + 5 })),
  );
  const record = recordOf(plan, [quarter]);
  const state = stateOf(record);
  const [step] = reportScenario(plan, record).scenario.steps;
  assert.deepEqual([step?.rate_per_second, step?.achieved_per_second, step?.ok_per_second], [25, 25, 25]);
  const merged = mergeRecords(Array.from({ length: 4 }, () => state));
  const [all] = reportScenario(planOf(whole, ['start']), merged).scenario.steps;
  assert.deepEqual([all?.rate_per_second, all?.achieved_per_second, all?.ok_per_second], [100, 100, 100]);
});

test('a send that was late by our own fault is no queueing before the target, and one that waited is', () => {
  const plan = planOf({ rate: '10', duration: '10s', warmup: '0', threshold: ['latency_ms_p95 < 40'] }, [
    'start',
  ]);
  const limits = timeLimitsOf(plan.thresholds);
  const notes = (lateMs: number, waitMs: number, heldMs = 0): string => {
    const book = new StepStats('start', 'start', { ...FRAME, limits, longestMs: null });
    for (let n = 0; n < 100; n += 1) {
      const [dueMs, isHit] = [n * 100, n % 10 === 0];
      const sentMs = dueMs + (isHit ? lateMs + waitMs : 0);
      const [own, wait] = isHit ? [lateMs, waitMs] : [0, 0];
      const shares = heldMs > 0 ? { ...NO_SHARES, own, held: wait } : { ...NO_SHARES, own, ceiling: wait };
      const parts = { noticed: own, allowed: shares.held, connection: shares.ceiling, written: 0 };
      const times = {
        intendedMs: dueMs,
        sentMs,
        ...PUNCTUAL,
        firstByteMs: null,
        endedMs: sentMs + 5,
        shares,
        parts,
      };
      book.due(isHit ? lateMs : 0);
      book.sent(dueMs, sentMs);
      book.settled({ ...times, fate: 'ok', status: 200, cause: null }, () => null);
    }
    const record = recordOf(plan, [book]);
    const facts = { ...record.facts, heldMs };
    const [step] = reportScenario(plan, { ...record, facts }).scenario.steps;
    return step?.notes.join(' ') ?? '';
  };
  assert.doesNotMatch(notes(9, 0), /Saturated/);
  assert.doesNotMatch(notes(0, 60, 1000), /Saturated/, 'a pause that Retry-After asked for');
  assert.match(notes(0, 60), /Saturated: queueing added 60 ms at p95/);
  assert.match(notes(9, 60), /Saturated: queueing added 60 ms at p95/);
});

test('what a gateway refused is counted once, not again for the whole chain', async () => {
  const server = await startServer({ status: 503, statusFor: 'start' });
  const { scenario } = await attack(server.port, {
    names: ['start-resume'],
    rate: '20',
    duration: '500ms',
    warmup: '0',
  });
  await server.close();
  assert.equal(scenario.inconclusive?.sentence, '10 of 10 requests were answered with 502, 503 or 504.');
});

test('a threshold on the whole of a mix of one command, which has no step, is an issue', () => {
  const parsed = parseLoadOptions(['mixed'], {
    mix: 'start=1',
    threshold: ['latency_ms_p50{command=mixed} < 1'],
  });
  assert.match('issues' in parsed ? parsed.issues.join(' ') : '', /is about mixed; measured are start\./);
});

test('so it is where it has ended the load early', async () => {
  const server = await startServer({ page: '<!doctype html><title>Sign in</title>' });
  const { scenario } = await attack(server.port, {
    names: ['start-resume'],
    rate: '60',
    duration: '3s',
    warmup: '0',
  });
  await server.close();
  const { sent } = stepOf(scenario, 'start').ledger;
  assert.ok(sent < 180, 'the breaker opened');
  assert.match(scenario.inconclusive?.sentence ?? '', new RegExp(`^\\d+ of ${sent} responses were`));
});
