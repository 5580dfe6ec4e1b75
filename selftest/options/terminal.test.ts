import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openConsole } from '../../commands/console.ts';
import { paintFor } from '../../commands/colours.ts';
import { contractLines, verdictLines } from '../../commands/conclude.ts';
import { COMMAND_ROWS } from '../../commands/command-table.ts';
import { objectiveRows } from '../../commands/objective-rows.ts';
import { liveProgress, mergeProgress, plainProgress, type Progress } from '../../load/engine/progress.ts';
import { SANDBOX_HELP } from '../../sandbox/option-rows.ts';
import { renderSummary } from '../../reports/summary.ts';
import { renderJunit } from '../../reports/junit.ts';
import { renderDigest } from '../../reports/digest.ts';
import { renderHtml } from '../../reports/html/page.tsx';
import { inertLine } from '../../reports/inert.ts';
import { contract, finding, outcome } from '../reports/contract-fixtures.ts';
import { result } from '../reports/fixtures.ts';
import { load, scenario, threshold } from '../reports/load-fixtures.ts';

const ESCAPE = '\u001b[';

/** What a console writes to a screen with such an environment, and the screen. */
function screen(columns: number | undefined, isTTY = true) {
  const written: string[] = [];
  const stream = { isTTY, columns, write: (text: string) => written.push(text) };
  return { stream, text: () => written.join('') };
}

function consoleOn(one: ReturnType<typeof screen>, environment: NodeJS.ProcessEnv = {}) {
  const redact = (text: string): string => text.replaceAll('sk-secret', '[redacted]');
  return openConsole({ json: false, quiet: false }, redact, { stream: one.stream, environment });
}

const LINES = ['verdict: NO-GO', '✗ start  p95  312 ms  < 250 ms', 'failed: ignored-auth: no key (200)'];

