import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generate } from 'selfsigned';
import { Agent, fetch } from 'undici';
import { createDelay, parseLatency } from '../../sandbox/latency.ts';
import { createStore } from '../../sandbox/store.ts';
import { KEY, PATH, UNKNOWN_ID, WORKFLOW, at, idOf, withSandbox } from './client.ts';

test("the server's own count agrees with what was sent", async () => {
  await withSandbox({}, async ({ send, sandbox }) => {
    const id = idOf(await send({ body: { workflow_id: WORKFLOW } }));
    await send({ body: { command: 'stop', workflow_run_id: id } });
    await send({ body: { workflow_id: WORKFLOW } });
    await send({ body: { command: 'stop', workflow_run_id: UNKNOWN_ID } });
    await send({ raw: '{' });
    const expected = {
      requests: 5,
      by_status: { '200': 3, '404': 1, '422': 1 },
      by_command: { start: 2, data: 0, resume: 0, pause: 0, stop: 2 },
      runs: { cancelled: 1, waiting_for_user_input: 1 },
      distinct_connections: 1,
    };
    assert.deepEqual(sandbox.stats(), expected);
    assert.deepEqual(await (await fetch(`${sandbox.url}/__sandbox/stats`)).json(), expected);
  });
});

test('a response is held back by the latency, and calls wait side by side', async () => {
  await withSandbox({ latency: { kind: 'constant', ms: 500 } }, async ({ send }) => {
    const begunMs = performance.now();
    await Promise.all(Array.from({ length: 20 }, () => send({ body: { workflow_id: WORKFLOW } })));
    const tookMs = performance.now() - begunMs;
    assert.ok(tookMs >= 499 && tookMs < 8000, `${tookMs} ms; one after the other would be 10,000`);
  });
});

test('latencies are spelled 25ms, 1.5s and exp:25ms', () => {
  assert.deepEqual(parseLatency('25ms'), { kind: 'constant', ms: 25 });
  assert.deepEqual(parseLatency('1.5s'), { kind: 'constant', ms: 1500 });
  assert.deepEqual(parseLatency('exp:25ms'), { kind: 'exponential', meanMs: 25 });
  for (const text of ['', '25', 'ms', '-1ms', '25 ms', 'exp:', 'log:5ms', '601s'])
    assert.equal(parseLatency(text), undefined, text);
});

test('random delays have their mean, and the same seed draws the same ones', () => {
  const draw = (seed: number): readonly number[] => {
    const delay = createDelay({ kind: 'exponential', meanMs: 25 }, seed);
    return Array.from({ length: 20_000 }, () => delay());
  };
  const mean = draw(7).reduce((sum, ms) => sum + ms, 0) / 20_000;
  assert.ok(Math.abs(mean - 25) < 1, `${mean} ms`);
  assert.deepEqual(draw(7), draw(7));
  assert.notDeepEqual(draw(7), draw(8));
});

test('a sandbox closes although a call is never answered', async () => {
  let unanswered: Promise<{ readonly failure: string }> | undefined;
  await withSandbox({ faults: ['data-unanswered'] }, async ({ send, sandbox }) => {
    const id = idOf(await send({ body: { workflow_id: WORKFLOW } }));
    unanswered = send({ body: { command: 'data', workflow_run_id: id } });
    while (sandbox.stats().by_status['never'] !== 1) await new Promise((resolve) => setImmediate(resolve));
  });
  assert.match((await unanswered)?.failure ?? '', /ECONNRESET|socket/);
});

test('a full store drops the oldest ended run, or else the oldest', () => {
  const store = createStore(3);
  const [first, second, third] = [1, 2, 3].map(() => store.create(WORKFLOW, 'waiting_for_user_input'));
  assert.ok(first && second && third);
  store.touch(second, 'cancelled');
  store.create(WORKFLOW, 'waiting_for_user_input');
  assert.deepEqual(
    [first, second, third].map((run) => store.find(run.id) !== undefined),
    [true, false, true],
  );
  store.create(WORKFLOW, 'waiting_for_user_input');
  assert.deepEqual(
    [first, second, third].map((run) => store.find(run.id) !== undefined),
    [false, false, true],
  );
});

test('the sandbox speaks TLS when it has a certificate', async () => {
  const { private: key, cert } = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  });
  await withSandbox({ tls: { key, cert } }, async ({ sandbox }) => {
    const dispatcher = new Agent({ connect: { ca: cert } });
    const response = await fetch(sandbox.url + PATH, {
      method: 'POST',
      dispatcher,
      headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ workflow_id: WORKFLOW }),
    });
    assert.equal(response.status, 200);
    assert.equal(typeof at(await response.json(), 'workflow_run', '_id'), 'string');
    await dispatcher.close();
  });
});
