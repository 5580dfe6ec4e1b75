import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { sweepFolder } from '../../commands/sweep.ts';
import { resolveTarget } from '../../target/resolve.ts';
import { ledgerPath, openLedgersIn } from '../../target/run-folder.ts';
import { openRunLedger } from '../../target/run-ledger.ts';
import { parseSettings } from '../../target/settings.ts';
import type { Target } from '../../target/target.ts';
import { settingsFor } from './examined.ts';
import { json, PATH, run, startStandIn, WORKFLOW, type StandIn } from './stand-in.ts';

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
