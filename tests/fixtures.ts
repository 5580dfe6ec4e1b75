import { _baseTest as base, type TestInfo } from '@playwright/test';
import type { OutlineEntry } from '../contract/run/outline.ts';
import { areFailuresTold } from '../contract/run/plan.ts';
import type { Finding } from '../result/contract-result.ts';
import type { ItemResult } from '../contract/run/record-file.ts';
import type { Engine } from './engine.ts';
import type { RuleTest } from './rules.ts';

/** A rule was broken, or this tool failed. The message says all; a stack would only show this tool's own lines. */
class TestFailure extends Error {
  constructor(name: 'ContractBroken' | 'ToolFailed', message: string) {
    super(message);
    this.name = name;
    this.stack = `${name}: ${message}`;
  }
}

/** What the entries of one test came to. */
interface Outcome {
  readonly failures: Finding[];
  readonly toolFailures: string[];
  readonly undecided: string[];
}

/**
 * Playwright Test with one session with the target for each worker, and without the fixtures for browsers, which cost
 * each test more than it does itself. The engine is loaded when it is needed: who only lists the tests needs none of it.
 */
export const test = base.extend<{ judge: (rule: RuleTest) => Promise<void> }, { engine: Engine }>({
  engine: [
    async ({}, use, { workerIndex }) => {
      const { openEngine } = await import('./engine.ts');
      const engine = openEngine(workerIndex);
      await use(engine);
      await engine.close();
    },
    { scope: 'worker', box: 'self' },
  ],
  judge: [
    async ({ engine }, use, testInfo) => {
      await use((rule) => judge(engine, testInfo, rule));
    },
    { box: 'self' },
  ],
});

/** One step for each entry. All are shown before the test fails. */
async function judge(engine: Engine, testInfo: TestInfo, { entries }: RuleTest): Promise<void> {
  const resultOf = await engine.begin(entries);
  const outcome: Outcome = { failures: [], toolFailures: [], undecided: [] };
  const { file, line, column } = testInfo;
  for (const entry of entries) {
    const show = async (step: Skippable): Promise<void> => {
      await showResult(testInfo, step, entry, await resultOf(entry), outcome);
    };
    await test
      .step(`${entry.id}: ${entry.title}`, show, { location: { file, line, column } })
      .catch(ownFailure);
  }
  const { failures, toolFailures, undecided } = outcome;
  const [toolFailure] = toolFailures;
  if (failures.length > 0) fail(testInfo, new TestFailure('ContractBroken', messageOf(failures)));
  if (toolFailure !== undefined) fail(testInfo, new TestFailure('ToolFailed', toolFailure));
  test.skip(undecided.length === entries.length, undecided[0] ?? '');
}

/** The part of a step's own information that is used here. */
interface Skippable {
  skip(condition: boolean, description: string): void;
}

/** Shows what one entry came to. @throws TestFailure when it failed. */
async function showResult(
  testInfo: TestInfo,
  step: Skippable,
  { id }: OutlineEntry,
  { records, toolFailure }: ItemResult,
  outcome: Outcome,
): Promise<void> {
  if (toolFailure !== null) {
    outcome.toolFailures.push(`this tool failed in ${id}: ${toolFailure}`);
    throw new TestFailure('ToolFailed', toolFailure);
  }
  const findings = records.flatMap((record) => record.findings);
  const failures = findings.filter(({ severity }) => severity === 'failure');
  for (const { severity, check, title } of findings)
    if (severity !== 'failure')
      testInfo.annotations.push({ type: severity, description: `${id}: ${check}: ${title}` });
  if (failures.length > 0) {
    outcome.failures.push(...failures);
    for (const [i, finding] of failures.entries())
      await attach(testInfo, failures.length === 1 ? id : `${id} (${i + 1})`, finding);
    throw new TestFailure('ContractBroken', messageOf(failures));
  }
  const own = records[0]?.outcome;
  if (own?.outcome !== 'skipped' && own?.outcome !== 'inconclusive') return;
  const reason = own.reason ?? '';
  testInfo.annotations.push({ type: own.outcome, description: `${id}: ${reason}` });
  outcome.undecided.push(reason);
  step.skip(true, reason);
}

/** The request and the response, redacted when they were recorded, and the line that sends the request again. */
async function attach(testInfo: TestInfo, name: string, { exchange, curl }: Finding): Promise<void> {
  const body = JSON.stringify(exchange, null, 2);
  await testInfo.attach(`exchange of ${name}`, { body, contentType: 'application/json' });
  await testInfo.attach(`curl line of ${name}`, { body: curl, contentType: 'text/plain' });
}

/** A step that failed has been counted; anything else that a step throws ends the test. */
function ownFailure(error: unknown): void {
  if (!(error instanceof TestFailure)) throw error;
}

/**
 * Fails the test. The runner replaces the worker of a failed test, and a worker costs half a second and a session; so
 * where our reporter counts it as failed, the worker is told that it was to be expected.
 */
function fail(testInfo: TestInfo, failure: TestFailure): never {
  if (areFailuresTold(process.env)) testInfo.expectedStatus = 'failed';
  throw failure;
}

/** Each cause once, with how many cases show it. */
function messageOf(failures: readonly Finding[]): string {
  const causes = new Map<string, Finding[]>();
  for (const finding of failures)
    causes.set(finding.fingerprint, [...(causes.get(finding.fingerprint) ?? []), finding]);
  return [...causes.values()]
    .flatMap(([first, ...others]) => {
      if (first === undefined) return [];
      const more = others.length === 0 ? '' : ` (and ${others.length} more, see the steps)`;
      return [`${first.check} (${first.evidence.level}): ${first.title}${more}\n    ${first.curl}`];
    })
    .join('\n');
}
