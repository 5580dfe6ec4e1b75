/** When a load gives up, at the very request, and with what words. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { CircuitBreaker, type Observation } from '../../load/engine/circuit-breaker.ts';
import { DEFAULT_BREAKER } from '../../load/scenario/plan.ts';
import { type StopReason } from '../../load/metrics/scenario-record.ts';
import type { TransportFailure } from '../../result/exchange.ts';

type Event = 'connected' | TransportFailure['kind'] | Observation;

const REFUSED = 'refused' as const;
const end = (
  status: number | null,
  fate: Observation['fate'],
  command: Observation['command'],
): Observation => ({
  status,
  fate,
  command,
});
const ok = end(200, 'ok', 'start');
const error = (status: number, command: Observation['command'] = 'resume'): Observation =>
  end(status, 'http_error', command);
const times = (count: number, ...events: readonly Event[]): readonly Event[] =>
  Array.from({ length: count }, () => events).flat();

/** After how many events it opened, and the reason; 0 when it never did. It stays open, and opens once. */
function openedBy(
  events: readonly Event[],
  limits = DEFAULT_BREAKER,
  connections = 4,
): { readonly at: number; readonly reason: StopReason | undefined } {
  const reasons: StopReason[] = [];
  const breaker = new CircuitBreaker(connections, limits, (reason) => reasons.push(reason));
  let at = 0;
  for (const [n, event] of events.entries()) {
    if (event === 'connected') breaker.connected();
    else if (typeof event === 'string') breaker.connectFailed({ kind: event, message: `E${event}` });
    else breaker.settled(event);
    assert.equal(breaker.isOpen, reasons.length > 0);
    if (at === 0 && reasons.length > 0) at = n + 1;
  }
  assert.ok(reasons.length <= 1);
  return { at, reason: reasons[0] };
}

const causeOf = (reason: StopReason | undefined): string | undefined =>
  reason === undefined ? undefined : (reason.inconclusive?.cause ?? 'the API');

test('too many of the last hundred: it opens at the 51st failure, whatever the mixture, and names most of them', () => {
  const rows: readonly (readonly [events: readonly Event[], at: number, cause?: string])[] = [
    [times(50, error(409)), 0],
    [times(51, error(409)), 51, 'circuit-broken'],
    [times(200, ok, error(409)), 0],
    [[...times(100, ok, error(409)), error(409)], 201, 'circuit-broken'],
    // Of the hundred before, those that failed leave as the new ones come.
    [[...times(50, error(409)), ...times(100, ok), ...times(50, error(409))], 0],
    [[...times(50, error(409)), ...times(99, ok), ...times(52, error(409))], 200, 'circuit-broken'],
    [times(300, end(null, 'unfinished', 'start')), 0],
    [times(51, end(null, 'timeout', 'start')), 51, 'circuit-broken'],
    [times(51, end(null, 'transport_error', 'start')), 51, 'circuit-broken'],
    [times(51, error(429)), 51, 'throttled'],
    [times(51, error(502)), 51, 'environment-down'],
    [times(51, error(503)), 51, 'environment-down'],
    [times(51, error(504)), 51, 'environment-down'],
    [times(51, error(500)), 51, 'the API'],
    [times(51, error(501)), 51, 'the API'],
    [times(51, error(499)), 51, 'circuit-broken'],
    [times(51, end(200, 'invalid', 'data')), 51, 'the API'],
    [times(51, end(null, 'invalid', 'data')), 51, 'the API'],
    // Just over the half of 51 are 26.
    [[...times(26, error(429)), ...times(25, error(409))], 51, 'throttled'],
    [[...times(25, error(429)), ...times(26, error(409))], 51, 'circuit-broken'],
    [[...times(26, error(503)), ...times(25, error(409))], 51, 'environment-down'],
    [
      [...times(13, error(500)), ...times(13, end(200, 'invalid', 'data')), ...times(25, error(409))],
      51,
      'the API',
    ],
    [[...times(13, error(500)), ...times(13, error(502)), ...times(25, error(409))], 51, 'the API'],
  ];
  for (const [events, at, cause] of rows) {
    const seen = openedBy(events);
    const title = `${events.length} events, ${at}`;
    assert.deepEqual([seen.at, causeOf(seen.reason)], [at, cause], title);
  }
});

test('the share that is allowed is that of the last hundred, not of those that there were', () => {
  const tenth = { failureShare: 0.1, connectFailures: 30 };
  assert.equal(openedBy(times(11, error(409)), tenth).at, 11);
  assert.equal(openedBy(times(10, error(409)), tenth).at, 0);
  assert.equal(openedBy(times(500, error(409)), { failureShare: 1, connectFailures: 30 }).at, 0);
  const halves = openedBy([...times(26, error(429)), ...times(26, error(409))], {
    failureShare: 0.51,
    connectFailures: 30,
  });
  assert.deepEqual([halves.at, causeOf(halves.reason)], [52, 'circuit-broken'], 'half of them are not most');
  assert.deepEqual(DEFAULT_BREAKER, { failureShare: 0.5, connectFailures: 30 });
});

