import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { killOnce, openCapProcesses, type KillTrial } from '../../bench/kill-trials.ts';
import { leftAt, RUNS_DIR } from '../../target/run-folder.ts';
import { openRunLedger } from '../../target/run-ledger.ts';
import { openOwnTarget } from '../../tests/own-target.ts';
import { settingsFor } from './examined.ts';
import { startStandIn } from './stand-in.ts';

// A sample of `npm run bench:kills`, which kills 200 runs and shares 100 caps.
const KILLS: readonly KillTrial[] = [
  { victim: 'suite', profile: 'many-allow', seed: 1, afterRequests: 120, thenMs: 1 },
  { victim: 'command', profile: 'default', seed: 2, afterRequests: 60, thenMs: 0 },
];
for (const trial of KILLS)
  test(`killed by SIGKILL (${trial.victim}): what is left is named, swept, and nothing else is stopped`, async () => {
    const outcome = await killOnce(trial);
    assert.ok(outcome.left > 0 && outcome.isNamed, JSON.stringify(outcome));
    assert.ok(outcome.isRight, JSON.stringify(outcome));
  });

test('several processes with several calls in flight each pass no cap that they share', async () => {
  const processes = openCapProcesses();
  try {
    const outcome = await processes.run({ cap: 7, profile: 'throttling', seed: 1 });
    assert.equal(outcome.overshoot, 0);
    assert.ok(outcome.started > 0);
  } finally {
    processes.close();
  }
});

test("what Playwright's own runner starts at a target stands where sweep finds it, should it be killed", async () => {
  const server = await startStandIn();
  const runsDir = join(fileURLToPath(new URL('../..', import.meta.url)), RUNS_DIR);
  Object.assign(process.env, settingsFor(server.url));
  try {
    const end = await openOwnTarget();
    const ledger = openRunLedger(join(process.env['HARNESS_STATE_DIR'] ?? '', 'ledger.ndjson'), null);
    ledger.started('a'.repeat(24), 'lifecycle/all');
    ledger.close();
    server.log.started.push('a'.repeat(24));
    const [found] = leftAt(runsDir, server.url);
    assert.deepEqual([found?.open, found?.isAtWork], [['a'.repeat(24)], true]);
    await end();
    assert.deepEqual(leftAt(runsDir, server.url), []);
    assert.deepEqual(server.log.stopped, ['a'.repeat(24)]);
  } finally {
    server.close();
    rmSync(dirname(process.env['HARNESS_STATE_DIR'] ?? 'none'), { recursive: true, force: true });
  }
});
