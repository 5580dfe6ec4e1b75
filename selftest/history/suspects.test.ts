/** A second look at what is suspect: when it is taken, what it may spend, and what the report says of it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, describe } from 'node:test';
import { rerunSuspects } from '../../commands/rerun-suspects.ts';
import { recordOf } from '../../history/record.ts';
import { targetSeries } from '../../history/series.ts';
import { parseLoadOptions } from '../../load/options/read.ts';
import type { LoadContext } from '../../load/run.ts';
import type { LoadPlan } from '../../load/plan.ts';
import type { LoadResult } from '../../result/load-result.ts';
import type { RunResult } from '../../result/result.ts';
import { NO_CAPS } from '../../target/settings.ts';
import { openRunLedger } from '../../target/run-ledger.ts';
import { readHistory, writeNight } from '../../history/files.ts';
import type { NightRecord } from '../../history/night.ts';
import { callCli } from '../whole/called.ts';
import { removeOutputs, sandboxHere, targeting, type Ran } from '../whole/cli.ts';
import { GO } from '../reports/fixtures.ts';
import { operation, targetAt } from '../load/servers.ts';
import { normal, randomFrom } from '../../bench/nights.ts';
import { dayAt, slower as slowerNight } from './nights.ts';
import { nights } from './situations.ts';

const folder = mkdtempSync(join(tmpdir(), 'rerun-suspects-'));
after(() => {
  rmSync(folder, { recursive: true });
  removeOutputs();
});

const usual = GO.load ?? assert.fail('the fixture has no load');
const names = usual.scenarios.map(({ name }) => name);

/** The fixture's load with every latency multiplied. */
function slower(factor: number, scenarios = usual.scenarios): LoadResult {
  const times = (us: number | null): number | null => (us === null ? null : us * factor);
  return {
    ...usual,
    inconclusive: null,
    scenarios: scenarios.map((scenario) => ({
      ...scenario,
      steps: scenario.steps.map((step) => ({
        ...step,
        latency_us: { ...step.latency_us, p50: times(step.latency_us.p50), p95: times(step.latency_us.p95) },
      })),
    })),
  };
}

function resultOf(load: LoadResult): RunResult {
  return { ...GO, run: { ...GO.run, id: 'tonight', started_at: dayAt(60), ended_at: dayAt(60, 3) }, load };
}

interface Rerun {
  readonly load: LoadResult;
  readonly plans: readonly LoadPlan[];
  readonly caps: readonly (number | null)[];
}

/** A first run that is as much slower, after nights that were as told; the second is as slow as its factor says. */
async function rerun(
  first: number,
  second: number,
  over: { readonly before?: number; readonly context?: Partial<LoadContext>; readonly maxRuns?: number } = {},
): Promise<Rerun> {
  const parsed = parseLoadOptions(
    names.filter((name) => name !== 'capacity'),
    { rate: '5', duration: '4s', warmup: '0' },
  );
  assert.ok('plan' in parsed, JSON.stringify(parsed));
  const plans: LoadPlan[] = [];
  const caps: (number | null)[] = [];
  const target = { ...targetAt('http://127.0.0.1:9'), maxRuns: over.maxRuns ?? null };
  const context: LoadContext = {
    operation,
    target,
    runs: openRunLedger(join(folder, 'runs.ledger'), null),
    signal: new AbortController().signal,
    say: () => undefined,
    progress: () => undefined,
    outDir: folder,
    ...over.context,
  };
  const load = await rerunSuspects(slower(first), {
    plan: parsed.plan,
    context,
    nights: nights(60, (day) => (day >= 59 ? (over.before ?? 1) : 1)),
    resultOf,
    run: (plan, { target: { loadCaps } }) => {
      plans.push(plan);
      caps.push(loadCaps.requests);
      const scenarios = usual.scenarios.filter(({ name }) =>
        plan.scenarios.some(({ scenario }) => scenario.name === name),
      );
      return Promise.resolve(slower(second, scenarios));
    },
  });
  return { load, plans, caps };
}

