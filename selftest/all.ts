/**
 * Everything that judges this tool, in one command: gates first, then the suites; each suite's counts are summed up.
 * While a suite runs it says how far it is, and which test failed as soon as one did; what failed is listed at the end.
 * It never reads `.env` and never sends anything to a configured target: what it starts listens on loopback.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { optionsConsumedByNpm } from '../options/npm.ts';
import { testFilesBelow, textOf } from './files.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TOGETHER = join(ROOT, 'selftest', 'together.ts');
const LIMIT_MS = 25 * 60_000;

interface Outcome {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  /** Tests that were skipped, with the reason that each gave. */
  readonly skipped: readonly string[];
  /** The names of the tests that failed. */
  readonly failures: readonly string[];
  /** Of all its processes together. */
  readonly seconds: number;
  readonly output: string;
}

interface Ran {
  readonly code: number;
  readonly output: string;
  readonly seconds: number;
}

/** This environment without what configures a target. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(INTERACTLY_|HARNESS_|NODE_TEST|GITHUB_|CI$|(HTTPS|NO)_PROXY$)/i.test(name),
  );
  return { ...Object.fromEntries(kept), HARNESS_ENV_FILE: 'none', FORCE_COLOR: '0', NO_COLOR: '1' };
}

/** A line that is said while a suite runs. */
function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** More than cores, because many tests wait. */
const AT_A_TIME = Math.min(8, 2 * availableParallelism() + 1);

const SLOWEST_TOLD = 15;
const PROGRESS_MS = 15_000;
/** How the reporter of node:test and Playwright's say that one test has ended. */
const ENDED = /^\s*(?:✔|✖|✓|✘)\s+(?:\d+ )?(.*?)(?: \(\d[\d.]*m?s\))?$/;

/** What is read of a suite while its processes run. */
interface Watch {
  /** Takes the output of one more process. */
  readonly read: () => (text: string) => void;
  readonly stop: () => void;
}

/** Says from time to time how many tests of a suite have ended, and at once which one failed. */
function watchTests(name: string): Watch {
  const began = performance.now();
  let ended = 0;
  let failed = 0;
  let told = 0;
  const timer = setInterval(() => {
    if (ended === told) return;
    told = ended;
    const seconds = Math.round((performance.now() - began) / 1000);
    say(`     ${name}: ${ended} tests have ended, ${failed} of them failed (${seconds} s so far)`);
  }, PROGRESS_MS);
  const read = (): ((text: string) => void) => {
    let rest = '';
    let isListing = false; // the reporter repeats at its end what failed
    const readLine = (line: string): void => {
      isListing ||= line.startsWith('✖ failing tests');
      const [whole, title = ''] = ENDED.exec(line) ?? [];
      if (whole === undefined || isListing) return;
      ended += 1;
      if (!/^\s*[✖✘]/.test(whole)) return;
      failed += 1;
      say(`     ${name}: failed: ${title}`);
    };
    return (text) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(readLine);
    };
  };
  const stop = (): void => {
    clearInterval(timer);
  };
  return { read, stop };
}

function run(command: readonly string[], read: (text: string) => void = () => undefined): Promise<Ran> {
  const began = performance.now();
  const [program = '', ...args] = command;
  return new Promise((resolve) => {
    const env = cleanEnvironment();
    if (env['NO_COLOR'] !== undefined) delete env['FORCE_COLOR'];
    const child = spawn(program, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
    let output = '';
    const keep = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
      read(chunk.toString('utf8'));
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => (output += error.message));
    child.on('close', (code) => {
      clearTimeout(limit);
      resolve({ code: code ?? 1, output, seconds: (performance.now() - began) / 1000 });
    });
  });
}

const bin = (name: string): string => join(ROOT, 'node_modules', '.bin', name);

/** Gates: a command that must end with 0. */
const GATES: readonly { readonly name: string; readonly command: readonly string[] }[] = [
  { name: 'format', command: [bin('prettier'), '--check', '--log-level', 'warn', '.'] },
  { name: 'types', command: [bin('tsc'), '--noEmit', '-p', '.'] },
  { name: 'lint', command: [bin('eslint'), '--max-warnings', '0', '.'] },
  {
    name: 'description lint',
    command: [bin('redocly'), 'lint', '--config', 'redocly.yaml', 'openapi/workflow-runs.yaml'],
  },
  { name: 'import directions', command: [bin('depcruise'), '--config', '.dependency-cruiser.cjs', '.'] },
];

async function gate({ name, command }: (typeof GATES)[number]): Promise<Outcome> {
  const { code, output, seconds } = await run(command);
  const counts = { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: [] };
  return { name, ...counts, failures: code === 0 ? [] : [name], seconds, output };
}

