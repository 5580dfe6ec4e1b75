/**
 * The same faults, profiles and description under Schemathesis and under these contract tests, side by side.
 * Schemathesis is installed from the Python registry into a virtual environment of its own; it is no dependency.
 * A fault counts as found by it when it objects to something that it does not object to on the conforming server.
 */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { judgeRun } from '../reports/verdict.ts';
import { FAULT_CLASSES, FAULTS, type Fault } from '../sandbox/faults.ts';
import { NO_LATENCY } from '../sandbox/latency.ts';
import { PROFILES } from '../sandbox/profiles.ts';
import { startSandbox, type Sandbox } from '../sandbox/server.ts';
import { resolveTarget } from '../target/resolve.ts';
import { parseSettings } from '../target/settings.ts';
import { runContract } from '../tests/run.ts';

const VERSION = 'schemathesis==4.32.5';
const KEY = 'bench-key-AbCdEf0123456789';
const WORKFLOW = '5eb7cf5a86d9755df3a6c593';
const LIMIT_MS = 120_000;

interface Told {
  readonly objections: ReadonlySet<string>;
  readonly requests: number;
  readonly runs: number;
  readonly seconds: number;
}

function installed(): string {
  const venv = join(tmpdir(), 'harness-bench-schemathesis');
  const program = join(venv, 'bin', 'st');
  if (existsSync(program)) return program;
  execFileSync('python3', ['-m', 'venv', venv]);
  execFileSync(join(venv, 'bin', 'pip'), ['install', '--quiet', VERSION], { stdio: 'inherit' });
  return program;
}

/** The description with an example that the sandbox accepts: Schemathesis has no other way to learn a workflow's id. */
function descriptionFor(dir: string): string {
  const text = readFileSync(new URL('../openapi/workflow-runs.yaml', import.meta.url), 'utf8');
  const path = join(dir, 'description.yaml');
  writeFileSync(
    path,
    text.replace(
      `workflow_run_id: ${WORKFLOW}\n                  thread`,
      'workflow_run_id: null\n                  thread',
    ),
  );
  return path;
}

async function measured(
  faults: readonly string[],
  profile: string,
  body: (sandbox: Sandbox) => Promise<ReadonlySet<string>>,
): Promise<Told> {
  const sandbox = await startSandbox({
    port: 0,
    key: KEY,
    workflowId: WORKFLOW,
    faults,
    profile,
    latency: NO_LATENCY,
    seed: 1,
  });
  const began = performance.now();
  try {
    const objections = await body(sandbox);
    const { requests, runs } = sandbox.stats();
    return {
      objections,
      requests,
      runs: Object.values(runs).reduce((sum, count) => sum + count, 0),
      seconds: (performance.now() - began) / 1000,
    };
  } finally {
    await sandbox.close();
  }
}

function theirs(program: string, description: string): (sandbox: Sandbox) => Promise<ReadonlySet<string>> {
  return (sandbox) =>
    new Promise((resolve) => {
      const args = [
        'run',
        description,
        '--url',
        sandbox.url,
        '-H',
        `Authorization: Bearer ${KEY}`,
        '--checks',
        'all',
        '--seed',
        '1',
        '--max-examples',
        '50',
        '--request-timeout',
        '2',
        '--continue-on-failure',
        '--no-color',
      ];
      execFile(
        program,
        args,
        { cwd: dirname(description), timeout: LIMIT_MS, maxBuffer: 64 * 1024 * 1024 },
        (_error, stdout) => {
          resolve(new Set([...stdout.matchAll(/^- (.+)$/gm)].map((match) => match[1] ?? '')));
        },
      );
    });
}

/** Ours: the failures alone for faults of that weight, else everything that was found. */
async function ours(sandbox: Sandbox): Promise<ReadonlySet<string>> {
  const stateDir = mkdtempSync(join(tmpdir(), 'bench-'));
  const settings = parseSettings({
    INTERACTLY_BASE_URL: sandbox.url,
    INTERACTLY_API_KEY: KEY,
    INTERACTLY_WORKFLOW_ID: WORKFLOW,
    HARNESS_TIMEOUT: '2s',
  });
  if (!settings.ok) throw new Error(settings.mistakes.join(' '));
  const silent = (): void => undefined;
  try {
    const plan = {
      stateDir,
      seed: 1,
      strict: false,
      budgetRuns: null,
      replay: null,
      only: null,
      inFlight: 4,
    };
    const contract = await runContract(plan, {
      target: resolveTarget(settings.value, null),
      signal: new AbortController().signal,
      say: silent,
      progress: silent,
    });
    const { verdict } = judgeRun({ contract, load: null, interrupted: false });
    return new Set([
      ...contract.findings.map((finding) => `${finding.severity}: ${finding.check}`),
      ...(verdict === 'INCONCLUSIVE' ? ['INCONCLUSIVE'] : []),
    ]);
  } finally {
    rmSync(stateDir, { recursive: true, force: true });
  }
}

const isNew = (told: Told, baseline: Told): boolean =>
  [...told.objections].some((objection) => !baseline.objections.has(objection));

const { values } = parseArgs({ options: { every: { type: 'string', default: '1' } } });
const program = installed();
const dir = mkdtempSync(join(tmpdir(), 'bench-description-'));
const ask = theirs(program, descriptionFor(dir));
const baseline = { theirs: await measured([], 'default', ask), ours: await measured([], 'default', ours) };
const chosen = FAULTS.filter((_, i) => i % Number(values.every) === 0);
const rows: { readonly fault: Fault; readonly theirs: Told; readonly ours: Told }[] = [];
for (const fault of chosen)
  rows.push({
    fault,
    theirs: await measured([fault.name], 'default', ask),
    ours: await measured([fault.name], 'default', ours),
  });

const mean = (numbers: readonly number[]): string =>
  numbers.length === 0 ? '—' : (numbers.reduce((a, b) => a + b, 0) / numbers.length).toFixed(1);
const print = (line: string): void => void process.stdout.write(`${line}\n`);
print(`${VERSION}, ${chosen.length} of ${FAULTS.length} faults (every ${values.every})\n`);
print('| class | faults | found by these tests | found by Schemathesis |\n| --- | --- | --- | --- |');
for (const name of FAULT_CLASSES) {
  const own = rows.filter((row) => row.fault.class === name);
  print(
    `| ${name} | ${own.length} | ${own.filter((row) => isNew(row.ours, baseline.ours)).length} | ${own.filter((row) => isNew(row.theirs, baseline.theirs)).length} |`,
  );
}
print('\n| per run, mean | these tests | Schemathesis |\n| --- | --- | --- |');
const columns = ['requests', 'runs', 'seconds'] as const;
for (const column of columns)
  print(
    `| ${column} | ${mean(rows.map((row) => row.ours[column]))} | ${mean(rows.map((row) => row.theirs[column]))} |`,
  );
print(
  '\n| conforming profile | objections of these tests | objections of Schemathesis |\n| --- | --- | --- |',
);
for (const { name } of PROFILES) {
  const told = { ours: await measured([], name, ours), theirs: await measured([], name, ask) };
  const failures = [...told.ours.objections].filter((one) => one.startsWith('failure'));
  print(
    `| ${name} | ${failures.length === 0 ? 'none' : failures.join(', ')} | ${[...told.theirs.objections].join(', ') || 'none'} |`,
  );
}
rmSync(dir, { recursive: true, force: true });
