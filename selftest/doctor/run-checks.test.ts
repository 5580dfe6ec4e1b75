import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  absent,
  because,
  failed,
  passed,
  unseen,
  type CheckResult,
  type CheckRow,
  type Outcome,
} from '../../doctor/check.ts';
import { exitCodeOf, runChecks } from '../../doctor/run-checks.ts';
import { closingLines, resultLines } from '../../doctor/screen.ts';
import { shortened } from '../../doctor/share.ts';

type Row = readonly [id: string, needs: readonly string[], outcome: Outcome, cost?: CheckRow<null>['cost']];

async function run(
  rows: readonly Row[],
  { isFree = false, interruptedAfter = Number.POSITIVE_INFINITY } = {},
): Promise<{ readonly states: readonly string[]; readonly ran: readonly string[]; readonly code: number }> {
  const ran: string[] = [];
  const table = rows.map(([id, needs, outcome, cost = 'free']): CheckRow<null> => ({
    id,
    title: id.toUpperCase(),
    needs,
    cost,
    check: () => {
      ran.push(id);
      return outcome;
    },
  }));
  const isInterrupted = (): boolean => ran.length >= interruptedAfter;
  const results = await runChecks(table, null, {
    isFree,
    isInterrupted,
    nowMs: () => 0,
    checking: () => undefined,
    checked: () => undefined,
  });
  const states = results.map(({ id, state, evidence }) => {
    const cause = evidence['because'];
    return `${id} ${state}${typeof cause === 'string' ? ` ${cause}` : ''}`;
  });
  return { states, ran, code: exitCodeOf(results, isInterrupted()) };
}

test('what hangs on a failure is skipped because of the first cause, and the rest is asked', async () => {
  const { states, ran, code } = await run([
    ['a', [], passed('fine')],
    ['b', ['a'], failed('broken', 'mend it')],
    ['c', ['b'], passed('never asked')],
    ['d', ['c'], passed('never asked')],
    ['e', ['a'], absent('not there')],
    ['f', ['e'], unseen('not shown')],
    ['g', ['f', 'e'], passed('fine')],
  ]);
  assert.deepEqual(states, [
    'a passed',
    'b failed',
    'c skipped b',
    'd skipped b',
    'e absent',
    'f skipped',
    'g passed',
  ]);
  assert.deepEqual([ran, code], [['a', 'b', 'e', 'f', 'g'], 3]);
});

test('a failure that blocks nothing, and a check that names its own cause', async () => {
  const { states, code } = await run([
    ['a', [], failed('half broken', 'mend it', {}, false)],
    ['b', ['a'], because('a')],
    ['c', ['b'], passed('never asked')],
    ['d', ['a'], passed('fine')],
  ]);
  assert.deepEqual([states, code], [['a failed', 'b skipped a', 'c skipped a', 'd passed'], 3]);
});

test('--free ends before the paid check; an interruption skips what is left', async () => {
  const rows: readonly Row[] = [
    ['a', [], passed('fine')],
    ['paid', [], passed('fine'), 'paid'],
    ['later', [], passed('fine'), 'after'],
  ];
  const free = await run(rows, { isFree: true });
  assert.deepEqual(
    [free.states, free.ran, free.code],
    [['a passed', 'paid skipped', 'later skipped'], ['a'], 0],
  );
  const interrupted = await run(rows, { interruptedAfter: 1 });
  assert.deepEqual([interrupted.ran, interrupted.code], [['a'], 130]);
});

test('the exit code is 2 for a wrong setting, whatever else is, and never 1', async () => {
  for (const id of ['settings', 'base-url'])
    assert.equal(
      (
        await run([
          [id, [], failed('wrong', 'set it')],
          ['x', [], failed('down', 'wait')],
        ])
      ).code,
      2,
    );
});

test('a line is wrapped under its own column, and each piece is made inert', () => {
  const lines = resultLines(
    'API key',
    {
      id: 'key',
      state: 'failed',
      what: 'word '.repeat(30).trim(),
      next: '::stop:: now',
      took_ms: 1,
      evidence: {},
    },
    80,
    (text) => text.replace(/^::/, ': :'),
  );
  assert.match(lines[0] ?? '', /^failed {2}API key {13}word word/);
  assert.ok(
    lines.every((line) => line.length <= 80),
    lines.join('\n'),
  );
  assert.ok(
    lines.slice(1).every((line) => line.startsWith(' '.repeat(28))),
    lines.join('\n'),
  );
  assert.equal(lines.at(-1), `${' '.repeat(28)}-> : :stop:: now`);
});

test('on a narrow terminal what is said stands below its title, and nothing is wider than the terminal', () => {
  const failure: CheckResult = {
    id: 'key',
    state: 'failed',
    what: 'word '.repeat(30).trim(),
    next: 'Set INTERACTLY_API_KEY to a valid key of this environment.',
    took_ms: 1,
    evidence: {},
  };
  const spent = { freeRequests: 4, runsStarted: 1, runsStopped: 1 };
  const lines = [
    ...resultLines('API key', failure, 40, (text) => text),
    ...closingLines([failure, { ...failure, id: 'list' }], spent, false, 40),
  ];
  assert.deepEqual(
    lines.filter((line) => line.length > 40),
    [],
  );
  assert.deepEqual(lines.slice(0, 2), ['failed  API key', '  word word word word word word word']);
  assert.ok(lines.includes('  -> Set INTERACTLY_API_KEY to a valid'), lines.join('\n'));
});

test('hosts, addresses and ids are shortened; names of files, variables and loopback are not', () => {
  const rows: readonly (readonly [text: string, short: string])[] = [
    ['https://api-qa.interactly.ai/workflows', 'https://api-…/workflows'],
    ['for *.interactly.ai, by Internal CA', 'for *.in…, by Internal CA'],
    ['10.20.30.40 and 127.0.0.1', '10.… and 127.0.0.1'],
    ['at 2001:db8::1 and ::1', 'at 2001:… and ::1'],
    ['run 5eb7cf5a86d9755df3a6c593 was', 'run 5eb7… was'],
    ['request id 0d95c488-929e-42f7-947f-d1636301347d', 'request id 0d95…'],
    [
      'write run-input.json, .env.example, config/nightly.yaml',
      'write run-input.json, .env.example, config/nightly.yaml',
    ],
    ['INTERACTLY_WORKFLOW_ID and HARNESS_MAX_RUNS', 'INTERACTLY_WORKFLOW_ID and HARNESS_MAX_RUNS'],
    ['at 2026-11-27T09:30:15.000Z', 'at 2026-11-27T09:30:15.000Z'],
    ['host qa-box, once', 'host qa-b…, once'],
  ];
  for (const [text, short] of rows) assert.equal(shortened(text, ['qa-box']), short);
});