test('colours are for a terminal alone: none in a pipe, in CI, with NO_COLOR or on a dumb terminal', () => {
  const rows: readonly (readonly [isTTY: boolean, env: NodeJS.ProcessEnv, isColoured: boolean])[] = [
    [true, {}, true],
    [true, { NO_COLOR: '' }, true], // an empty variable is unset (no-color.org)
    [true, { NO_COLOR: '1' }, false],
    [true, { CI: 'true' }, false],
    [true, { TERM: 'dumb' }, false],
    [false, {}, false],
    [false, { FORCE_COLOR: '1' }, false],
  ];
  for (const [isTTY, environment, isColoured] of rows)
    for (const line of LINES) {
      const paint = paintFor({ isTTY }, environment);
      assert.equal(paint(line).includes(ESCAPE), isColoured, JSON.stringify([isTTY, environment, line]));
      assert.equal(paint(line).replace(/\u001b\[\d+m/g, ''), line);
    }
});

test('what a target says can neither colour nor move a terminal, and no secret is written to it', () => {
  const one = screen(80);
  const console = consoleOn(one, { NO_COLOR: '1' });
  console.say('failed: \u001b[31mred\u001b[2K sk-secret');
  console.progress('x', () => 'half\u001b[1A sk-secret');
  const clean = one.text().replaceAll('\r\u001b[2K', '');
  assert.ok(!clean.includes('\u001b'), JSON.stringify(clean));
  assert.ok(!clean.includes('sk-secret'));
});

const AT: Progress = {
  scenario: 'start-resume',
  phase: 'measured',
  elapsedMs: 12_400,
  lengthMs: 30_000,
  leftMs: 17_600,
  ratePerSecond: 19.96,
  sent: 248,
  ok: 240,
  errors: 3,
  shed: 2,
  inFlight: 5,
  p95Ms: 9.04,
  isP95Bound: false,
};

test('the live line has rate, in flight, errors, p95 and the time left; a narrow terminal keeps what matters most', () => {
  assert.equal(
    liveProgress(AT, 100),
    'start-resume · 20/s · 5 in flight · 3 errors · p95 9.04 ms · 2 shed · 18 s left',
  );
  assert.equal(liveProgress(AT, 39), 'start-resume · 3 errors · p95 9.04 ms');
  for (let columns = 12; columns < 100; columns += 1)
    assert.ok(liveProgress(AT, columns).length <= columns, String(columns));
  const many = mergeProgress([AT, { ...AT, p95Ms: 30, errors: 1 }]);
  assert.match(liveProgress(many, 100), / · 39\.9\/s · 10 in flight · 4 errors · p95 ≤ 30\.0 ms /);
  assert.match(liveProgress(mergeProgress([AT, { ...AT, p95Ms: null }]), 100), /p95 —/);
});

test('in a log each line of progress stays, with what was sent and what was ok; on a terminal the next one replaces it', () => {
  assert.equal(plainProgress(AT), 'start-resume: 12.4 of 30 s, 248 sent, 240 ok, 2 shed');
  assert.match(plainProgress({ ...AT, phase: 'warm-up' }), /warming up, 248 sent, 240 ok/);
  const log = screen(undefined, false);
  consoleOn(log).progress(plainProgress(AT), (columns) => liveProgress(AT, columns));
  assert.equal(log.text(), `${plainProgress(AT)}\n`);
  const lent = screen(80); // a terminal that a CI system lends keeps every line
  consoleOn(lent, { CI: 'true' }).progress(plainProgress(AT), (columns) => liveProgress(AT, columns));
  assert.equal(lent.text(), `${plainProgress(AT)}\n`);
  const narrow = screen(40);
  const console = consoleOn(narrow, { NO_COLOR: '1' });
  for (let times = 0; times < 2; times += 1)
    console.progress(plainProgress(AT), (columns) => liveProgress(AT, columns));
  console.say('end');
  const rows = narrow.text().split(/\r\u001b\[2K/);
  assert.equal(rows.length, 3);
  assert.ok(rows.slice(0, 2).every((row) => row.length < 40 && !row.includes('\n')));
  assert.equal(rows[2], 'end\n');
});

const LOAD = load({
  scenarios: [
    scenario({
      thresholds: [
        threshold('met', { observed: 9, limit: 2000, expression: 'latency_ms_p95 < 2000' }),
        threshold('broken', { observed: 0.031, limit: 0.01, unit: 'ratio', expression: 'error_rate < 1%' }),
      ],
    }),
    scenario({
      name: 'mixed',
      thresholds: [
        threshold('inconclusive', {
          step: 'resume',
          observed: null,
          limit: 800,
          cause: 'too-few-samples',
          expression: 'service_ms_p99{command=resume} <= 0.8s',
        }),
      ],
    }),
  ],
});

test('a row for each threshold stands in columns, and on a narrow terminal on two lines', () => {
  const wide = objectiveRows(LOAD, Infinity, inertLine);
  assert.deepEqual(wide, [
    '✓ start         p95          9.00 ms  < 2,000 ms',
    '✗ start         error rate     3.1 %  < 1 %',
    '? mixed resume  service p99        —  <= 800 ms   inconclusive: too-few-samples',
  ]);
  const narrow = objectiveRows(LOAD, 40, inertLine);
  assert.ok(
    narrow.every((line) => line.length <= 40),
    narrow.join('\n'),
  );
  for (const [icon, observed] of [
    ['✓', '9.00 ms'],
    ['✗', '3.1 %'],
    ['?', 'too-few-samples'],
  ] as const)
    // prettier-ignore
    assert.ok(narrow.some((line) => line.startsWith(icon)) && narrow.join('\n').includes(observed));
  assert.deepEqual(objectiveRows(null, 40, inertLine), []);
});

test('the numbers of the contract tests are the same on the terminal, the page, the summary, in JUnit and the digest', () => {
  const outcomes = [
    ...Array.from({ length: 7 }, (_, at) => outcome(at)),
    outcome(7, 'warned'),
    outcome(8, 'warned'),
    outcome(9, 'failed'),
    outcome(10, 'skipped'),
    outcome(11, 'inconclusive'),
  ];
  const of = (at: number): { readonly case_id: string } => ({ case_id: outcomes[at]?.id ?? '' });
  const findings = [
    finding(7, 'warning', of(7)),
    finding(8, 'warning', of(8)),
    finding(9, 'failure', of(9)),
    finding(6, 'drift', of(6)),
  ];
  const one = result({ contract: contract(findings, outcomes) });
  const counts = { total: 12, passed: 7, failed: 1, warned: 2, skipped: 1, inconclusive: 1 };
  assert.deepEqual(one.contract?.cases, counts);
  const words = '7 passed, 2 warned, 1 failed, 1 skipped, 1 inconclusive';
  assert.ok(contractLines(one)[0]?.startsWith(`contract: 12 cases: ${words}`));
  const page = renderHtml(one);
  assert.ok(page.includes('12 cases') && page.includes(words));
  assert.match(renderSummary(one), /\| 12 \| ✓ 7 \| ✗ 1 \| ! 2 \| – 1 \| \? 1 \|/);
  assert.deepEqual((JSON.parse(renderDigest(one)) as { readonly cases: unknown }).cases, counts);
  const suites = renderJunit(one).matchAll(/<testsuite name="contract [^>]*>/g);
  const sums = { tests: 0, failures: 0, skipped: 0 };
  for (const [suite] of suites)
    for (const name of ['tests', 'failures', 'skipped'] as const)
      sums[name] += Number(new RegExp(`${name}="(\\d+)"`).exec(suite)?.[1]);
  assert.deepEqual(sums, { tests: 12, failures: 1, skipped: 2 });
  assert.ok(verdictLines(one).some((line) => line === 'verdict: NO-GO'));
});

test('a contract line is the last word on the cases whatever became of them', () => {
  assert.equal(contractLines(result()).length, 0);
  assert.deepEqual(contractLines(result({ contract: contract([], []) })), [
    'contract: 0 cases: 0 passed, 0 warned, 0 failed',
  ]);
});

test('the help of every command has an example that names the command', () => {
  const all = [...COMMAND_ROWS, ...COMMAND_ROWS.flatMap(({ commands = [] }) => commands), SANDBOX_HELP];
  for (const { name, examples } of all) {
    assert.ok(examples.length > 0, name);
    for (const [line] of examples) assert.ok(new RegExp(`\\b${name}\\b`).test(line), line);
  }
});
