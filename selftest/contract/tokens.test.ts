import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openRunLedger } from '../../target/run-ledger.ts';
import type { Spend } from '../../result/result.ts';
import { NO_LATENCY } from '../../sandbox/latency.ts';
import { startSandbox } from '../../sandbox/server.ts';
import { contractInProcess } from '../../contract/run/in-process.ts';
import { KEY, targetAt, WHOLE_PLAN, WORKFLOW } from './in-process.ts';

async function spendOf(profile: string): Promise<Spend> {
  const stateDir = mkdtempSync(join(tmpdir(), 'self-tokens-'));
  const options = { port: 0, key: KEY, workflowId: WORKFLOW, faults: [], latency: NO_LATENCY, seed: 1 };
  const sandbox = await startSandbox({ ...options, profile });
  try {
    const replay = 'lifecycle/whole';
    const plan = { ...WHOLE_PLAN, stateDir, replay, inFlight: 1 };
    await contractInProcess(plan, targetAt(sandbox.url));
    const ledger = openRunLedger(join(stateDir, 'ledger.ndjson'), null);
    const spend = ledger.spend();
    ledger.close();
    return spend;
  } finally {
    await sandbox.close();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

test('tokens are read from the newest response of each run and summed up', async () => {
  const spend = await spendOf('next-revision');
  assert.equal(spend.workflow_runs_started, 2);
  // The control has one pair; the walk has start, data, resume and data. Each pair takes 12.
  assert.equal(spend.tokens, 12 + 4 * 12);
});

test('where no response names tokens their sum is unknown, not nothing', async () => {
  assert.equal((await spendOf('default')).tokens, null);
});
