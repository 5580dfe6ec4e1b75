import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ledgerPath, makeRunFolder } from '../../target/run-folder.ts';
import { openRunLedger } from '../../target/run-ledger.ts';
import { examined, resultOf, settingsFor } from './examined.ts';
import { json, PATH, startStandIn, WORKFLOW, type Behaviour } from './stand-in.ts';

test('how many runs at a time are allowed is told as far as it was seen', async () => {
  const active =
    (count: number): Behaviour =>
    (call, conforming) =>
      call.method !== 'GET' || call.path !== PATH
        ? conforming()
        : json(200, {
            workflow_runs: Array.from({ length: count }, (_, i) => ({
              _id: String(i).padStart(24, '0'),
              workflow_run: { workflow_id: WORKFLOW, status: i === 0 ? 'completed' : 'running' },
            })),
          });
  const rows: readonly (readonly [behave: Behaviour, earlier: object | null, says: RegExp])[] = [
    [(_, conforming) => conforming(), null, /1 run at a time is allowed \(only this one/],
    [active(3), null, /3 runs at a time are allowed \(with those in the list\)/],
    [(_, conforming) => conforming(), {}, /5 runs at a time are allowed \(by an earlier run/],
    [active(9), { contract: { runs_at_a_time: 4 } }, /an earlier run here met a limit of 4 runs at a time/],
  ];
  for (const [behave, earlier, says] of rows) {
    const server = await startStandIn(behave);
    const runsDir = mkdtempSync(join(tmpdir(), 'doctor-'));
    try {
      if (earlier !== null) {
        const folder = makeRunFolder(runsDir, { baseUrl: server.url, isSandbox: false });
        const ledger = openRunLedger(ledgerPath(folder), null);
        for (const run of ['a', 'b', 'c', 'd', 'e']) ledger.started(run);
        for (const run of ['a', 'b', 'c', 'd', 'e']) ledger.ended(run, 'stopped');
        ledger.close();
        writeFileSync(join(folder, 'result.json'), JSON.stringify(earlier));
      }
      const { results, code } = await examined(settingsFor(server.url), { runsDir });
      assert.equal(code, 0, JSON.stringify(results));
      assert.match(resultOf(results, 'workflow').what, says);
    } finally {
      server.close();
      rmSync(runsDir, { recursive: true, force: true });
    }
  }
});
