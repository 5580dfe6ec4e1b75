import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FullResult, Reporter, Suite, TestCase, TestResult } from '@playwright/test/reporter';
import { loadOperation } from '../openapi/registry.ts';
import type { CaseOutcome, Inconclusive } from '../reports/result.ts';
import { readControl } from './control.ts';
import { toContractResult } from './contract-result.ts';
import { readPlan } from './plan.ts';
import { RECORD_CONTENT_TYPE, type TestRecord } from './record.ts';

const PROGRESS_EVERY = 25;

/** Gathers the records of the tests into `contract.json` in the state directory, and says how far the run is. */
export default class ContractReporter implements Reporter {
  readonly #records: TestRecord[] = [];
  readonly #unrecorded: CaseOutcome[] = [];
  readonly #ownErrors: string[] = [];
  readonly #causes = new Set<string>();
  #total = 0;
  #done = 0;
  #failed = 0;
  #began = performance.now();

  onBegin(_config: unknown, suite: Suite): void {
    this.#total = suite.allTests().length;
    this.#began = performance.now();
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    this.#done += 1;
    const records = recordsOf(result);
    const [record] = records;
    if (record === undefined) this.#note(test, result);
    this.#records.push(...records);
    if (record?.outcome.outcome === 'failed') {
      this.#failed += 1;
      this.#sayNewCauses(record);
    }
    if (this.#done % PROGRESS_EVERY === 0 || this.#done === this.#total)
      say(`contract: ${this.#done} of ${this.#total} cases, ${this.#failed} failed`);
  }

  /** A cause is said when it first shows: a bad server breaks hundreds of cases for a few reasons. */
  #sayNewCauses(record: TestRecord): void {
    for (const finding of record.findings) {
      if (finding.severity !== 'failure' || this.#causes.has(finding.fingerprint)) continue;
      this.#causes.add(finding.fingerprint);
      say(`failed: ${finding.check}: ${finding.title} (${finding.case_id})`);
    }
  }

  onError(error: { readonly message?: string }): void {
    this.#ownErrors.push(firstLine(error.message));
  }

  onEnd(result: FullResult): void {
    const plan = readPlan(process.env);
    const control = readControl(plan.stateDir);
    const operation = loadOperation();
    const contract = toContractResult(operation, {
      records: control === null ? this.#records : [control.record, ...this.#records],
      unrecorded: this.#unrecorded,
      inconclusive: this.#inconclusive(result, control?.inconclusive ?? null),
      strict: plan.strict,
      selection: plan.replay ?? plan.only,
      durationMs: performance.now() - this.#began,
    });
    mkdirSync(plan.stateDir, { recursive: true });
    writeFileSync(join(plan.stateDir, 'contract.json'), JSON.stringify(contract));
  }

  /** True, or the runner adds a reporter of its own. */
  printsToStdio(): boolean {
    return true;
  }

  /** The control speaks for its own test. Any other test without a record did not run, or this tool failed in it. */
  #note(test: TestCase, result: TestResult): void {
    if (test.location.file.endsWith('control.spec.ts')) return;
    const error = result.error?.message;
    if (error !== undefined) this.#ownErrors.push(firstLine(error));
    this.#unrecorded.push({
      id: `unrecorded/${test
        .titlePath()
        .filter((part) => part !== '')
        .join('/')}`,
      title: test.title,
      group: 'unrecorded',
      command: null,
      outcome: error === undefined ? 'skipped' : 'inconclusive',
      reason: error === undefined ? 'it did not run' : `this tool failed: ${firstLine(error)}`,
      duration_ms: result.duration,
    });
  }

  #inconclusive(result: FullResult, control: Inconclusive | null): Inconclusive | null {
    if (control !== null) return control;
    if (result.status === 'interrupted')
      return { cause: 'interrupted', sentence: 'The contract tests were interrupted.' };
    const [error] = this.#ownErrors;
    if (error !== undefined)
      return { cause: 'harness-error', sentence: `This tool failed in a test: ${error}` };
    return null;
  }
}

/** The test's own record first, then those of the set-up that it happened to make. */
function recordsOf(result: TestResult): readonly TestRecord[] {
  return result.attachments
    .filter((one) => one.contentType === RECORD_CONTENT_TYPE && one.body !== undefined)
    .map((one) => JSON.parse(one.body?.toString('utf8') ?? 'null') as TestRecord);
}

function firstLine(text: string | undefined): string {
  return (text ?? 'unknown error').split('\n')[0] ?? '';
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
