/**
 * Everything that judges this tool, in one command: gates first, then the suites; each suite's counts are summed up.
 * It never reads `.env` and never asks a configured target: what it starts listens on loopback.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { optionsLost } from '../options/npm.ts';
import { testFilesBelow, textOf } from './files.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LIMIT_MS = 15 * 60_000;

interface Outcome {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  /** Tests that were skipped, with the reason that each gave. */
  readonly skipped: readonly string[];
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
    ([name]) => !/^(INTERACTLY_|HARNESS_|NODE_TEST)/.test(name),
  );
  return { ...Object.fromEntries(kept), HARNESS_ENV_FILE: 'none', FORCE_COLOR: '0', NO_COLOR: '1' };
}

function run(command: readonly string[]): Promise<Ran> {
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
  return { name, passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: [], seconds, output };
}

/** A suite of node:test files; its own closing counts are read from a TAP copy. */
async function nodeSuite(name: string, folder: string, concurrency: number): Promise<Outcome> {
  const files = testFilesBelow(join(ROOT, 'selftest', folder));
  const dir = mkdtempSync(join(tmpdir(), 'selftest-'));
  const tap = join(dir, 'out.tap');
  const reporters = [
    '--test-reporter=spec',
    '--test-reporter-destination=stdout',
    '--test-reporter=tap',
    `--test-reporter-destination=${tap}`,
  ];
  const ran = await run([
    process.execPath,
    '--import',
    'tsx',
    '--test',
    `--test-concurrency=${concurrency}`,
    ...reporters,
    ...files,
  ]);
  const counts = countsIn(textOf(tap));
  rmSync(dir, { recursive: true, force: true });
  return judged(name, ran, counts);
}

type Counts = Pick<Outcome, 'passed' | 'failed' | 'skipped'>;

function countsIn(tap: string): Counts {
  const number = (label: string): number =>
    Number(new RegExp(`^# ${label} (\\d+)$`, 'm').exec(tap)?.[1] ?? 0);
  const skipped = [...tap.matchAll(/^ *ok \d+ - (.*) # SKIP(.*)$/gm)];
  return {
    passed: number('pass'),
    failed: number('fail') + number('cancelled'),
    skipped: skipped.map(([, name, reason]) => `${name ?? ''}:${reason ?? ''}`),
  };
}

/** Playwright Test by hand against the embedded sandbox: the way an editor runs it. */
async function contractSuite(): Promise<Outcome> {
  const ran = await run([bin('playwright'), 'test']);
  const number = (label: string): number =>
    Number(new RegExp(`^\\s+(\\d+) ${label}`, 'm').exec(ran.output)?.[1] ?? 0);
  return judged('contract tests against the sandbox', ran, {
    passed: number('passed'),
    failed: number('failed') + number('did not run'),
    skipped: number('skipped') === 0 ? [] : [`${number('skipped')} by Playwright`],
  });
}

/** A suite that ran nothing, or ended badly without a failed test, is a failure too. */
function judged(name: string, ran: Ran, counts: Counts): Outcome {
  const silent = (ran.code !== 0 && counts.failed === 0) || counts.passed + counts.failed === 0;
  return {
    name,
    ...counts,
    failed: counts.failed + (silent ? 1 : 0),
    seconds: ran.seconds,
    output: ran.output,
  };
}

function report(outcome: Outcome): void {
  const mark = outcome.failed === 0 ? 'ok  ' : 'FAIL';
  const without = outcome.skipped.length === 0 ? '' : `, ${outcome.skipped.length} skipped`;
  process.stdout.write(
    `${mark} ${outcome.name}: ${outcome.passed} passed, ${outcome.failed} failed${without} (${outcome.seconds.toFixed(1)} s)\n`,
  );
  for (const skipped of outcome.skipped) process.stdout.write(`     skipped: ${skipped}\n`);
  if (outcome.failed > 0) process.stdout.write(`${outcome.output.trimEnd()}\n`);
}

const lost = optionsLost('test', ['--suite'], process.env);
if (lost !== null) {
  process.stderr.write(`${lost}\n`);
  process.exit(2);
}
const { values } = parseArgs({ options: { suite: { type: 'string', multiple: true } } });

/** The suites, in the order in which they are run: those that measure time run alone. */
const SUITES: readonly { readonly name: string; readonly run: () => Promise<Outcome> }[] = [
  ...GATES.map((one) => ({ name: one.name, run: () => gate(one) })),
  { name: 'options', run: () => nodeSuite('options', 'options', 2) },
  { name: 'openapi', run: () => nodeSuite('openapi', 'openapi', 2) },
  { name: 'contract', run: () => nodeSuite('contract', 'contract', 2) },
  { name: 'target', run: () => nodeSuite('target', 'target', 2) },
  { name: 'sandbox', run: () => nodeSuite('sandbox', 'sandbox', 2) },
  { name: 'reports', run: () => nodeSuite('reports', 'reports', 1) },
  { name: 'verdict', run: () => nodeSuite('verdict', 'verdict', 2) },
  { name: 'load', run: () => nodeSuite('load', 'load', 1) },
  { name: 'house', run: () => nodeSuite('house', 'house', 2) },
  { name: 'contract tests', run: contractSuite },
  { name: 'whole', run: () => nodeSuite('whole', 'whole', 1) },
];

let passed = 0;
let failed = 0;
for (const suite of SUITES.filter((one) => values.suite === undefined || values.suite.includes(one.name))) {
  const outcome = await suite.run();
  report(outcome);
  passed += outcome.passed;
  failed += outcome.failed;
}
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
