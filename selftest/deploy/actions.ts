import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { parse } from 'yaml';
import { git, machineEnvironment, ROOT, runScript, type Origin } from './clone.ts';

/** A step of a job. */
export interface Step {
  readonly id?: string;
  readonly name?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string | number | boolean>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly 'continue-on-error'?: boolean;
}

export interface Job {
  readonly needs?: string;
  readonly if?: string;
  readonly 'runs-on'?: string;
  readonly 'timeout-minutes'?: number;
  readonly environment?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
}

export interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: unknown;
  readonly concurrency?: { readonly group: string; readonly 'cancel-in-progress': boolean };
  readonly defaults?: { readonly run?: { readonly shell?: string } };
  readonly jobs: Readonly<Record<string, Job>>;
}

export function readWorkflow(name: string): Workflow {
  return parse(readFileSync(join(ROOT, '.github', 'workflows', name), 'utf8')) as Workflow;
}

/** What the service knows of a run of a workflow. */
export interface Given {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly vars?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly runId: number;
}

export interface JobEnd {
  readonly result: 'success' | 'failure' | 'skipped';
  readonly outputs: Readonly<Record<string, string>>;
  /** What each step said that ran, by its name. */
  readonly said: Readonly<Record<string, string>>;
  /** All that the steps said. */
  readonly log: string;
  readonly summary: string;
  readonly dir: string;
}

type Contexts = Record<string, unknown>;

/**
 * Runs a job as the service would: a fresh clone, the steps in order, each script by its own text under bash, with files for
 * outputs and the summary. The four kinds of actions that the workflows use are played.
 */
export async function runJob(
  origin: Origin,
  job: Job,
  given: Given,
  needs: Readonly<Record<string, JobEnd>> = {},
): Promise<JobEnd> {
  const contexts: Contexts = {
    github: { run_id: given.runId, run_attempt: 1, token: 'token-of-the-job', ref: 'refs/heads/main' },
    inputs: given.inputs ?? {},
    vars: given.vars ?? {},
    secrets: given.secrets ?? {},
    needs,
    steps: {},
    env: {},
  };
  const skipped = { result: 'skipped', outputs: {}, said: {}, log: '', summary: '', dir: '' } as const;
  const needed = Object.values(needs).every(({ result }) => result === 'success');
  if (!holds(job.if, contexts, needed)) return skipped;
  const machine = machineOf(origin, given);
  contexts['env'] = filled(job.env ?? {}, contexts);
  const steps: Record<string, { outputs: Record<string, string> }> = {};
  contexts['steps'] = steps;
  const said: Record<string, string> = {};
  let isGood = true;
  for (const [at, step] of job.steps.entries()) {
    if (!holds(step.if, contexts, isGood)) continue;
    const { code, output, outputs } = await runStep(step, contexts, machine);
    said[step.name ?? step.id ?? `${at} ${step.uses ?? ''}`] = output;
    if (step.id !== undefined) steps[step.id] = { outputs };
    if (code !== 0 && step['continue-on-error'] !== true) isGood = false;
  }
  return {
    result: isGood ? 'success' : 'failure',
    outputs: filled(job.outputs ?? {}, contexts),
    said,
    log: Object.values(said).join('\n'),
    summary: readFileSync(machine.summary, 'utf8'),
    dir: machine.dir,
  };
}

interface Machine {
  readonly origin: Origin;
  readonly dir: string;
  readonly artefacts: string;
  readonly summary: string;
  readonly env: Readonly<Record<string, string>>;
}

function machineOf(origin: Origin, { runId }: Given): Machine {
  const dir = origin.clone();
  const temp = mkdtempSync(join(origin.dir, 'runner-'));
  const artefacts = join(origin.dir, `artefacts-${runId}`);
  mkdirSync(artefacts, { recursive: true });
  const summary = join(temp, 'summary.md');
  writeFileSync(summary, '');
  const env = {
    ...machineEnvironment(origin),
    GITHUB_ACTIONS: 'true',
    GITHUB_STEP_SUMMARY: summary,
    GITHUB_REPOSITORY: 'owner/harness',
    GITHUB_RUN_ID: String(runId),
    GITHUB_WORKSPACE: dir,
    RUNNER_TEMP: temp,
  };
  return { origin, dir, artefacts, summary, env };
}

