import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readResult } from '../../result/result-file.ts';
import type { RunResult } from '../../result/result.ts';
import { callCli } from './called.ts';
import { clockAt, removeOutputs } from './cli.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'accept-'));
const ACCEPTED = { HARNESS_ACCEPTED_FILE: join(folder, 'drift.json') };
after(() => {
  removeOutputs();
  rmSync(folder, { recursive: true, force: true });
});

interface Night {
  readonly code: number;
  readonly stdout: string;
  readonly result: RunResult;
  readonly page: string;
  readonly summary: string;
}

/** One run against a sandbox that answers with a field and a status which the page does not know. */
async function night(name: string, iso: string, faults = 'extra-field,unknown-status'): Promise<Night> {
  const out = join(folder, 'runs', name);
  const args = [
    'contract',
    '--only',
    'positive/miscellaneous',
    '--seed',
    '1',
    '--fault',
    faults,
    '--out',
    out,
  ];
  const { code, stdout, stderr } = await callCli({ args, env: ACCEPTED, at: iso });
  assert.ok([0, 1].includes(code), stdout + stderr);
  return {
    code,
    stdout,
    result: readResult(join(out, 'result.json')),
    page: readFileSync(join(out, 'index.html'), 'utf8'),
    summary: readFileSync(join(out, 'summary.md'), 'utf8'),
  };
}

/** The accept commands for drift that a page shows, by the fingerprint, or `all`; those for failures have their own id. */
function commandsIn({ page }: Night, id = 'accept'): ReadonlyMap<string, string> {
  const shown = page.matchAll(new RegExp(`<code id="${id}(?:-([^"]*))?">([^<]*)</code>`, 'g'));
  return new Map(
    [...shown].map(([, name = 'all', text = '']) => [
      name,
      text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&'),
    ]),
  );
}

/** Runs a command in a shell, as someone who pastes it from the page does. */
function pasted(command: string, iso: string): { readonly code: number | null; readonly said: string } {
  const env = {
    ...process.env,
    HARNESS_ENV_FILE: 'none',
    HARNESS_PATIENCE: '1500ms',
    ...ACCEPTED,
    ...clockAt(iso),
  };
  const done = spawnSync('sh', ['-c', command], { cwd: ROOT, env, encoding: 'utf8', timeout: 60_000 });
  return { code: done.status, said: done.stdout + done.stderr };
}

/** What stands in a result about drift, and all that must not change when drift is accepted. */
function factsOf({ result: { contract, verdict, reasons, mover } }: Night): unknown {
  const findings = contract?.findings.map(({ id, severity, check, title }) => [id, severity, check, title]);
  return { verdict, reasons, mover, findings: findings?.sort(), cases: contract?.cases };
}

function statesIn({ result: { contract } }: Night): ReadonlyMap<string, string | undefined> {
  return new Map(contract?.findings.map(({ check, acceptance }) => [check, acceptance?.state]));
}

