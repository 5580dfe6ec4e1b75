/** Free control calls among the load: against servers whose own log says what came, and in what order. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import test, { describe } from 'node:test';
import { ControlStats, mergeControls } from '../../load/metrics/control-stats.ts';
import { describePlan } from '../../load/plan.ts';
import { parseLoadOptions } from '../../load/options/read.ts';
import type { LoadControls } from '../../result/load-result.ts';
import { judgeRun } from '../../result/verdict.ts';
import { CONTROLS, isControl, paidBetween, withControls } from './control-calls.ts';
import { inOrder } from '../../bench/truth.ts';
import {
  attack,
  causeOf,
  CANARY_KEY,
  startServer,
  stepOf,
  type Attempt,
  type AttemptOptions,
  type Behaviour,
  type ServerStats,
} from './servers.ts';

interface Played {
  readonly attempt: Attempt;
  readonly controls: LoadControls;
  readonly seen: ServerStats;
}

async function play(
  behaviour: Behaviour,
  options: AttemptOptions = {},
  reshape: typeof withControls | null = withControls,
): Promise<Played> {
  const server = await startServer(behaviour);
  const given = { rate: '200', duration: '1s', warmup: '100ms', timeout: '5s', ...options };
  const attempt = await attack(server.port, { ...given, ...(reshape === null ? {} : { reshape }) });
  const seen = await server.stats();
  await server.close();
  rmSync(attempt.outDir, { recursive: true });
  const controls = attempt.result.controls ?? new ControlStats().toResult();
  return { attempt, controls, seen };
}

function sentBy(seen: ServerStats): number {
  return CONTROLS.reduce((sum, kind) => sum + (seen.byCommand[kind] ?? 0), 0);
}

/** By how many milliseconds paid requests missed their distance of 5 ms: those behind a control call, and the others (medians). */
function spacing({ log }: ServerStats): { readonly behind: number; readonly apart: number } {
  const missed: { readonly isBehind: boolean; readonly ms: number }[] = [];
  let last: number | null = null;
  log.forEach(({ command, arrivedMs }, i) => {
    if (command !== 'start') return;
    const isBehind = isControl(log[i - 1]?.command ?? '');
    if (last !== null) missed.push({ isBehind, ms: Math.abs(arrivedMs - last - 5) });
    last = arrivedMs;
  });
  const median = (of: boolean): number => {
    const own = inOrder(missed.flatMap(({ isBehind, ms }) => (isBehind === of ? [ms] : [])));
    return own[own.length >> 1] ?? NaN;
  };
  return { behind: median(true), apart: median(false) };
}

/** The equations of the controls' own ledger, by kind and in all. */
function assertBalanced(controls: LoadControls): void {
  for (const one of [controls, ...controls.kinds]) {
    assert.equal(one.intended, one.sent + one.shed);
    assert.equal(one.sent, one.answered + one.failed);
  }
}