interface StepEnd {
  readonly code: number;
  readonly output: string;
  readonly outputs: Record<string, string>;
}

async function runStep(step: Step, contexts: Contexts, machine: Machine): Promise<StepEnd> {
  if (step.run === undefined) {
    const output = useAction(step, filled(step.with ?? {}, contexts), machine);
    return { code: output.startsWith('Error: ') ? 1 : 0, output, outputs: {} };
  }
  const file = join(machine.env['RUNNER_TEMP'] ?? '', `step-${Math.random().toString(36).slice(2)}`);
  writeFileSync(`${file}.sh`, step.run);
  writeFileSync(`${file}.out`, '');
  const env = {
    ...machine.env,
    ...(contexts['env'] as Record<string, string>),
    ...filled(step.env ?? {}, contexts),
    GITHUB_OUTPUT: `${file}.out`,
  };
  // How the service calls it for `shell: bash`.
  const argv = ['bash', '--noprofile', '--norc', '-eo', 'pipefail', `${file}.sh`];
  const { code, output } = await runScript(argv, machine.dir, env);
  const lines = readFileSync(`${file}.out`, 'utf8').split('\n');
  const outputs: Record<string, string> = {};
  for (const line of lines) {
    const [name = '', value] = line.split('=', 2);
    if (value !== undefined) outputs[name] = value;
  }
  return { code, output, outputs };
}

function useAction(step: Step, options: Readonly<Record<string, string>>, machine: Machine): string {
  const { path = '', ref = '', name = '' } = options;
  const [action = ''] = (step.uses ?? '').split('@');
  switch (action) {
    case 'actions/checkout':
      if (path === '') return '';
      try {
        return git(machine.dir, 'clone', '--quiet', '--branch', ref, machine.origin.url, path);
      } catch {
        return `Error: there is no ${ref}`;
      }
    case 'actions/setup-node':
      return '';
    case 'actions/upload-artifact': {
      const from = join(machine.dir, path);
      const { 'if-no-files-found': absent = 'warn' } = options;
      if (!existsSync(from)) return absent === 'error' ? `Error: no files at ${path}` : 'Warning: no files';
      cpSync(from, join(machine.artefacts, name), { recursive: true });
      return '';
    }
    case 'actions/download-artifact': {
      const from = join(machine.artefacts, name);
      if (!existsSync(from)) return `Error: there is no artifact ${name}`;
      cpSync(from, join(machine.dir, path), { recursive: true });
      return '';
    }
    default:
      throw new Error(`The action ${step.uses ?? ''} is not played here.`);
  }
}

function filled(
  texts: Readonly<Record<string, string | number | boolean>>,
  contexts: Contexts,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [
      key,
      String(text).replace(/\$\{\{(.*?)\}\}/g, (_, expression: string) =>
        textOf(evaluated(expression, contexts)),
      ),
    ]),
  );
}

/** Whether a step or job is to run; without a word about earlier failures it runs only after none. */
function holds(condition: string | undefined, contexts: Contexts, isGood: boolean): boolean {
  const expression = (condition ?? 'success()').replace(/^\$\{\{(.*)\}\}$/s, '$1');
  const value = evaluated(expression, { ...contexts, success: () => isGood, failure: () => !isGood });
  return /\b(success|failure|always|cancelled)\(/.test(expression)
    ? Boolean(value)
    : isGood && Boolean(value);
}

function evaluated(expression: string, contexts: Contexts): unknown {
  const functions = { always: () => true, cancelled: () => false, success: () => true, failure: () => false };
  return runInNewContext(`(${lenient(expression)})`, { ...functions, ...contexts });
}

/** A property of nothing is nothing, in the service's language. */
function lenient(expression: string): string {
  return expression.replace(/(?<=[\w)])\.(?=\w)/g, '?.');
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : '';
}
