import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { runCapacity } from '../../load/capacity/run.ts';
import { parseCapacityOptions } from '../../load/options/capacity.ts';
import { type LoadContext, RequestBudget } from '../../load/engine/context.ts';
import { ALONE, beginningAt } from '../../load/engine/start-barrier.ts';
import { GeneratorWatch } from '../../load/metrics/generator-health.ts';
import { StepStats } from '../../load/metrics/step-stats.ts';
import { Recorder } from '../../load/metrics/latency-recorder.ts';
import { parseLoadOptions } from '../../load/options/read.ts';
import type { ScenarioRecord } from '../../load/metrics/scenario-record.ts';
import { ControlPolicy } from '../../load/engine/controls.ts';
import { runScenario } from '../../load/engine/run-scenario.ts';
import type { ScenarioPlan } from '../../load/scenario/plan.ts';
import { sharePlan } from '../../load/scenario/share.ts';
import { shardsOf } from '../../load/arrivals/shard.ts';
import { openRunLedger } from '../../target/run-ledger.ts';
import { operation, startServer, targetAt } from './servers.ts';
import { FRAME, PUNCTUAL } from './hits.ts';

function contextAt(port: number): LoadContext & { readonly waits: string[] } {
  const outDir = mkdtempSync(join(tmpdir(), 'load-watch-'));
  const waits: string[] = [];
  return {
    operation,
    target: targetAt(`http://127.0.0.1:${port}`),
    runs: openRunLedger(join(outDir, 'runs.ledger'), null),
    signal: new AbortController().signal,
    say: (line) => {
      if (line.includes('Retry-After')) waits.push(line);
    },
    progress: () => undefined,
    outDir,
    waits,
  };
}

class Spy extends GeneratorWatch {
  beganMs = 0;
  tookMs = 0;
  override begin(): void {
    this.beganMs = performance.now();
  }
  override end(): void {
    this.tookMs = performance.now() - this.beganMs;
  }
}

test('the generator is watched while load is sent, not while a last response is waited for', async () => {
  const server = await startServer({ hangEvery: 5 });
  const context = contextAt(server.port);
  const parsed = parseLoadOptions(['start'], {
    rate: '20',
    duration: '300ms',
    warmup: '0',
    timeout: '1s',
    breakerFailures: '100%',
  });
  const [plan] = 'plan' in parsed ? parsed.plan.scenarios : [];
  const watch = new Spy();
  const budgets = { requests: new RequestBudget(null), controls: new ControlPolicy() };
  const beganMs = performance.now();
  await runScenario(plan ?? assert.fail(), context, watch, budgets, ALONE);
  const wholeMs = performance.now() - beganMs;
  await server.close();
  rmSync(context.outDir, { recursive: true });
  assert.ok(wholeMs > 1000, 'one request was waited for');
  assert.ok(watch.tookMs < 800, `watched for ${watch.tookMs} of ${wholeMs} ms`);
});

/** What a probe left whose target asked for a pause, which is not over yet. */
function recordOf({ arrival }: ScenarioPlan, holdMs: number): ScenarioRecord {
  const part = arrival.model === 'open' ? (arrival.profile.stages[0] ?? null) : null;
  const book = new StepStats('start', 'start', FRAME);
  const times = { intendedMs: 0, sentMs: 0, ...PUNCTUAL, firstByteMs: null, endedMs: 10 };
  book.due(0);
  book.sent(0, 0);
  book.settled({ ...times, fate: 'ok', status: 200, cause: null }, () => null);
  const judged = { checked: 1, checkedInFull: 1, pools: [], cpu: 0 };
  const held = { heldMs: holdMs, holdUntilEpochMs: Date.now() + holdMs };
  return {
    stages: [{ stage: part, stats: [book], measuredMs: 1000, endedWell: 1 }],
    connects: { tcp: new Recorder(), tls: new Recorder() },
    facts: { stopReason: null, timeoutMs: 1000, ...held, ...judged },
    controls: null,
  };
}

/** So long that a busy machine has not judged the probe only when the pause is over. */
const HOLD_MS = 2000;

test('a search for the capacity begins no probe within a pause that the one before was asked for', async () => {
  const parsed = parseCapacityOptions(['capacity'], {
    slo: ['error_rate < 50%'],
    minRate: '1',
    maxRate: '1',
  });
  const capacity = 'plan' in parsed ? parsed.plan.capacity : null;
  const context = contextAt(1);
  const beganMs: number[] = [];
  let untilMs = 0;
  await runCapacity(capacity ?? assert.fail(), 1, context, {
    run(plan) {
      beganMs.push(performance.now());
      assert.ok(performance.now() >= untilMs - 20, `probe ${beganMs.length} was too early`);
      untilMs = performance.now() + HOLD_MS;
      return Promise.resolve(recordOf(plan, HOLD_MS));
    },
    health: () => assert.fail(),
    close: () => Promise.resolve(),
  });
  rmSync(context.outDir, { recursive: true });
  assert.ok(beganMs.length > 1 && context.waits.length === beganMs.length - 1);
});

test('no two processes of all shards think the same', () => {
  const parsed = parseLoadOptions(['start'], { concurrency: '24', think: '1ms..9ms' });
  const [plan] = 'plan' in parsed ? parsed.plan.scenarios : [];
  const seeds = shardsOf(3).flatMap((outer) =>
    shardsOf(4).map((inner) => sharePlan(sharePlan(plan ?? assert.fail(), outer), inner).arrival),
  );
  assert.equal(new Set(seeds.map((arrival) => (arrival.model === 'closed' ? arrival.seed : 0))).size, 12);
});

test('a time too short to tell takes no share of a core', () => {
  const watch = new GeneratorWatch();
  watch.begin();
  const untilMs = performance.now() + 5;
  while (performance.now() < untilMs);
  watch.end();
  assert.deepEqual([watch.cpuOfLast, watch.health(null).cpu], [0, 0]);
});

test('a process that waits for --start-at can end as soon as it is interrupted', () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  void beginningAt(Date.now() + 60_000, false).ready();
  assert.equal(timers(), before);
});
