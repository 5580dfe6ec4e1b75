import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { loadOperation } from '../../openapi/registry.ts';
import type { Inconclusive } from '../../result/exchange.ts';
import type { ContractResult } from '../../result/contract-result.ts';
import { readEnvironment } from '../../target/settings.ts';
import type { Target } from '../../target/target.ts';
import { toContractResult } from './coverage.ts';
import { planEnvironment, selectionOf, type ContractPlan } from './plan.ts';
import { passOn } from './record-file.ts';

/** What a contract run needs from whoever asks for it. */
export interface ContractContext {
  readonly target: Target;
  readonly signal: AbortSignal;
  /** A line that stays. */
  readonly say: (line: string) => void;
  /** A line that the next one may replace. */
  readonly progress: (line: string) => void;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Runs the contract tests in a Playwright process of its own and reads what its reporter gathered. The key travels
 * in the environment, never on the command line.
 */
export async function runContract(plan: ContractPlan, context: ContractContext): Promise<ContractResult> {
  const cli = join(
    dirname(createRequire(import.meta.url).resolve('@playwright/test/package.json')),
    'cli.js',
  );
  const child = spawn(
    process.execPath,
    [
      cli,
      'test',
      '--config',
      join(ROOT, 'playwright.config.ts'),
      '--output',
      join(plan.stateDir, 'playwright'),
      '--no-deps', // the control is made in the one worker that there is, and shown by commands.spec.ts
      '--project=contract',
    ],
    {
      env: {
        ...process.env,
        ...readEnvironment(process.env),
        ...targetEnvironment(context.target),
        HARNESS_RUNNER: 'command line',
        ...planEnvironment(plan),
        HARNESS_ENV_FILE: 'none',
        FORCE_COLOR: '0',
      },
      stdio: ['pipe', 'pipe', 'pipe'], // its input ends with this process, also when that is killed
      detached: true, // Ctrl-C reaches it through us, once
    },
  );
  const began = performance.now();
  const interrupt = (): boolean => child.kill('SIGINT');
  context.signal.addEventListener('abort', interrupt);
  const errors: string[] = [];
  child.stdout.resume(); // nothing is said there
  createInterface({ input: child.stderr }).on('line', (line) => {
    const text = context.target.redact(line);
    if (!passOn(text, context)) errors.push(text);
  });
  await new Promise((resolve) => child.once('close', resolve));
  context.signal.removeEventListener('abort', interrupt);
  const path = join(plan.stateDir, 'contract.json');
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as ContractResult;
  return withoutResult(plan, context, performance.now() - began, errors);
}

/** The runner ended before its reporter could gather: it was interrupted early, or it is broken. */
function withoutResult(
  plan: ContractPlan,
  context: ContractContext,
  durationMs: number,
  errors: readonly string[],
): ContractResult {
  const inconclusive: Inconclusive = context.signal.aborted
    ? { cause: 'interrupted', sentence: 'The contract tests were interrupted before they began.' }
    : {
        cause: 'harness-error',
        sentence: `This tool failed: the contract tests left no result (${errors.find((line) => line.trim() !== '') ?? 'no reason given'}).`,
      };
  return toContractResult(loadOperation(), {
    records: [],
    unrecorded: [],
    inconclusive,
    strict: plan.strict,
    selection: selectionOf(plan),
    commands: plan.commands,
    hasOtherKey: plan.hasOtherKey === true,
    durationMs,
  });
}

function targetEnvironment(target: Target): Record<string, string> {
  const headers = Object.fromEntries(
    target.extraHeaders.map((header) => [header.name, header.value.reveal()]),
  );
  return {
    INTERACTLY_BASE_URL: target.baseUrl,
    INTERACTLY_API_KEY: target.key.reveal(),
    INTERACTLY_WORKFLOW_ID: target.workflowId,
    INTERACTLY_HEADERS: target.extraHeaders.length === 0 ? '' : JSON.stringify(headers),
    HARNESS_TIMEOUT: `${target.timeoutMs}ms`,
    HARNESS_PATIENCE: `${target.patienceMs}ms`,
    INTERACTLY_OTHER_KEY: target.otherKey?.reveal() ?? '',
  };
}
