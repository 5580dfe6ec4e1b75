import { test as base } from '@playwright/test';
import { suiteOf } from '../contract/run/suite.ts';
import { scheduleAhead, scheduleOnDemand, type Scheduler } from '../contract/run/scheduler.ts';
import { controlOf, type Control } from '../contract/run/control.ts';
import type { TestItem } from '../contract/run/test-item.ts';
import { isUnderCommandLine, readPlan } from '../contract/run/plan.ts';
import { sayProgress } from '../contract/run/progress.ts';
import { keepItemResult, type ItemResult } from '../contract/run/record-file.ts';
import type { TestRecord } from '../contract/run/recorder.ts';
import { sessionFromEnvironment, type Session } from '../contract/run/session.ts';
import { openPlaces, type Places } from '../contract/run/waiting.ts';

/** The API broke a rule. The message is the findings; a stack would only show this tool's own lines. */
export class ContractBroken extends Error {
  constructor(findings: TestRecord['findings']) {
    super(
      findings
        .map(
          (finding) => `${finding.check} (${finding.evidence.level}): ${finding.title}\n    ${finding.curl}`,
        )
        .join('\n'),
    );
    this.name = 'ContractBroken';
    this.stack = `${this.name}: ${this.message}`;
  }
}

/** The line that the command line shows as progress. */
function sayLine(line: string): void {
  if (isUnderCommandLine(process.env)) process.stdout.write(`${line}\n`);
}

interface WorkerFixtures {
  readonly places: Places | null;
  readonly session: Session;
  readonly control: Control;
  readonly scheduler: Scheduler;
}

/**
 * Playwright Test with one session and one positive control for each worker. A runner gives one test at a time to a
 * worker, and a worker costs a second; so under the command line, where the agenda is known, one worker asks ahead with
 * several calls in flight, and each test waits for what was found.
 */
export const test = base.extend<{ report: (items: readonly TestItem[]) => Promise<void> }, WorkerFixtures>({
  places: [
    async ({}, use) => {
      await use(isUnderCommandLine(process.env) ? openPlaces(readPlan(process.env).inFlight) : null);
    },
    { scope: 'worker' },
  ],
  session: [
    async ({ places }, use, workerInfo) => {
      const session = sessionFromEnvironment(workerInfo.workerIndex, places, sayLine);
      await use(session);
      await session.close();
    },
    { scope: 'worker' },
  ],
  control: [
    async ({ session }, use) => {
      await use(await controlOf(session));
    },
    { scope: 'worker', timeout: 300_000 },
  ],
  scheduler: [
    async ({ session, places }, use) => {
      const stop = new AbortController();
      await use(conductorOf(session, places, stop.signal));
      stop.abort();
    },
    { scope: 'worker' },
  ],
  report: async ({ scheduler: scheduler }, use, testInfo) => {
    await use(async (items) => {
      const results: ItemResult[] = [];
      for (const item of items) results.push(await scheduler.resultOf(item));
      const failures = results
        .flatMap((one) => one.records.flatMap((record) => record.findings))
        .filter((finding) => finding.severity === 'failure');
      // A failed test would cost its worker; the reporter reads the records, so under the command line it is expected.
      if (failures.length > 0 && isUnderCommandLine(process.env)) testInfo.fail();
      if (failures.length > 0) throw new ContractBroken(failures);
      const [broken] = results.filter((one) => one.toolFailure !== null);
      if (broken !== undefined && !isUnderCommandLine(process.env))
        throw new Error(`this tool failed: ${broken.toolFailure ?? ''}`);
      const undecided = results.map((one) => one.records[0]?.outcome).filter(isUndecided);
      const [first] = undecided;
      test.skip(first !== undefined && undecided.length === items.length, first?.reason ?? '');
    });
  },
});

function conductorOf(session: Session, places: Places | null, signal: AbortSignal): Scheduler {
  const { plan, operation } = session;
  const keep = (one: ItemResult): void => {
    keepItemResult(plan.stateDir, one);
  };
  if (places === null) return scheduleOnDemand(session, keep);
  const suite = suiteOf(operation, plan);
  const progress = sayProgress(suite.length, sayLine);
  return scheduleAhead(session, suite, places, signal, (one) => {
    keep(one);
    progress(one);
  });
}

function isUndecided(outcome: TestRecord['outcome'] | undefined): outcome is TestRecord['outcome'] {
  return outcome?.outcome === 'skipped' || outcome?.outcome === 'inconclusive';
}
