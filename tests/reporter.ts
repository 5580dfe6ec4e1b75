import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FullResult, Reporter, TestCase, TestResult } from '@playwright/test/reporter';
import { loadOperation } from '../openapi/registry.ts';
import { readControl } from '../contract/run/control.ts';
import { collectResult } from '../contract/run/result.ts';
import { readPlan } from '../contract/run/plan.ts';
import { readItemResults } from '../contract/run/record-file.ts';

/** Gathers what the tests have kept into `contract.json` in the state directory, and passes on what the worker says. */
export default class ContractReporter implements Reporter {
  readonly #ownErrors: string[] = [];
  #began = performance.now();

  onBegin(): void {
    this.#began = performance.now();
  }

  onStdOut(chunk: string | Buffer): void {
    process.stdout.write(chunk);
  }

  /** Findings are in the records; any other error is this tool's own. */
  onTestEnd(_test: TestCase, result: TestResult): void {
    const message = result.error?.message;
    if (message !== undefined && !message.includes('ContractBroken') && result.status !== 'interrupted')
      this.#ownErrors.push(firstLine(message));
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
    writeFileSync(join(plan.stateDir, 'contract.json'), JSON.stringify(contract));
  }

  /** True, or the runner adds a reporter of its own. */
  printsToStdio(): boolean {
    return true;
  }
}

function firstLine(text: string | undefined): string {
  return (text ?? 'unknown error').split('\n')[0] ?? '';
}