describe('a second look', () => {
  test('is taken where a night is suspect, both runs count, and the second is told', async () => {
    const { load, plans } = await rerun(1.13, 1.14, { before: 1.1 });
    assert.equal(plans.length, 1);
    assert.match(
      load.asked_again ?? '',
      /was suspect and was run once more; both runs count\. The second run says the same: /,
    );
    const repeated = load.scenarios.filter(({ repeats }) => repeats !== undefined);
    assert.deepEqual(
      repeated.map(({ name, repeats }) => name === `${repeats ?? ''}, again`),
      repeated.map(() => true),
    );
    assert.equal(load.scenarios.length, usual.scenarios.length + repeated.length);
    // The history takes the mean of both, in logarithms, under the name of the first.
    const night = recordOf(resultOf(load)) ?? assert.fail();
    const series = targetSeries([night]);
    const alone = targetSeries([recordOf(resultOf(slower(Math.sqrt(1.13 * 1.14)))) ?? assert.fail()]);
    assert.deepEqual(
      series?.metrics.map(({ name }) => name),
      alone?.metrics.map(({ name }) => name),
    );
    series?.logs.forEach((logs, i) => {
      assert.ok(Math.abs((logs[0] ?? 0) - (alone?.logs[i]?.[0] ?? 0)) < 1e-4);
    });
  });

  test('that does not say so is told as well', async () => {
    const { load } = await rerun(1.13, 0.98, { before: 1.1 });
    assert.match(load.asked_again ?? '', /The second run does not say so: /);
  });

  test('is not taken on a quiet night, while it learns, or after Ctrl-C', async () => {
    const { load, plans } = await rerun(1, 1);
    assert.deepEqual([plans.length, load.asked_again], [0, undefined]);
    const controller = new AbortController();
    controller.abort();
    const stopped = await rerun(1.13, 1.13, { before: 1.1, context: { signal: controller.signal } });
    assert.equal(stopped.plans.length, 0);
  });

  test('stays within the caps: what is left of the requests is its cap, and without room it says what that would take', async () => {
    const target = targetAt('http://127.0.0.1:9');
    const roomy = await rerun(1.13, 1.13, {
      before: 1.1,
      context: { target: { ...target, loadCaps: { ...NO_CAPS, requests: 10_000 } } },
    });
    assert.equal(roomy.plans.length, 1);
    assert.ok((roomy.caps[0] ?? 0) > 0 && (roomy.caps[0] ?? 0) < 10_000);
    const tight = await rerun(1.13, 1.13, {
      before: 1.1,
      context: { target: { ...target, loadCaps: { ...NO_CAPS, durationMs: usual.duration_ms + 1 } } },
    });
    assert.equal(tight.plans.length, 0);
    assert.match(
      tight.load.asked_again ?? '',
      /was not run once more: that would take HARNESS_MAX_DURATION=\d+s\.$/,
    );
    const runs = await rerun(1.13, 1.13, { before: 1.1, maxRuns: 1 });
    assert.equal(runs.plans.length, 0);
    assert.match(runs.load.asked_again ?? '', /HARNESS_MAX_RUNS=\d+/);
  });
});