test('drift is shown with a command; pasted, it makes the next run show it as accepted, until its day has passed', async () => {
  const first = await night('1', '2026-11-25T12:00:00Z');
  assert.deepEqual(first.result.contract?.drift, { total: 2, accepted: 0, expired: 0 });
  assert.match(first.stdout, /^contract: .*; 2 drift$/m);
  const field = first.result.contract.findings.find(({ check }) => check === 'undocumented-fields');
  assert.ok(field !== undefined);
  const commands = commandsIn(first);
  assert.equal(commands.size, 3, 'one for each, and one for all');
  const command = commands.get(field.fingerprint) ?? '';

  const asItStands = pasted(command, '2026-11-25T13:00:00Z');
  assert.equal(asItStands.code, 2, asItStands.said);
  assert.match(asItStands.said, /--reason still is the placeholder WHY/);
  const done = pasted(command.replace('WHY', 'announced for May <b>'), '2026-11-25T13:00:00Z');
  assert.equal(done.code, 0, done.said);
  assert.match(done.said, new RegExp(`accepted until 2027-02-23: ${field.fingerprint}`));

  const second = await night('2', '2027-02-23T23:00:00Z');
  assert.deepEqual(second.result.contract?.drift, { total: 2, accepted: 1, expired: 0 });
  assert.deepEqual(factsOf(second), factsOf(first));
  assert.equal(second.code, first.code);
  assert.match(second.stdout, /^contract: .*; 2 drift, 1 of them accepted$/m);
  assert.deepEqual(
    statesIn(second),
    new Map([
      ['known-values', undefined],
      ['undocumented-fields', 'accepted'],
    ]),
  );
  assert.match(second.page, /2 drift, 1 of them accepted/);
  assert.match(second.page, /accepted until 2027-02-23: announced for May &lt;b>/);
  assert.deepEqual([commandsIn(second).size, commandsIn(second).has(field.fingerprint)], [1, false]);
  assert.match(second.summary, /2 drift, 1 of them accepted\./);
  assert.match(second.summary, /does not name\. — accepted until 2027-02-23: announced for May \\<b\\>/);

  const third = await night('3', '2027-02-24T00:00:01Z');
  assert.deepEqual(third.result.contract?.drift, { total: 2, accepted: 0, expired: 1 });
  assert.deepEqual(factsOf(third), factsOf(first));
  assert.match(third.page, /accepted until 2027-02-23, expired: announced for May/);
  assert.ok(commandsIn(third).has(field.fingerprint));

  const all = pasted(
    (commandsIn(third).get('all') ?? '').replace('WHY', 'both are here to stay'),
    '2027-02-24T01:00:00Z',
  );
  assert.match(all.said, /1 accepted, 1 renewed/);
  // What is accepted says nothing of a promise that is broken besides.
  const fourth = await night('4', '2027-02-24T02:00:00Z', 'extra-field,unknown-status,run-output-list');
  assert.deepEqual(fourth.result.contract?.drift, { total: 2, accepted: 2, expired: 0 });
  assert.deepEqual([fourth.code, fourth.result.verdict], [1, 'NO-GO']);
  assert.ok(
    fourth.result.contract.findings.every(
      ({ severity, acceptance }) => (severity === 'drift') === (acceptance?.state === 'accepted'),
    ),
  );
  assert.equal(commandsIn(fourth).size, 0);
});

test('a failure is shown with a command; pasted, it makes the next run GO and count it in its first line', async () => {
  const faults = 'created-at-epoch';
  const first = await night('5', '2027-03-01T12:00:00Z', faults);
  assert.deepEqual([first.code, first.result.verdict], [1, 'NO-GO']);
  const failures = first.result.contract?.findings.filter(({ severity }) => severity === 'failure') ?? [];
  const shown = commandsIn(first, 'known');
  assert.deepEqual([...shown.keys()], [...new Set(failures.map(({ fingerprint }) => fingerprint))]);
  const [[print = '', command = ''] = []] = shown;

  const asItStands = pasted(command, '2027-03-01T13:00:00Z');
  assert.equal(asItStands.code, 2, asItStands.said);
  assert.match(asItStands.said, /--reason still is the placeholder WHY/);
  const done = pasted(`${command.replace('WHY', 'ticket 7')} --by Ann`, '2027-03-01T13:00:00Z');
  assert.equal(done.code, 0, done.said);
  assert.match(done.said, new RegExp(`accepted until 2027-05-30 by Ann: ${print}`));

  const second = await night('6', '2027-05-30T23:00:00Z', faults);
  assert.deepEqual([second.code, second.result.verdict], [0, 'GO']);
  assert.match(second.result.reasons[0] ?? '', /^1 known failure accepted until 2027-05-30\./);
  assert.equal(commandsIn(second, 'known').size, 0);
  assert.match(second.page, /accepted until 2027-05-30 by Ann: ticket 7/);

  const third = await night('7', '2027-05-31T00:00:01Z', faults);
  assert.deepEqual([third.code, third.result.verdict], [1, 'NO-GO']);
  assert.match(third.result.reasons[0] ?? '', /It was accepted until 2027-05-30, which has passed\.$/);
  assert.ok(commandsIn(third, 'known').has(print), 'it can be renewed');
});