test('a key that is refused once is enough; a missing start takes three in a row, a refused input five of the first', () => {
  const start = (status: number): Observation => error(status, 'start');
  const rows: readonly (readonly [events: readonly Event[], at: number, cause?: string])[] = [
    [[ok, error(401)], 2, 'key-refused'],
    [[ok, error(403, 'start')], 2, 'key-refused'],
    [[ok, error(402)], 0],
    [times(3, start(404)), 3, 'operation-not-deployed'],
    [times(3, start(405)), 3, 'operation-not-deployed'],
    [[ok, ...times(3, start(404))], 4, 'operation-not-deployed'],
    [times(3, error(404)), 0],
    [[start(404), start(404), ok, start(404), start(404)], 0],
    [[start(404), start(405), start(404), start(405)], 0],
    [[error(404), start(404), start(404)], 0],
    // What never came in between neither counts nor breaks the row.
    [[start(404), end(null, 'timeout', 'start'), start(404), start(404)], 4, 'operation-not-deployed'],
    [times(5, start(400)), 5, 'run-input-refused'],
    [times(5, start(422)), 5, 'run-input-refused'],
    [times(5, start(409)), 0],
    [times(5, error(422)), 0],
    [[ok, ...times(5, start(422))], 0],
    [[...times(4, start(422)), ok, ...times(5, start(422))], 0],
    [[end(200, 'invalid', 'start'), ...times(5, start(422))], 6, 'run-input-refused'],
  ];
  for (const [events, at, cause] of rows) {
    const seen = openedBy(events);
    assert.deepEqual([seen.at, causeOf(seen.reason)], [at, cause], JSON.stringify(events));
  }
});

test('connections that fail in a row open it: thirty, or three of each when none ever came about', () => {
  const rows: readonly (readonly [events: readonly Event[], at: number, connections?: number])[] = [
    [times(11, REFUSED), 0],
    [times(12, REFUSED), 12],
    [times(3, REFUSED), 3, 1],
    [times(29, REFUSED), 0, 10],
    [times(30, REFUSED), 30, 10],
    [times(30, REFUSED), 30, 200],
    [['connected', ...times(29, REFUSED)], 0],
    [['connected', ...times(30, REFUSED)], 31],
    [[...times(11, REFUSED), 'connected', ...times(29, REFUSED)], 0],
    [[...times(29, REFUSED), 'connected', ...times(30, REFUSED)], 12],
    [times(12, 'timeout'), 12],
    [times(12, 'reset'), 12],
  ];
  for (const [events, at, connections] of rows)
    assert.equal(openedBy(events, DEFAULT_BREAKER, connections).at, at, JSON.stringify(events));
  const { reason } = openedBy(times(12, REFUSED));
  assert.equal(causeOf(reason), 'environment-down');
  assert.match(reason?.message ?? '', /12 attempts to connect failed and none ever succeeded \(Erefused\)/);
  assert.match(openedBy(['connected', ...times(30, REFUSED)]).reason?.message ?? '', /30 .* failed in a row/);
  assert.equal(openedBy(times(2, REFUSED), { failureShare: 0.5, connectFailures: 2 }).at, 2);
});

test('an unverified peer opens it at once, and this machine’s own limits at the fifth time in a row', () => {
  const tls = openedBy(['connected', 'tls']);
  assert.deepEqual([tls.at, causeOf(tls.reason)], [2, 'tls-not-verified']);
  const local = openedBy(times(5, 'local'));
  assert.deepEqual([local.at, causeOf(local.reason)], [5, 'generator-saturated']);
  assert.equal(openedBy([...times(4, 'local'), 'connected', ...times(4, 'local')]).at, 0);
  assert.equal(openedBy([...times(11, REFUSED), ...times(4, 'local')]).at, 0);
});

test('the sentence says what was seen, and of how many', () => {
  const said = (events: readonly Event[]): string => openedBy(events).reason?.message ?? '';
  assert.match(
    said([...times(49, ok), ...times(51, error(429))]),
    /^Stopped early: 51 of the last 100 requests failed, most of them with 429/,
  );
  assert.match(said(times(51, error(500))), /^Stopped early: 51 of the last 51 requests failed, .* 5xx/);
  assert.match(said(times(51, error(409))), /51 of the last 51 requests failed, so the load was stopped/);
  assert.match(said([error(401)]), /^Stopped early: The key was refused with 401 at resume\.$/);
  assert.match(said(times(3, error(404, 'start'))), /start was answered with 404 3 times in a row/);
  assert.match(said(times(5, error(422, 'start'))), /Each of the first 5 starts was refused with 422/);
});