describe('a night that is played against a server', () => {
  const REQUESTS = 64;
  const LOAD = ['load', 'start', '--rate', '20', '--duration', '3200ms', '--warmup', '0', '--seed', '1'];
  const LATENCY_MS = 400;
  const USUAL_MS = 130;
  const TRIES = 5;
  const QUIET = 20;
  const DAY_MS = 86_400_000;

  /** A history whose nights were three times as fast as this one, and 12 % slower in the last of them: all of one real run. */
  function seeded(real: NightRecord, name: string): string {
    const dir = join(folder, name);
    const random = randomFrom(5);
    const measured = (real.load?.scenarios[0]?.steps[0]?.latency_us.p50 ?? 0) / 1000;
    for (let ago = QUIET; ago >= 1; ago -= 1) {
      const before = (at: string): string => new Date(Date.parse(at) - ago * DAY_MS).toISOString();
      const factor = (USUAL_MS / measured) * Math.exp(0.04 * normal(random)) * (ago === 1 ? 1.12 : 1);
      writeNight(dir, {
        ...real,
        id: `quiet-${ago}`,
        started_at: before(real.started_at),
        ended_at: before(real.ended_at),
        load: { inconclusive: null, scenarios: slowerNight(real, factor) },
      });
    }
    return dir;
  }

  /** A night, and how many starts the server counted; again where other processes left this machine too little to measure by. */
  async function play(
    run: () => Promise<Ran>,
    starts: () => number,
  ): Promise<{ readonly ran: Ran; readonly counted: number } | null> {
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const before = starts();
      const ran = await run();
      const steps = ran.result().load?.scenarios.flatMap((scenario) => scenario.steps) ?? [];
      if (steps.every(({ limited_by: limit }) => limit === undefined))
        return { ran, counted: starts() - before };
    }
    return null;
  }

  test('is asked once more where it is slow and there is room, and only told where there is none', async (t) => {
    const sandbox = await sandboxHere([], { kind: 'constant', ms: LATENCY_MS });
    const starts = (): number => sandbox.stats().by_command.start;
    let histories = 0;
    const run = (real: NightRecord | null, env: Readonly<Record<string, string>> = {}): Promise<Ran> => {
      const name = `history-${(histories += 1)}`;
      const history = real === null ? join(folder, name) : seeded(real, name);
      return callCli({ args: [...LOAD, '--history', history], env: { ...targeting(sandbox), ...env } });
    };
    try {
      const first = await play(() => run(null), starts);
      const real = first === null ? null : recordOf(first.ran.result());
      const roomy = real === null ? null : await play(() => run(real), starts);
      const tight = await play(() => run(real, { HARNESS_MAX_REQUESTS: String(3 * REQUESTS) }), starts);
      if (first === null || roomy === null || tight === null) {
        t.skip(`this machine was too busy to measure by, ${TRIES} times`);
        return;
      }
      assert.equal(first.counted, REQUESTS, 'by the count of the server');

      const { load } = roomy.ran.result();
      assert.match(roomy.ran.stdout, /^start is suspect and is run once more$/m);
      assert.match(
        load?.asked_again ?? '',
        /^start was suspect and was run once more; both runs count\. The second run says the same: start p50 was \d.* ms, then /,
      );
      assert.deepEqual(
        load?.scenarios.map(({ name, repeats, steps }) => [name, repeats, steps[0]?.ledger.ok]),
        [
          ['start', undefined, REQUESTS],
          ['start, again', 'start', REQUESTS],
        ],
      );
      assert.ok(
        load.scenarios.every(({ thresholds }) => thresholds.length > 0),
        'both are judged',
      );
      assert.equal(roomy.counted, 2 * REQUESTS, 'by the count of the server');
      assert.deepEqual(Object.keys(sandbox.stats().runs), ['cancelled']);
      assert.ok(roomy.ran.filesWith('both runs count').some((path) => path.endsWith('/index.html')));
      const [tonight] = readHistory(join(roomy.ran.outDir, 'history')).kept;
      assert.deepEqual(
        tonight?.night.load?.scenarios.map(({ name, repeats }) => [name, repeats]),
        [
          ['start', undefined],
          ['start, again', 'start'],
        ],
      );

      assert.equal(
        tight.ran.result().load?.asked_again,
        'start was suspect and was not run once more: that would take more requests than HARNESS_MAX_REQUESTS has left.',
      );
      assert.equal(tight.counted, REQUESTS, 'by the count of the server');
    } finally {
      await sandbox.close();
    }
  });
});
