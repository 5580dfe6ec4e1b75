import { test as base } from '@playwright/test';
import { BudgetExhausted } from './ask.ts';
import { controlOf, type Control } from './control.ts';
import { isUnderCommandLine } from './plan.ts';
import { RECORD_CONTENT_TYPE, Recorder } from './record.ts';
import type { Undecided } from './run-case.ts';
import { openSession, type Session } from './session.ts';

/** What a test is about, for the result. */
export interface About {
  readonly id: string;
  readonly title: string;
  readonly group: string;
  readonly command: string;
  readonly field: string | null;
}

/** Runs the body of one test: it asks, records, and says why it could not be judged, or null. */
export type Conduct = (
  about: About,
  body: (recorder: Recorder, control: Control) => Promise<Undecided | null>,
) => Promise<void>;

/** The API broke a rule. The message is the findings; a stack would only show this tool's own lines. */
export class ContractBroken extends Error {
  constructor(findings: Recorder['findings']) {
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

/** Playwright Test with one session and one positive control for each worker. */
export const test = base.extend<{ conduct: Conduct }, { session: Session; control: Control }>({
  session: [
    async ({}, use, workerInfo) => {
      const session = openSession(workerInfo.workerIndex);
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
  conduct: async ({ control, session }, use, testInfo) => {
    await use(async (about, body) => {
      const recorder = new Recorder();
      const began = performance.now();
      const undecided = await decide(session, control, about.id, () => body(recorder, control));
      const { id, title, group, command } = about;
      const outcome = {
        id,
        title,
        group,
        command,
        reason: undecided?.reason ?? null,
        duration_ms: Math.round(performance.now() - began),
      };
      const record = recorder.finish(outcome, about.field, undecided?.outcome ?? null);
      await testInfo.attach('record', { body: JSON.stringify(record), contentType: RECORD_CONTENT_TYPE });
      for (const setUp of session.setUp.splice(0)) {
        await testInfo.attach('set-up', { body: JSON.stringify(setUp), contentType: RECORD_CONTENT_TYPE });
      }
      const failures = recorder.findings.filter((finding) => finding.severity === 'failure');
      // A failed test would cost its worker; the reporter reads the record, so under the command line it is expected.
      if (failures.length > 0 && isUnderCommandLine(process.env)) testInfo.fail();
      if (failures.length > 0) throw new ContractBroken(failures);
      test.skip(undecided !== null, undecided?.reason ?? '');
    });
  },
});

async function decide(
  session: Session,
  control: Control,
  id: string,
  body: () => Promise<Undecided | null>,
): Promise<Undecided | null> {
  if (control.inconclusive !== null)
    return { outcome: 'inconclusive', reason: control.inconclusive.sentence };
  if (session.leftOut.has(id)) {
    return {
      outcome: 'skipped',
      reason: `left out: it starts a run, and the budget is ${session.plan.budgetRuns ?? 0}`,
    };
  }
  try {
    return await body();
  } catch (error) {
    if (error instanceof BudgetExhausted) return { outcome: 'skipped', reason: error.message };
    throw error;
  }
}
