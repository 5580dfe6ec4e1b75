import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { callCli } from './called.ts';
import { removeOutputs, sandboxHere, targeting, type Ran } from './cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'known-'));
after(() => {
  removeOutputs();
  rmSync(folder, { recursive: true, force: true });
});

const DAY = '2026-12-01T12:00:00Z';
const ACCEPTED = { HARNESS_ACCEPTED_FILE: join(folder, 'accepted.json') };

test('a known failure is accepted for a target until a day: it stays on the page, and the verdict is GO until then', async () => {
  const sandbox = await sandboxHere(['created-at-epoch']);
  const other = await sandboxHere(['created-at-epoch']);
  const at = (iso: string, url = sandbox.url, ...more: readonly string[]): Promise<Ran> =>
    callCli({
      args: ['contract', '--only', 'positive/miscellaneous/', ...more],
      env: { ...targeting({ url, workflowId: sandbox.workflowId }), ...ACCEPTED },
      at: iso,
    });
  try {
    const first = await at(DAY);
    assert.equal(first.code, 1, first.stdout);
    const prints = new Set(
      first
        .result()
        .contract?.findings.filter(({ severity }) => severity === 'failure')
        .map(({ fingerprint }) => fingerprint),
    );
    const accepting = ['accept', first.outDir, ...prints, '--reason', 'ticket 7', '--until', '2026-12-31'];
    const done = await callCli({ args: [...accepting, '--by', 'Ann <b>'], env: ACCEPTED, at: DAY });
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stdout, /accepted until 2026-12-31 by Ann <b>: /);

    const second = await at('2026-12-31T23:00:00Z');
    assert.deepEqual([second.code, second.result().verdict], [0, 'GO'], second.stdout);
    assert.match(
      second.result().reasons[0] ?? '',
      /^\d known failures? accepted until 2026-12-31\. Only the cases that /,
    );
    const page = readFileSync(join(second.outDir, 'index.html'), 'utf8');
    assert.match(page, /<h2 id="accepted-title">Accepted<\/h2>/);
    assert.match(page, /accepted until 2026-12-31 by Ann &lt;b>: ticket 7/);
    const junit = readFileSync(join(second.outDir, 'junit.xml'), 'utf8');
    assert.ok(!junit.includes('<failure'), junit);

    const ignoring = await at('2026-12-31T23:00:00Z', sandbox.url, '--no-accepted');
    assert.deepEqual([ignoring.code, ignoring.result().verdict], [1, 'NO-GO']);

    const elsewhere = await at('2026-12-31T23:00:00Z', other.url);
    assert.deepEqual([elsewhere.code, elsewhere.result().verdict], [1, 'NO-GO']);
    assert.match(elsewhere.stdout, new RegExp(`is for ${sandbox.url} and was ignored; this run asked`));
    assert.doesNotMatch(second.stdout, /ignored/);

    const third = await at('2027-01-01T00:00:01Z');
    assert.deepEqual([third.code, third.result().verdict], [1, 'NO-GO']);
  } finally {
    await sandbox.close();
    await other.close();
  }
});
