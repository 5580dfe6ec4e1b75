import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { leftLines } from '../../commands/leftovers.ts';
import { sweepFolder } from '../../commands/sweep.ts';
import { resolveTarget } from '../../target/resolve.ts';
import { leftAt, ledgerPath, noteTarget, openLedgersIn } from '../../target/run-folder.ts';
import { openRunLedger } from '../../target/run-ledger.ts';
import { parseSettings } from '../../target/settings.ts';
import type { Target } from '../../target/target.ts';
import { settingsFor } from './examined.ts';
import { json, PATH, run, startStandIn, WORKFLOW, type Behaviour, type StandIn } from './stand-in.ts';

const made: string[] = [];
after(() => {
  for (const dir of made) rmSync(dir, { recursive: true, force: true });
});

function targetAt(url: string): Target {
  const parsed = parseSettings(settingsFor(url));
  assert.ok(parsed.ok);
  return resolveTarget(parsed.value, null);
}

/** A folder of a run that has left a workflow run, as a killed process leaves it. */
function leave(runsDir: string, name: string, runId: string, target: object | null): void {
  const folder = join(runsDir, name);
  mkdirSync(join(folder, 'state'), { recursive: true });
  const runs = openRunLedger(ledgerPath(folder), null);
  runs.reserve(1);
  runs.started(runId);
  runs.close();
  if (target !== null) writeFileSync(join(folder, 'state', 'target.json'), JSON.stringify(target));
}

/** No process has this number: it is beyond what systems give out. */
const NOBODY = 2 ** 30;
const id = (letter: string): string => letter.repeat(24);

async function world(): Promise<{ readonly server: StandIn; readonly runsDir: string }> {
  const server = await startStandIn((call, conforming) =>
    call.method === 'GET' && call.path === PATH
      ? json(200, {
          workflow_runs: ['a', 'b', 'e', 'f'].map((letter) => ({
            _id: id(letter),
            workflow_run: { workflow_id: letter === 'f' ? id('9') : WORKFLOW, status: 'running' },
          })),
        })
      : conforming(),
  );
  for (const letter of ['a', 'b', 'c', 'd', 'e']) server.log.started.push(id(letter));
  const runsDir = mkdtempSync(join(tmpdir(), 'sweep-'));
  made.push(runsDir);
  const host = hostname();
  const here = { base_url: server.url, is_sandbox: false, host };
  leave(runsDir, 'killed', id('a'), { ...here, pid: NOBODY });
  leave(runsDir, 'at-work', id('b'), { ...here, pid: process.pid });
  leave(runsDir, 'elsewhere', id('c'), { ...here, base_url: 'https://other.invalid', pid: NOBODY });
  leave(runsDir, 'unsaid', id('d'), null);
  leave(runsDir, 'sandbox', id('1'), { ...here, is_sandbox: true, pid: NOBODY });
  return { server, runsDir };
}

test('sweep shows first, then stops what is ours, and nothing else', async () => {
  const { server, runsDir } = await world();
  const lines: string[] = [];
  const say = (line: string): unknown => lines.push(line);
  try {
    assert.equal(await sweepFolder(targetAt(server.url), runsDir, false, say), 3);
    const text = lines.splice(0).join('\n');
    assert.match(text, new RegExp(`killed: 1 workflow run not known to have ended: ${id('a')}`));
    assert.match(text, /at-work is still at work; it is left alone/);
    assert.match(text, /another target, https:\/\/other\.invalid, .*INTERACTLY_BASE_URL=/);
    assert.match(text, /unsaid does not say which target/);
    assert.match(
      text,
      new RegExp(`1 active run of this workflow that no ledger here knows: ${id('e')}; not touched`),
    );
    assert.match(text, /Nothing was stopped. To stop 1 run: npm run sweep -- --yes/);
    assert.ok(server.log.calls.every(({ method }) => method === 'GET'));

    assert.equal(await sweepFolder(targetAt(server.url), runsDir, true, say), 0);
    assert.match(lines.splice(0).join('\n'), /1 run stopped or ended, 0 still open/);
    assert.deepEqual(server.log.stopped, [id('a')]);
    assert.deepEqual(
      openLedgersIn(runsDir).open.map(({ open }) => open),
      [[id('b')], [id('c')], [id('1')], [id('d')]],
    );
    assert.equal(await sweepFolder(targetAt(server.url), runsDir, true, say), 0);
    assert.match(lines.join('\n'), /Nothing is left in the ledgers for this target/);
    assert.deepEqual(server.log.stopped, [id('a')]);
  } finally {
    server.close();
  }
});

