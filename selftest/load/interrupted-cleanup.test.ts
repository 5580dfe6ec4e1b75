import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { stopRuns, type StopOutcome } from '../../load/engine/setup-client.ts';
import { attack, startServer } from './servers.ts';

const IDS = Array.from({ length: 40 }, (_, n) => `run-${n}`);

function sideThat(takesMs: number): { readonly stopped: string[]; stop(id: string): Promise<StopOutcome> } {
  const stopped: string[] = [];
  return {
    stopped,
    async stop(id) {
      await new Promise((resolve) => setTimeout(resolve, takesMs));
      stopped.push(id);
      return 'stopped';
    },
  };
}

test('Ctrl-C in the middle of a slow clean-up stops what is left in a hurry, each run once', async () => {
  const interruption = new AbortController();
  const side = sideThat(5);
  setTimeout(() => {
    interruption.abort();
  }, 200);
  const beganMs = performance.now();
  await stopRuns(side, IDS, { ratePerSecond: 10, interruption: interruption.signal }, 600);
  const tookMs = performance.now() - beganMs;
  assert.ok(tookMs < 1500, `40 stops at 10 a second were cut short after ${tookMs} ms`);
  assert.deepEqual([...side.stopped].sort(), [...IDS].sort());
});

test('a clean-up that hangs is left when the time after Ctrl-C is over', async () => {
  const beganMs = performance.now();
  const interruption = AbortSignal.abort();
  await stopRuns(sideThat(5000), IDS, { ratePerSecond: 10, interruption }, 200);
  assert.ok(performance.now() - beganMs < 1500);
});

test('Ctrl-C does not wait for what a throttled preparation was asked to wait', async () => {
  const server = await startServer({ throttle: { after: 0, count: 100, retryAfterS: 30 } });
  const interruption = new AbortController();
  const running = attack(server.port, {
    names: ['resume'],
    rate: '10',
    duration: '1s',
    signal: interruption.signal,
  });
  while ((await server.stats()).requests === 0) await sleep(20);
  const abortedMs = performance.now();
  interruption.abort();
  const { scenario } = await running;
  await server.close();
  assert.ok(performance.now() - abortedMs < 5000);
  assert.equal(scenario.inconclusive?.cause, 'interrupted');
});

test('what Ctrl-C cut off of a chain is no error of the target', async () => {
  const server = await startServer({ delayMs: 100 });
  const interruption = new AbortController();
  setTimeout(() => {
    interruption.abort();
  }, 900);
  const { scenario } = await attack(server.port, {
    names: ['start-resume'],
    rate: '20',
    duration: '5s',
    warmup: '0',
    signal: interruption.signal,
    threshold: ['error_rate < 1%'],
  });
  await server.close();
  const cutOff = scenario.steps.reduce((sum, step) => sum + (step.cut_off ?? 0), 0);
  assert.ok(cutOff > 0, 'some chains were under way');
  assert.deepEqual(
    scenario.thresholds.filter(({ outcome }) => outcome === 'broken'),
    [],
  );
});

test('an API that is coming back is waited for, with growing pauses, and then all runs are stopped', async () => {
  const patience = { wholeMs: 60_000, firstMs: 1, longestMs: 4 };
  let attempts = 0;
  const stopped = new Set<string>();
  const side = {
    stop: (id: string): Promise<StopOutcome> => {
      attempts += 1;
      if (attempts <= 12) return Promise.resolve('unanswered');
      stopped.add(id);
      return Promise.resolve('stopped');
    },
  };
  const { signal } = new AbortController();
  await stopRuns(side, IDS, { ratePerSecond: null, interruption: signal }, 1000, patience);
  assert.equal(stopped.size, IDS.length);
});

test('an API that does not come back is left in time, and not asked without end', async () => {
  const patience = { wholeMs: 60, firstMs: 10, longestMs: 20 };
  let attempts = 0;
  const side = {
    stop: (): Promise<StopOutcome> => {
      attempts += 1;
      return Promise.resolve('unanswered');
    },
  };
  const { signal } = new AbortController();
  await stopRuns(side, IDS, { ratePerSecond: null, interruption: signal }, 1000, patience);
  assert.ok(attempts < 30, `${attempts} attempts`);
});
