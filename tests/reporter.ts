import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FullResult, Reporter, TestCase, TestResult } from '@playwright/test/reporter';
import { loadOperation } from '../openapi/registry.ts';
import { readControl } from '../contract/run/control.ts';
import { collectResult } from '../contract/run/result.ts';
import { isUnderCommandLine, readPlan, tellFailures } from '../contract/run/plan.ts';
import { readItemResults } from '../contract/run/record-file.ts';

/** Gathers what the tests have kept into `contract.json` in the state directory, and passes on what the worker says. */
export default class ContractReporter implements Reporter {
  readonly #ownErrors: string[] = [];
  #began = performance.now();

  constructor() {
    tellFailures(process.env); // the workers, which are started later, inherit it
    if (isUnderCommandLine(process.env)) endWithParent();
  }

  onBegin(): void {
    this.#began = performance.now();
  }

  onStdErr(chunk: string | Buffer): void {
    if (isUnderCommandLine(process.env)) process.stderr.write(chunk);
  }

  /**
   * No test of ours is expected to fail: one that says so has kept its worker, and is counted as failed from here on, by
   * the runner and by the reporters that come after. Findings are in the records; any other error is this tool's own.
   */
  onTestEnd(test: TestCase, result: TestResult): void {
    if (test.expectedStatus === 'failed') test.expectedStatus = 'passed';
    const message = result.error?.message;
    if (message === undefined || /^(ContractBroken|ToolFailed): /.test(message)) return;
    if (result.status !== 'interrupted') this.#ownErrors.push(firstLine(message));
  }

  onError(error: { readonly message?: string }): void {
    this.#ownErrors.push(firstLine(error.message));
  }

  onEnd(result: FullResult): void {
    const plan = readPlan(process.env);
    const contract = collectResult(loadOperation(), plan, {
      control: readControl(plan.stateDir),
      conducted: readItemResults(plan.stateDir),
      interrupted: result.status === 'interrupted',
      toolErrors: this.#ownErrors,
      durationMs: performance.now() - this.#began,
    });
    mkdirSync(plan.stateDir, { recursive: true });
    writeFileSync(join(plan.stateDir, 'contract.json'), JSON.stringify(contract), { mode: 0o600 });
  }

  /** True, or the runner adds a reporter of its own. */
  printsToStdio(): boolean {
    return true;
  }
}

function firstLine(text: string | undefined): string {
  return (text ?? 'unknown error').split('\n')[0] ?? '';
}

/** Whoever wrote the plan was killed: nobody would stop what is started from here on. */
function endWithParent(): void {
  process.stdin.on('end', () => process.exit(1)).on('error', () => process.exit(1));
  process.stdin.resume();
  if ('unref' in process.stdin) process.stdin.unref();
}