/** One process with test files; their closing counts are read from a TAP copy. */
async function nodeTests(suite: string, files: readonly string[], watch: Watch): Promise<Outcome> {
  const dir = mkdtempSync(join(tmpdir(), 'selftest-'));
  const tap = join(dir, 'out.tap');
  const reporters = [
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    '--test-reporter=tap',
    `--test-reporter-destination=${tap}`,
  ];
  // A file by itself has a runner beside it, whose words are not taken for those of a command that a test calls.
  const tests = files.length === 1 ? ['--test', ...reporters, ...files] : [...reporters, TOGETHER, ...files];
  const program = [process.execPath, '--import', 'tsx', ...tests];
  const ran = await run(program, watch.read());
  const counts = countsIn(textOf(tap));
  rmSync(dir, { recursive: true, force: true });
  return judged(files.length === 1 ? relative(ROOT, files[0] ?? '') : suite, ran, counts);
}

type Counts = Pick<Outcome, 'passed' | 'failed' | 'skipped' | 'failures'>;

function countsIn(tap: string): Counts {
  const number = (label: string): number =>
    Number(new RegExp(`^# ${label} (\\d+)$`, 'm').exec(tap)?.[1] ?? 0);
  const skipped = [...tap.matchAll(/^ *ok \d+ - (.*) # SKIP(.*)$/gm)];
  return {
    passed: number('pass'),
    failed: number('fail') + number('cancelled'),
    skipped: skipped.map(([, name, reason]) => `${name ?? ''}:${reason ?? ''}`),
    failures: failuresIn(tap),
  };
}

/** The names of failed tests; a suite that failed only because of its tests is not named beside them. */
function failuresIn(tap: string): readonly string[] {
  const failed = [...tap.matchAll(/^( *)not ok \d+ - (.*)$/gm)].map(([, indent = '', name = '']) => ({
    depth: indent.length,
    name,
  }));
  return failed
    .filter(({ depth }, i) => (failed[i - 1]?.depth ?? 0) <= depth)
    .map(({ name }) => name.replace(/\\(.)/g, '$1'));
}

/** Playwright Test by hand against the embedded sandbox: the way an editor runs it. */
async function playwrightTests(watch: Watch): Promise<Outcome> {
  // its own folder, because it is emptied first, and pages of other suites are beside it
  const ran = await run([bin('playwright'), 'test', '--output', 'test-results/playwright'], watch.read());
  const number = (label: string): number =>
    Number(new RegExp(`^\\s+(\\d+) ${label}`, 'm').exec(ran.output)?.[1] ?? 0);
  return judged('playwright test', ran, {
    passed: number('passed'),
    failed: number('failed') + number('did not run'),
    skipped: number('skipped') === 0 ? [] : [`${number('skipped')} by Playwright`],
    failures: [...ran.output.matchAll(/^ {2}\d+\) (.*)$/gm)].map(([, title = '']) => title),
  });
}

/** A suite that ran nothing, or ended badly without a failed test, is a failure too. */
function judged(name: string, ran: Ran, counts: Counts): Outcome {
  const silent = (ran.code !== 0 && counts.failed === 0) || counts.passed + counts.failed === 0;
  return {
    name,
    ...counts,
    failed: counts.failed + (silent ? 1 : 0),
    failures: silent ? [...counts.failures, `${name} ended with code ${ran.code}`] : counts.failures,
    seconds: ran.seconds,
    output: ran.output,
  };
}

function report(outcome: Outcome): void {
  const mark = outcome.failed === 0 ? 'ok  ' : 'FAIL';
  const without = outcome.skipped.length === 0 ? '' : `, ${outcome.skipped.length} skipped`;
  process.stdout.write(
    `${mark} ${outcome.name}: ${outcome.passed} passed, ${outcome.failed} failed${without} (${outcome.seconds.toFixed(0)} s)\n`,
  );
  for (const skipped of outcome.skipped) process.stdout.write(`     skipped: ${skipped}\n`);
  if (outcome.failed > 0) process.stdout.write(`${outcome.output.trimEnd()}\n`);
}

const consumed = optionsConsumedByNpm('test', ['--suite'], process.env);
if (consumed !== null) {
  process.stderr.write(`${consumed}\n`);
  process.exit(2);
}
const { values } = parseArgs({ options: { suite: { type: 'string', multiple: true } } });
const chosen = values.suite;

/** One process of a suite. */
interface Job {
  readonly run: (watch: Watch) => Promise<Outcome>;
  /** Those with a lower one begin before. */
  readonly rank: number;
}

interface Suite {
  readonly name: string;
  readonly jobs: readonly Job[];
}

const TOGETHER_MOST = 12;

/** What takes longest begins first, so that nothing long is left over at the end. Each run lists its slowest processes. */
const LONGEST = [
  'contract/profiles',
  'whole/runs',
  'reports/gallery',
  'sandbox/faults',
  'deploy/workflows',
  'house/recipes',
  'load/capacity',
  'deploy/kubernetes',
  'contract/state-faults',
  'reports/page',
  'whole/secrets',
  'contract/late',
  'contract/kill',
  'house/walls',
  'reports/largest-page',
  'load/day',
].map((name) => join(ROOT, 'selftest', `${name}.test.ts`));

function rankOf(file: string | undefined): number {
  const place = LONGEST.indexOf(file ?? '');
  return place < 0 ? LONGEST.length : place;
}

/** Files that start processes have one of their own; of the others some share one, in turn. */
function nodeSuite(name: string): Suite {
  const files = testFilesBelow(join(ROOT, 'selftest', name));
  const alone = files.filter((file) => !sharesProcess(file));
  const together = files.filter((file) => !alone.includes(file));
  const processes = alone.map((file) => [file]);
  for (let at = 0; at < together.length; at += TOGETHER_MOST)
    processes.push(together.slice(at, at + TOGETHER_MOST));
  const jobs = processes.map((some): Job => ({
    run: (watch) => nodeTests(name, some, watch),
    rank: rankOf(some[0]),
  }));
  return { name, jobs };
}

function suiteOf(name: string, run: Job['run']): Suite {
  return { name, jobs: [{ run, rank: rankOf(undefined) }] };
}

/** Whether a test file is short, starts no process, and changes nothing that the other files of its process see. */
function sharesProcess(file: string): boolean {
  const starts = /child_process|called\.ts|[sS]pawn|startServer|callCli|runCli|launchBrowser/;
  const changes = /^(?:beforeEach|before|afterEach)\(|process\.(?:env|chdir|exit)|mock\./m;
  const text = textOf(file);
  return !LONGEST.includes(file) && !starts.test(text) && !changes.test(text);
}

const SUITES: readonly Suite[] = [
  ...GATES.map((one) => suiteOf(one.name, () => gate(one))),
  ...['load', 'contract', 'whole', 'reports'].map(nodeSuite),
  suiteOf('contract tests', playwrightTests),
  ...[
    'deploy',
    'sandbox',
    'doctor',
    'drift',
    'openapi',
    'options',
    'verdict',
    'history',
    'house',
    'target',
  ].map(nodeSuite),
];

const slowest: Outcome[] = [];

/** Runs the processes of all suites from one queue; a suite is reported when its last process has ended. */
async function runAll(suites: readonly Suite[]): Promise<readonly Outcome[]> {
  const all = suites.flatMap((suite) => {
    const watch = watchTests(suite.name);
    const outcomes: Outcome[] = [];
    const run = async (job: Job): Promise<readonly Outcome[]> => {
      const one = await job.run(watch);
      outcomes.push(one);
      slowest.push(one);
      if (outcomes.length < suite.jobs.length) return [];
      watch.stop();
      const whole = sumOf(suite.name, outcomes);
      report(whole);
      return [whole];
    };
    return suite.jobs.map((job) => ({ rank: job.rank, run: () => run(job) }));
  });
  const queue = all.sort((a, b) => a.rank - b.rank);
  const reported: Outcome[] = [];
  const work = async (): Promise<void> => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) reported.push(...(await job.run()));
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, work));
  return reported;
}

