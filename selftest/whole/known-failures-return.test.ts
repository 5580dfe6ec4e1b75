import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Finding } from '../../result/contract-result.ts';
import { callCli } from './called.ts';
import { removeOutputs, type Ran } from './cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'returning-'));
after(() => {
  removeOutputs();
  rmSync(folder, { recursive: true, force: true });
});

const ACCEPTED = { HARNESS_ACCEPTED_FILE: join(folder, 'accepted.json') };

/** One run of the contract against the embedded sandbox with these faults, whole or narrowed. */
function night(faults: readonly string[], ...narrowed: readonly string[]): Promise<Ran> {
  const chosen = faults.length === 0 ? [] : ['--fault', faults.join(',')];
  return callCli({ args: ['contract', '--seed', '1', ...chosen, ...narrowed], env: ACCEPTED });
}

function failuresOf(ran: Ran): readonly Finding[] {
  return (ran.result().contract?.findings ?? []).filter(({ severity }) => severity === 'failure');
}

/** The states of the acceptances of all failures with this fingerprint. */
function stateOf(ran: Ran, print: string): readonly (string | undefined)[] {
  const own = failuresOf(ran).filter(({ fingerprint }) => fingerprint === print);
  return [...new Set(own.map(({ acceptance }) => acceptance?.state))];
}

test('an accepted failure returns with more commands, stays counted beside another rule, and is told when it is gone', async () => {
  const narrowed = ['--commands', 'start,data'];
  const first = await night(['created-at-epoch'], ...narrowed);
  assert.deepEqual([first.code, first.result().verdict], [1, 'NO-GO'], first.stdout);
  const prints = [...new Set(failuresOf(first).map(({ fingerprint }) => fingerprint))];
  assert.equal(prints.length, 1, 'one cause');
  const [print = ''] = prints;
  assert.deepEqual([...new Set(failuresOf(first).map(({ command }) => command))].sort(), ['data', 'start']);
  const done = await callCli({
    args: ['accept', first.outDir, print, '--reason', 'ticket 7', '--by', 'Ann'],
    env: ACCEPTED,
  });
  assert.equal(done.code, 0, done.stderr);

  const same = await night(['created-at-epoch'], ...narrowed);
  assert.deepEqual([same.code, same.result().verdict], [0, 'GO'], same.stdout);
  assert.match(
    same.result().reasons[0] ?? '',
    /^1 known failure accepted until \d{4}-\d\d-\d\d\. Only start, data were asked: the verdict is about those commands alone\.$/,
  );
  assert.deepEqual(stateOf(same, print), ['accepted']);

  // The same cause, but all commands are asked and meet it: more than was accepted.
  const wider = await night(['created-at-epoch']);
  assert.deepEqual([wider.code, wider.result().verdict], [1, 'NO-GO'], wider.stdout);
  assert.deepEqual(stateOf(wider, print), ['widened']);
  const said = wider.result().reasons.join('\n');
  assert.match(said, /It was accepted until [-\d]+ for fewer commands than it affects now\./);
  assert.doesNotMatch(said, /known failure/);
  const page = readFileSync(join(wider.outDir, 'index.html'), 'utf8');
  assert.match(page, /by Ann, but more commands are affected now: ticket 7/);

  // Another rule is another cause: it stands against the server, and the accepted one is counted in the first line.
  const another = await night(['created-at-epoch', 'status-number'], ...narrowed);
  assert.deepEqual([another.code, another.result().verdict], [1, 'NO-GO'], another.stdout);
  assert.match(another.result().reasons[0] ?? '', /^1 known failure accepted until /);
  assert.deepEqual(stateOf(another, print), ['accepted']);
  assert.ok(failuresOf(another).some(({ fingerprint }) => fingerprint !== print));

  const mended = await night([]);
  assert.deepEqual([mended.code, mended.result().verdict], [0, 'GO'], mended.stdout);
  const note = new RegExp(`The acceptance ${print} matched nothing in this run`);
  assert.match(mended.stdout, note);
  assert.doesNotMatch(same.stdout + wider.stdout + another.stdout, /matched nothing/);
  for (const name of ['index.html', 'summary.md'])
    assert.match(readFileSync(join(mended.outDir, name), 'utf8'), note, name);
});
