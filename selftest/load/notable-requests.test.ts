import assert from 'node:assert/strict';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { NotableKeeper } from '../../load/metrics/notable-requests.ts';
import type { Hit } from '../../load/metrics/hit.ts';
import { isTraced, TraceParents, traceIdOf } from '../../target/trace-parents.ts';
import { attack, CANARY_KEY, stepOf } from './servers.ts';
import { PUNCTUAL } from './hits.ts';

test('no two traces are alike, and each has the form of the standard', () => {
  const [one, other] = [new TraceParents(), new TraceParents()];
  const seen = new Set<string>();
  const spans = new Set<string>();
  const tails = new Set<string>();
  for (let times = 0; times < 50_000; times += 1)
    for (const traces of [one, other]) {
      const header = traces.next();
      const id = traceIdOf(header);
      assert.ok(id !== null, header);
      seen.add(id);
      tails.add(id.slice(18)); // by which a collector chooses its sample
      spans.add(header.slice(36, 52));
    }
  assert.equal(seen.size, 100_000);
  assert.ok(tails.size > 99_990 && spans.size > 99_990);
  const means = [...tails].reduce((sum, tail) => sum + parseInt(tail.slice(0, 8), 16), 0) / tails.size;
  assert.ok(Math.abs(means / 2 ** 32 - 0.5) < 0.01, String(means));
  assert.equal(traceIdOf('00-short-1-01'), null);
});

test('what a case or the configuration sets is not set twice, and off is off', () => {
  const target = { traces: true, extraHeaders: [] };
  const none = { headers: [] };
  assert.equal(isTraced(target, none), true);
  assert.equal(isTraced(target, { headers: [['Traceparent', 'x']] }), false);
  assert.equal(isTraced({ ...target, traces: false }, none), false);
  const configured = [{ name: 'TraceParent', value: { reveal: () => 'x' } }] as never;
  assert.equal(isTraced({ ...target, extraHeaders: configured }, none), false);
});

function hit(at: number, tookMs: number, one: Partial<Hit> = {}): Hit {
  return {
    ...PUNCTUAL,
    fate: 'ok',
    status: 200,
    cause: null,
    intendedMs: at,
    sentMs: at,
    firstByteMs: at + tookMs,
    endedMs: at + tookMs,
    found: () => ({ traceId: `t${at}`, requestId: null }),
    ...one,
  };
}

test('the slowest are kept, and of the wrong ones the earliest of each cause, from several processes as from one', () => {
  const hits = Array.from({ length: 400 }, (_, at) => {
    const wrong = { fate: 'http_error', status: 500, cause: 'status 500' } as const;
    const rare = { fate: 'invalid', status: 200, cause: 'no body' } as const;
    return hit(at, (at * 37) % 401, at % 3 === 0 ? wrong : at === 200 ? rare : {});
  });
  const whole = new NotableKeeper();
  const halves = [new NotableKeeper(), new NotableKeeper()];
  hits.forEach((one, at) => {
    whole.add(one);
    halves[at % 2]?.add(one);
  });
  const merged = new NotableKeeper();
  for (const half of halves) merged.merge(half.state());
  const seen = whole.toResult();
  const slowest = hits.map(({ intendedMs, endedMs }) => endedMs - intendedMs).sort((a, b) => b - a).slice(0, 20); // prettier-ignore
  assert.deepEqual(
    seen.slowest.map((one) => one.response_ms),
    slowest,
  );
  assert.equal(seen.wrong.length, 20);
  assert.deepEqual(seen.wrong.slice(0, 2).map(({ cause }) => cause), ['status 500', 'no body']); // prettier-ignore
  const ids = (all: typeof seen.wrong): readonly (string | null)[] => all.map((one) => one.trace_id).sort();
  assert.deepEqual(ids(merged.toResult().wrong), ids(seen.wrong));
  assert.deepEqual(ids(merged.toResult().slowest), ids(seen.slowest));
});

test('what was given up by us, and a whole chain, is not looked up', () => {
  const keeper = new NotableKeeper();
  keeper.add(hit(1, 5000, { fate: 'unfinished', status: null }));
  const { found, ...chain } = hit(2, 6000);
  assert.ok(found !== undefined);
  keeper.add(chain);
  assert.ok(keeper.isEmpty);
});

interface Seen {
  readonly trace: string | undefined;
  readonly ordinal: number;
}

/** A server that starts runs, whose 7th response is slow and whose 11th is a 500, and which keeps the traces it got. */
async function tracedServer(): Promise<{ readonly port: number; readonly seen: Seen[]; close(): void }> {
  const seen: Seen[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      const isStart = !body.includes('"stop"');
      const { traceparent } = request.headers;
      if (isStart) seen.push({ trace: typeof traceparent === 'string' ? traceparent : undefined, ordinal: seen.length + 1 }); // prettier-ignore
      const ordinal = isStart ? seen.length : 0;
      const headers = { 'content-type': 'application/json', 'x-request-id': `r-${ordinal}-${CANARY_KEY}` };
      const id = ordinal.toString(16).padStart(24, '0');
      const at = new Date().toISOString();
      const run = { _id: id, status: 'started', created_at: at, updated_at: at };
      const send = (): void => void response.writeHead(ordinal === 11 ? 500 : 200, headers).end(JSON.stringify({ workflow_run: run })); // prettier-ignore
      if (ordinal === 7) setTimeout(send, 1500);
      else send();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): void => {
    server.closeAllConnections();
    server.close();
  };
  return { port: (server.address() as AddressInfo).port, seen, close };
}

test('the slow and the wrong request of a load are found by the traces that the server saw; off sends none', async () => {
  for (const traces of [true, false]) {
    const server = await tracedServer();
    try {
      const { scenario } = await attack(server.port, {
        rate: '20',
        duration: '1s',
        warmup: '0s',
        over: { traces },
      });
      const { notable, failures } = stepOf(scenario, 'start');
      const sent = new Set(server.seen.map(({ trace }) => trace));
      assert.equal(sent.size, traces ? server.seen.length : 1);
      const idOf = (ordinal: number): string | null => traceIdOf(server.seen[ordinal - 1]?.trace);
      assert.ok(notable !== undefined);
      const [slow] = notable.slowest;
      assert.ok(slow !== undefined);
      assert.equal(slow.trace_id, idOf(7));
      assert.ok(slow.response_ms >= 1500);
      assert.match(slow.request_id ?? '', /^r-7-/);
      assert.ok(!JSON.stringify({ notable }).includes(CANARY_KEY));
      const wrong = notable.wrong.find(({ status }) => status === 500);
      assert.ok(wrong !== undefined);
      assert.equal(wrong.trace_id, idOf(11));
      assert.match(wrong.request_id ?? '', /^r-11-/);
      const example = failures
        .find(({ cause }) => cause === 'status 500')
        ?.exchange?.request.headers.find(([name]) => name === 'traceparent');
      assert.equal(example?.[1], server.seen[10]?.trace);
    } finally {
      server.close();
    }
  }
});