describe('control calls', { concurrency: 3 }, () => {
  test('go evenly among the paid requests, a tenth of them, and are counted nowhere else', async () => {
    const { attempt, controls, seen } = await play({ controls: { schema: 200 } });
    const { ledger, latency_us: latency } = stepOf(attempt.scenario, 'start');
    assertBalanced(controls);
    assert.equal(ledger.intended, 200);
    assert.equal(ledger.sent, 200);
    assert.equal(ledger.ok, 200);
    assert.equal(latency.count, 200);
    assert.equal(seen.byCommand['start'], 220, 'with the warm-up');
    assert.equal(controls.sent, sentBy(seen));
    assert.ok(controls.intended <= 20 && controls.sent > 0, JSON.stringify(controls));
    assert.equal(
      controls.kinds.reduce((sum, { latency_us: own }) => sum + own.count, 0),
      controls.answered,
    );
    assert.deepEqual(seen.keys, [`Bearer ${CANARY_KEY}`], 'never another key');
    // By the server's own order: each after ten paid requests more, and none in the warm-up.
    const places = seen.log.flatMap(({ command }, i) => (CONTROLS.includes(command) ? [i] : []));
    places.forEach((place, n) => {
      assert.ok(place - n >= 20 + 10 * (n + 1), `control ${n + 1} came at ${place}`);
    });
    assert.equal(judgeRun({ contract: null, load: attempt.result, interrupted: false }).verdict, 'GO');
  });

  test('leave the paid requests on their schedule: as many, as far apart, and as late as without', async () => {
    // A machine that is busy for a moment delays what it likes; a disturbance by the calls themselves would be in each attempt.
    const seenIn: string[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      const without = await play({}, { warmup: '0' }, null);
      const { attempt: withCalls, controls, seen } = await play({}, { warmup: '0' });
      const [own, other] = [stepOf(without.attempt.scenario, 'start'), stepOf(withCalls.scenario, 'start')];
      assert.deepEqual([other.ledger, sentBy(without.seen)], [own.ledger, 0]);
      assert.equal(seen.byCommand['start'], without.seen.byCommand['start']);
      assert.ok(controls.sent * 10 <= other.ledger.sent, `${controls.sent} control calls`);
      const between = inOrder(paidBetween(seen.log.map(({ command }) => command)));
      const { behind, apart } = spacing(seen);
      const lateMs = ((other.pacing_error_us.p50 ?? Infinity) - (own.pacing_error_us.p50 ?? 0)) / 1000;
      if (controls.sent >= 15 && between[between.length >> 1] === 10 && behind - apart < 1 && lateMs < 1)
        return;
      seenIn.push(
        `${controls.sent} control calls, ${between.join(' ')} paid between; ${behind} and ${apart} ms off; ${lateMs} ms later`,
      );
    }
    assert.fail(seenIn.join('\n'));
  });

  test('end for good where one is answered with 429, and the API is not blamed', async () => {
    const { attempt, controls, seen } = await play({ controls: { from: { nth: 3, status: 429 } } });
    assertBalanced(controls);
    assert.ok(sentBy(seen) <= 4, 'at most what was under way');
    assert.match(controls.notes.join(' '), /stopped.*429.*rate limit/);
    assert.equal(stepOf(attempt.scenario, 'start').ledger.ok, 200);
    assert.equal(causeOf(attempt.scenario), null);
  });

  test('end where the paid requests are throttled, which they would add to', async () => {
    const { controls, seen } = await play(
      { throttle: { after: 60, count: 1, retryAfterS: 0 } },
      { breakerFailures: '100%' },
    );
    assertBalanced(controls);
    assert.ok(sentBy(seen) <= 6, `${sentBy(seen)}`);
    assert.match(controls.notes.join(' '), /stopped, because the target throttled requests under load/);
  });

  test('of a kind that a firewall forbids, or the target accepts, are not sent again; the others are', async () => {
    const { controls, seen } = await play({ controls: { put: 403, invalid: 200 } });
    assertBalanced(controls);
    // What was under way already may come besides.
    for (const kind of CONTROLS) assert.ok((seen.byCommand[kind] ?? 0) <= 2, kind);
    assert.equal(controls.sent, sentBy(seen));
    assert.equal(controls.notes.length, controls.kinds.length);
    assert.equal(
      controls.kinds.every(({ latency_us: own }) => own.count === 0),
      true,
    );
  });

  test('that are never answered hold no paid request up', async () => {
    const { attempt, controls } = await play({ controls: { invalid: 'hang', put: 405 } });
    assertBalanced(controls);
    assert.ok(controls.failed > 0);
    assert.equal(stepOf(attempt.scenario, 'start').ledger.ok, 200);
    assert.equal(causeOf(attempt.scenario), null);
  });

  test('stay within the caps on requests and on the rate, and the paid requests come first', async () => {
    const few = await play({}, { caps: { requests: 470 } });
    assert.equal(stepOf(few.attempt.scenario, 'start').ledger.sent, 200);
    assert.ok(few.controls.sent > 0);
    const rate = await play({}, { caps: { ratePerSecond: 100 }, rate: '100' });
    assert.equal(rate.controls.sent, 0);
    assert.match(rate.controls.notes.join(' '), /HARNESS_MAX_RATE has no room/);
    assert.equal(stepOf(rate.attempt.scenario, 'start').ledger.ok, 100);
  });

  test('of several processes are counted as one', async () => {
    const { controls, seen, attempt } = await play({}, { processes: '2', connections: '8' });
    assertBalanced(controls);
    assert.equal(controls.sent, sentBy(seen));
    assert.ok(controls.sent > 0 && controls.intended <= 20);
    assert.equal(stepOf(attempt.scenario, 'start').ledger.ok, 200);
  });
});

test('the ledgers of control calls add up without loss', () => {
  const one = new ControlStats();
  for (const ms of [1, 2, 3, 4, 5, 6]) {
    one.due('invalid body');
    one.sent('invalid body');
    one.responded('invalid body', 422, ms);
  }
  one.due('refused method');
  const other = new ControlStats();
  other.due('refused method');
  other.sent('refused method');
  other.failed('refused method');
  other.note('A note.');
  const told = mergeControls([one.state(), other.state(), other.state()]).toResult();
  assertBalanced(told);
  assert.deepEqual([told.intended, told.sent, told.shed, told.failed], [9, 8, 1, 2]);
  assert.ok(Math.abs((told.kinds[0]?.latency_us.p50 ?? 0) - 3000) <= 3);
  assert.deepEqual(told.notes, ['A note.']);
});

test('the plan tells how many there may be, and why there are none', () => {
  const linesOf = (connectionsMax: number): string => {
    const limits = { nowMs: 0, openFilesMax: null, connectionsMax, timeoutMs: 1000, controls: true };
    const parsed = parseLoadOptions(
      ['start'],
      { rate: '10', duration: '10s', warmup: '0', connections: '9' },
      limits,
    );
    assert.ok('plan' in parsed);
    return describePlan(parsed.plan).lines.join('\n');
  };
  assert.match(linesOf(20), /control calls: at most 10 requests more/);
  assert.match(linesOf(10), /control calls: none, because HARNESS_MAX_CONNECTIONS/);
});
