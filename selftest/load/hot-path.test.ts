import assert from 'node:assert/strict';
import test from 'node:test';
import { Deadlines, type Waiting } from '../../load/attack/deadlines.ts';
import { HeadReader } from '../../load/attack/response-head.ts';
import { FifoSet } from '../../load/attack/fifo-set.ts';
import { RequestWriter } from '../../load/attack/request-writer.ts';
import { CoreShare, runSchedule } from '../../load/arrivals/schedule.ts';
import { constantPace } from '../../load/arrivals/pacer.ts';
import { CANARY_KEY, targetAt } from './servers.ts';

interface Named {
  readonly name: string;
}

test('a loop that is busy and gets no computing time gives its core up for two seconds', () => {
  const use = { activeMs: 0, cpuMs: 0 };
  const core = new CoreShare(0, () => ({ ...use }));
  const after = (nowMs: number, activeMs: number, cpuMs: number): boolean => {
    use.activeMs += activeMs;
    use.cpuMs += cpuMs;
    return core.isFree(nowMs);
  };
  assert.equal(after(250, 250, 245), true, 'all of its time');
  assert.equal(after(500, 20, 12), true, 'a few milliseconds lost');
  assert.equal(after(750, 250, 130), false, 'half of its time');
  assert.equal(after(1000, 10, 10), false, 'resting');
  assert.equal(after(2700, 10, 10), false, 'still resting');
  assert.equal(after(2800, 10, 10), true, 'tries again');
});

test('a schedule on a free core is exact, and one that is stopped calls no more', async () => {
  const errors: number[] = [];
  const schedule = runSchedule(constantPace(200, 500), performance.now() + 5, (_intended, lateMs) => {
    errors.push(lateMs);
    if (errors.length === 60) schedule.stop();
  });
  await schedule.ended;
  assert.equal(errors.length, 60);
  assert.ok(errors.every((lateMs) => lateMs >= 0));
  assert.ok(schedule.spunMs() > 0 && schedule.spunMs() < 320, String(schedule.spunMs()));
});

test('each that waits expires once and in order; one that was answered does not', async () => {
  const deadlines = new Deadlines(40);
  const expired: number[] = [];
  const waiting = [0, 1, 2].map((n): Waiting => {
    const sinceMs = performance.now();
    return { waitingSinceMs: sinceMs, expired: () => expired.push(n) };
  });
  for (const each of waiting) deadlines.add(each);
  const [, second] = waiting;
  assert.ok(second !== undefined);
  deadlines.delete(second);
  const beganMs = performance.now();
  await new Promise((done) => setTimeout(done, 20));
  assert.deepEqual(expired, []);
  while (expired.length < 2 && performance.now() - beganMs < 5000)
    await new Promise((done) => setTimeout(done, 5));
  assert.deepEqual(expired, [0, 2]);
  assert.ok(performance.now() - beganMs >= 39);
  deadlines.close();
});

test('a line keeps the order of joining, whoever leaves it', () => {
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => ({ name })) as [Named, Named, Named, Named];
  const line = new FifoSet<Named>();
  const names = (): string =>
    line
      .all()
      .map(({ name }) => name)
      .join('');
  line.leave(a);
  for (const one of [a, b, c, a]) line.join(one);
  assert.equal(names(), 'abc');
  line.leave(b);
  assert.equal(names(), 'ac');
  for (const one of [b, d]) line.join(one);
  assert.equal(names(), 'acbd');
  for (const one of [a, d, a]) line.leave(one);
  assert.equal(names(), 'cb');
  assert.equal(line.first, c);
  for (const one of [c, b]) line.leave(one);
  assert.equal(line.first, null);
  line.join(d);
  assert.equal(names(), 'd');
});

test('the head is made anew when anything in it changes, and never for the body', () => {
  const wire = new RequestWriter(
    targetAt('http://127.0.0.1:1234'),
    new URL('http://127.0.0.1:1234/runs?a=b'),
    true,
  );
  const request = (body: string, headers: readonly (readonly [string, string])[]): string =>
    wire
      .write({ method: 'POST', path: '/runs?a=b', credential: { kind: 'valid' }, headers, body })
      .bytes.toString('utf8');
  const first = request('{"a":"ü"}', [['content-type', 'application/json']]);
  assert.ok(first.startsWith('POST /runs?a=b HTTP/1.1\r\nhost: 127.0.0.1:1234\r\n'));
  assert.ok(first.includes(`authorization: Bearer ${CANARY_KEY}\r\n`));
  assert.ok(first.endsWith('content-length: 10\r\n\r\n{"a":"ü"}'));
  assert.ok(request('', [['content-type', 'application/json']]).endsWith('content-length: 0\r\n\r\n'));
  assert.ok(request('x', [['content-type', 'text/plain']]).includes('content-type: text/plain\r\n'));
  assert.ok(!request('x', []).includes('content-type'));
  assert.throws(() => request('x', [['x-mark', 'a\r\nb: c']]), /line break/);
});

test('a response whose headers differ from the last one is read anew', () => {
  const reader = new HeadReader();
  const first = reader.read(['Content-Type', 'a', 'Keep-Alive', 'timeout=5']);
  assert.deepEqual(first.pairs, [
    ['content-type', 'a'],
    ['keep-alive', 'timeout=5'],
  ]);
  assert.equal(first.keepAliveMs, 4000);
  assert.equal(reader.read(['Content-Type', 'a', 'Keep-Alive', 'timeout=5']), first);
  assert.deepEqual(reader.read(['Content-Type', 'b', 'Keep-Alive', 'timeout=5']).pairs[0], [
    'content-type',
    'b',
  ]);
  assert.equal(reader.read(['Content-Type', 'b']).keepAliveMs, Infinity);
});
