import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { statsInOrder, openStageStats } from '../../load/engine/stage.ts';
import { seededRandom } from '../../load/arrivals/random.ts';
import type { StepStats } from '../../load/metrics/step-stats.ts';
import { SCENARIOS } from '../../load/scenario/scenario.ts';
import { parseThreshold } from '../../load/scenario/threshold.ts';
import type { LoadStep } from '../../result/load-result.ts';
import { readResult } from '../../result/result-file.ts';
import { writeReports } from '../../reports/write.ts';
import { result } from '../reports/fixtures.ts';
import { load, scenario } from '../reports/load-fixtures.ts';
import { PUNCTUAL } from './hits.ts';

const DAY_S = 86_400;
const STAIRS = 4;
const MOST_BYTES = 5_000_000;

/** A request in each second of a stair, from 2 ms to 8 s, so that the rows have as many bands as they can. */
function fill(book: StepStats, seed: number): void {
  const random = seededRandom(seed);
  for (let second = 0; second < DAY_S / STAIRS; second += 1) {
    const intendedMs = second * 1000;
    const times = {
      intendedMs,
      sentMs: intendedMs,
      firstByteMs: null,
      endedMs: intendedMs + 2 * 4000 ** random(),
    };
    book.due(0);
    book.sent(intendedMs, intendedMs);
    book.settled({ ...PUNCTUAL, ...times, fate: 'ok', status: 200, cause: null }, () => null);
  }
}

/** The steps of a day of a chain with stairs: each command's and the whole chain's, on each stair. */
function stepsOfADay(): readonly LoadStep[] {
  const chain = SCENARIOS.find(({ name }) => name === 'start-resume') ?? assert.fail();
  const threshold = parseThreshold('latency_ms_p95 < 500');
  if ('issue' in threshold) assert.fail(threshold.issue);
  const plan = { scenario: chain, thresholds: [threshold], durationMs: DAY_S * 1000 };
  const frame = { ratePerSecond: 1, concurrency: null, durationMs: (DAY_S / STAIRS) * 1000, notes: [] };
  return Array.from({ length: STAIRS }, (_, stair) => {
    const stats = statsInOrder(openStageStats(plan, `stair ${stair + 1} of ${STAIRS}`, 0, 30_000));
    return stats.map((book, n) => {
      fill(book, 100 * stair + n + 1);
      return book.toStep(frame);
    });
  }).flat();
}

test('the result of a load of a day stays under 5 MB, with every second of it in a row', async () => {
  const steps = stepsOfADay();
  const commands = new Set(steps.map(({ command }) => command)).size;
  assert.ok(commands >= 5 && steps.length === commands * STAIRS, `${steps.length} steps`);
  for (const { name, seconds, ledger } of steps) {
    assert.equal(
      seconds.reduce((sum, row) => sum + (row.seconds ?? 1), 0),
      DAY_S / STAIRS,
      name,
    );
    assert.equal(
      seconds.reduce((sum, row) => sum + row.ok, 0),
      ledger.ok,
      name,
    );
    const banded = seconds.flatMap(({ bands = [] }) => bands).reduce((sum, [, count]) => sum + count, 0);
    assert.equal(banded, DAY_S / STAIRS, name);
  }
  const dir = mkdtempSync(join(tmpdir(), 'self-day-'));
  try {
    const written = await writeReports(
      result({
        contract: null,
        load: load({ duration_ms: DAY_S * 1000, scenarios: [scenario({ name: 'start-resume', steps })] }),
      }),
      dir,
    );
    const bytes = statSync(written.result).size;
    assert.ok(bytes < MOST_BYTES, `${bytes} bytes`);
    assert.equal(readResult(written.result).load?.scenarios[0]?.steps.length, steps.length);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
