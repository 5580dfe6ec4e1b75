import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { GO, NO_GO } from '../reports/fixtures.ts';
import { callCli } from './called.ts';
import { removeOutputs } from './cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'saved-'));
after(() => {
  rmSync(folder, { recursive: true, force: true });
  removeOutputs();
});

function saved(text: string): string {
  const path = join(folder, 'result.json');
  writeFileSync(path, text);
  return path;
}

test('a saved result that is newer, cut off or of another kind ends with exit code 2 and one sentence', async () => {
  const rows: readonly (readonly [text: string, says: RegExp])[] = [
    [JSON.stringify({ ...GO, schema_version: 2 }), /schema_version is 2, this tool reads 1/],
    [JSON.stringify(GO).slice(0, -40), /is not JSON: /],
    [JSON.stringify({ ...GO, later: 1 }), /additional properties \("later"\)/],
    ['', /is not JSON: /],
  ];
  for (const [text, says] of rows) {
    const ran = await callCli({ args: ['report', saved(text)] });
    assert.deepEqual([ran.code, ran.stdout], [2, ''], text.slice(0, 80));
    assert.match(ran.stderr, says);
    assert.equal(ran.stderr.trimEnd().split('\n').length, 1, ran.stderr);
  }
});

/** A result as a version before wrote it: without what has been added since. */
function older(): string {
  const contract = NO_GO.contract === null ? null : { ...NO_GO.contract, acceptance_notes: undefined };
  const scenarios = NO_GO.load?.scenarios.map((scenario) => ({
    ...scenario,
    steps: scenario.steps.map((step) => ({
      ...step,
      notable: undefined,
      parts_us: undefined,
      connections: undefined,
    })),
  }));
  return JSON.stringify({
    ...NO_GO,
    contract,
    load: NO_GO.load === null ? null : { ...NO_GO.load, scenarios },
    next_steps: undefined,
    history: undefined,
  });
}

test('an older result renders, with the verdict that it had', async () => {
  const ran = await callCli({ args: ['report', saved(older())] });
  assert.equal(ran.code, 1, ran.stderr);
  assert.match(ran.stdout, /^verdict: NO-GO$/m);
});