function sumOf(name: string, outcomes: readonly Outcome[]): Outcome {
  const sum = (of: (outcome: Outcome) => number): number =>
    outcomes.reduce((total, outcome) => total + of(outcome), 0);
  return {
    name,
    passed: sum(({ passed }) => passed),
    failed: sum(({ failed }) => failed),
    skipped: outcomes.flatMap(({ skipped }) => skipped),
    failures: outcomes.flatMap(({ failures }) => failures),
    seconds: sum(({ seconds }) => seconds),
    output: outcomes
      .filter(({ failed }) => failed > 0)
      .map(({ output }) => output.trimEnd())
      .join('\n'),
  };
}

for (const file of LONGEST) {
  if (!existsSync(file)) throw new Error(`LONGEST names ${file}, which is not there.`);
}
const unknown = chosen?.find((name) => !SUITES.some((suite) => suite.name === name));
if (unknown !== undefined) {
  const names = SUITES.map(({ name }) => name).join(', ');
  process.stderr.write(`--suite ${unknown} is not a suite; the suites are ${names}.\n`);
  process.exit(2);
}
const outcomes = await runAll(SUITES.filter(({ name }) => chosen?.includes(name) ?? true));
const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0);
say('Slowest processes:');
slowest.sort((a, b) => b.seconds - a.seconds);
for (const { name, seconds } of slowest.slice(0, SLOWEST_TOLD)) say(`  ${seconds.toFixed(0)} s ${name}`);
if (failed > 0) say('Failed:');
for (const { name, failures } of outcomes) for (const title of failures) say(`  ${name}: ${title}`);
say(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
