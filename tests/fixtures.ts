import { test as base } from '@playwright/test';
import { agendaOf } from './agenda.ts';
import { conductAhead, conductOnDemand, type Conductor } from './conductor.ts';
import { controlOf, type Control } from './control.ts';
import type { Item } from './item.ts';
import { isUnderCommandLine, readPlan } from './plan.ts';
import { RECORD_CONTENT_TYPE, type TestRecord } from './record.ts';
import { sessionFromEnvironment, type Session } from './session.ts';

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

interface WorkerFixtures {
  readonly session: Session;
  readonly control: Control;
  readonly conductor: Conductor;
}

/**
 * Playwright Test with one session and one positive control for each worker. A runner gives one test at a time to a
 * worker, and a worker costs a second; so under the command line, where the agenda is known, one worker asks ahead with
 * several calls in flight, and each test hands over what was found.
 */
export const test = base.extend<{ report: (item: Item) => Promise<void> }, WorkerFixtures>({
  session: [
    async ({}, use, workerInfo) => {
      const session = sessionFromEnvironment(workerInfo.workerIndex);
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
  conductor: [
    async ({ session }, use) => {
      const stop = new AbortController();
      const plan = readPlan(process.env);
      const conductor = isUnderCommandLine(process.env)
        ? conductAhead(session, agendaOf(session.operation, plan), plan.inFlight, stop.signal)
        : conductOnDemand(session);
      await use(conductor);
      stop.abort();
    },
    { scope: 'worker' },
  ],
  report: async ({ conductor }, use, testInfo) => {
    await use(async (item) => {
      const [record, ...setUp] = await conductor.recordsOf(item);
      for (const one of record === undefined ? setUp : [record, ...setUp])
        await testInfo.attach('record', { body: JSON.stringify(one), contentType: RECORD_CONTENT_TYPE });
      const failures = (record?.findings ?? []).filter((finding) => finding.severity === 'failure');
      // A failed test would cost its worker; the reporter reads the record, so under the command line it is expected.
      if (failures.length > 0 && isUnderCommandLine(process.env)) testInfo.fail();
      if (failures.length > 0) throw new ContractBroken(failures);
      const outcome = record?.outcome;
      test.skip(outcome?.outcome === 'skipped' || outcome?.outcome === 'inconclusive', outcome?.reason ?? '');
    });
  },
});