test('a stop that is refused is asked again until the run is gone, and a run that has ended is not left', async () => {
  let refusals = 2;
  const server = await startStandIn((call, conforming) => {
    const { command, workflow_run_id: runId } = call.body;
    if (command === 'stop' && runId === id('b')) return json(404, { detail: 'Workflow run not found' });
    if (command === 'stop' && refusals > 0) {
      refusals -= 1;
      return json(409, { detail: 'the run is at work' });
    }
    if (call.method === 'GET' && call.path === `${PATH}/${id('a')}`)
      return json(200, run(id('a'), 'running'));
    return conforming();
  });
  server.log.started.push(id('a'), id('b'));
  const runsDir = mkdtempSync(join(tmpdir(), 'sweep-'));
  made.push(runsDir);
  const noted = { base_url: server.url, is_sandbox: false, pid: NOBODY, host: 'another' };
  leave(runsDir, 'one', id('a'), noted);
  leave(runsDir, 'two', id('b'), noted);
  try {
    assert.equal(await sweepFolder(targetAt(server.url), runsDir, true, () => undefined), 0);
    assert.deepEqual([server.log.stopped, openLedgersIn(runsDir).open], [[id('a')], []]);
  } finally {
    server.close();
  }
});

test('a ledger that can not be read is named, and bars the exit code 0', async () => {
  const server = await startStandIn();
  const runsDir = mkdtempSync(join(tmpdir(), 'sweep-'));
  made.push(runsDir);
  mkdirSync(join(runsDir, 'broken', 'state'), { recursive: true });
  writeFileSync(ledgerPath(join(runsDir, 'broken')), 'no ledger\n');
  const lines: string[] = [];
  try {
    assert.equal(await sweepFolder(targetAt(server.url), runsDir, true, (line) => lines.push(line)), 3);
    assert.match(lines.join('\n'), /broken.*ledger\.ndjson can't be read as a ledger/);
  } finally {
    server.close();
  }
});

test('sweep against another target than that of the ledgers is refused in one sentence, and nothing is sent', async () => {
  const server = await startStandIn();
  const runsDir = mkdtempSync(join(tmpdir(), 'sweep-'));
  made.push(runsDir);
  leave(runsDir, 'one', id('a'), {
    base_url: 'https://qa.invalid',
    is_sandbox: false,
    pid: NOBODY,
    host: 'other',
  });
  try {
    for (const dir of [runsDir, join(runsDir, 'one')])
      await assert.rejects(
        sweepFolder(targetAt(server.url), dir, true, () => undefined),
        new RegExp(
          `are of https://qa\\.invalid, not of ${server.url}; nothing was sent. Set INTERACTLY_BASE_URL=`,
        ),
      );
    assert.deepEqual(server.log.calls, []);
    assert.deepEqual(
      openLedgersIn(runsDir).open.map(({ open }) => open),
      [[id('a')]],
    );
  } finally {
    server.close();
  }
});

/** What the list of a target shows of the workflow; null for a target that lists nothing. */
const listing =
  (active: readonly string[] | null): Behaviour =>
  (call, conforming) =>
    call.method !== 'GET' || call.path !== PATH || active === null
      ? conforming()
      : json(200, {
          workflow_runs: active.map((one) => ({
            _id: one,
            workflow_run: { workflow_id: WORKFLOW, status: 'running' },
          })),
        });

test('a start that got no response before its run was killed is told with what the list shows of it, once', async () => {
  const rows: readonly (readonly [active: readonly string[] | null, code: 0 | 3, says: RegExp])[] = [
    [[], 0, /1 start got no response, .*no run was left by it/],
    [[id('a')], 0, /no run was left by it/],
    [[id('e')], 3, /1 active run .*not touched[^]*may have left one of the runs that no ledger knows/],
    [null, 3, /lists no runs, so look for an active run of that time/],
  ];
  for (const [active, code, says] of rows) {
    const server = await startStandIn(listing(active));
    const runsDir = mkdtempSync(join(tmpdir(), 'sweep-'));
    made.push(runsDir);
    const noted = { base_url: server.url, is_sandbox: false, pid: NOBODY, host: hostname() };
    leave(runsDir, 'killed', id('a'), noted);
    server.log.started.push(id('a'));
    const ledger = openRunLedger(ledgerPath(join(runsDir, 'killed')), null);
    ledger.ended(id('a'), 'stopped');
    ledger.reserve(1);
    ledger.close();
    try {
      const lines: string[] = [];
      const say = (line: string): unknown => lines.push(line);
      assert.equal(await sweepFolder(targetAt(server.url), runsDir, false, say), 3);
      assert.match(lines.splice(0).join('\n'), /1 start without a response[^]*npm run sweep -- --yes/);
      assert.equal(await sweepFolder(targetAt(server.url), runsDir, true, say), code);
      assert.match(lines.splice(0).join('\n'), says);
      assert.deepEqual(server.log.stopped, [], 'nothing is stopped that no ledger knows');
      assert.equal(await sweepFolder(targetAt(server.url), runsDir, true, say), 0);
    } finally {
      server.close();
    }
  }
});

test('the number of a process that has ended may be another one’s by now, which is not ours at work', async () => {
  const server = await startStandIn();
  server.log.started.push(id('a'), id('b'));
  const runsDir = mkdtempSync(join(tmpdir(), 'sweep-'));
  made.push(runsDir);
  const noted = { base_url: server.url, is_sandbox: false, pid: process.pid, host: hostname() };
  leave(runsDir, 'later-process', id('a'), { ...noted, pid_began: '1' });
  leave(runsDir, 'this-process', id('b'), noted);
  noteTarget(join(runsDir, 'this-process'), { baseUrl: server.url, isSandbox: false });
  try {
    const isTold = existsSync('/proc/self/stat');
    assert.deepEqual(
      openLedgersIn(runsDir).open.map(({ isAtWork }) => isAtWork),
      [!isTold, true],
    );
    assert.equal(await sweepFolder(targetAt(server.url), runsDir, true, () => undefined), 0);
    assert.deepEqual(server.log.stopped, isTold ? [id('a')] : []);
  } finally {
    server.close();
  }
});

test('the first lines of the next run tell what was left, and by what', () => {
  const runsDir = mkdtempSync(join(tmpdir(), 'sweep-'));
  made.push(runsDir);
  const noted = { base_url: 'http://127.0.0.1:9', is_sandbox: false, pid: NOBODY, host: hostname() };
  leave(runsDir, 'killed', id('a'), noted);
  leave(runsDir, 'other', id('b'), { ...noted, base_url: 'http://127.0.0.1:8' });
  leave(runsDir, 'at-work', id('c'), { ...noted, pid: process.pid });
  assert.deepEqual(leftLines(leftAt(runsDir, 'http://127.0.0.1:9')), [
    `left by an earlier run: 1 workflow run not known to have ended, in ${join(runsDir, 'killed')}`,
    'To see what is left: npm run sweep. To stop it: npm run sweep -- --yes',
  ]);
  assert.deepEqual(leftLines(leftAt(runsDir, 'http://127.0.0.1:7')), []);
});
