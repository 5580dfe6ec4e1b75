import type { CheckResult, CheckRow, Outcome } from './check.ts';

/** How the checks of a table are run. */
export interface Running {
  /** True: the paid check and those after it are not asked. */
  readonly isFree: boolean;
  readonly isInterrupted: () => boolean;
  /** Milliseconds on a clock that only goes forward. */
  readonly nowMs: () => number;
  /** Told each result as soon as it is there. */
  readonly checked: (title: string, result: CheckResult) => void;
  /** Told the title of a check before it is asked. */
  readonly checking: (title: string) => void;
}

/** Results by id, and the failed check that stands in the way of those that need this one. */
interface Known {
  readonly results: CheckResult[];
  readonly blockedBy: Map<string, string>;
}

/** Asks the rows in their order; a row is skipped where one that it needs failed, or was skipped for a failure itself. */
export async function runChecks<Context>(
  rows: readonly CheckRow<Context>[],
  context: Context,
  running: Running,
): Promise<readonly CheckResult[]> {
  const known: Known = { results: [], blockedBy: new Map() };
  for (const row of rows) {
    const beganMs = running.nowMs();
    const outcome = await outcomeOf(rows, row, context, running, known);
    const result = toResult(rows, row, outcome, running.nowMs() - beganMs);
    known.results.push(result);
    if (outcome.state === 'because') known.blockedBy.set(row.id, outcome.id);
    if (outcome.state === 'failed' && outcome.blocks) known.blockedBy.set(row.id, row.id);
    running.checked(row.title, result);
  }
  return known.results;
}

async function outcomeOf<Context>(
  rows: readonly CheckRow<Context>[],
  row: CheckRow<Context>,
  context: Context,
  running: Running,
  known: Known,
): Promise<Outcome> {
  const blocker = blockerOf(row, known.blockedBy);
  if (blocker !== null) return { state: 'because', id: blocker };
  if (running.isFree && isFromPaidOn(rows, row))
    return { state: 'unseen', what: 'not asked: --free ends before the paid run', facts: {} };
  if (running.isInterrupted())
    return { state: 'unseen', what: 'not asked: interrupted', facts: { interrupted: true } };
  running.checking(row.title);
  return row.check(context);
}

/** The failed check for whose sake a row can't be asked: always the first cause, never a check that was skipped itself. */
function blockerOf(
  { needs }: Pick<CheckRow<never>, 'needs'>,
  blockedBy: ReadonlyMap<string, string>,
): string | null {
  for (const need of needs) {
    const blocker = blockedBy.get(need);
    if (blocker !== undefined) return blocker;
  }
  return null;
}

function isFromPaidOn<Context>(rows: readonly CheckRow<Context>[], row: CheckRow<Context>): boolean {
  const paid = rows.findIndex(({ cost }) => cost === 'paid');
  return paid !== -1 && rows.indexOf(row) >= paid;
}

function toResult<Context>(
  rows: readonly CheckRow<Context>[],
  { id }: CheckRow<Context>,
  outcome: Outcome,
  tookMs: number,
): CheckResult {
  const common = { id, took_ms: Math.round(tookMs * 10) / 10 };
  switch (outcome.state) {
    case 'because': {
      const title = rows.find((row) => row.id === outcome.id)?.title ?? outcome.id;
      return {
        ...common,
        state: 'skipped',
        what: `because of "${title}" above`,
        next: null,
        evidence: { because: outcome.id },
      };
    }
    case 'unseen':
      return { ...common, state: 'skipped', what: outcome.what, next: null, evidence: outcome.facts };
    case 'failed':
      return { ...common, state: 'failed', what: outcome.what, next: outcome.next, evidence: outcome.facts };
    case 'passed':
    case 'absent':
      return { ...common, state: outcome.state, what: outcome.what, next: null, evidence: outcome.facts };
  }
}

/** The checks that are about the settings alone: when one of them fails, nothing was sent. */
const OF_SETTINGS: readonly string[] = ['settings', 'base-url'];

/** 0: every line passed, absent or skipped; 2: a setting is wrong; 3: the environment is not ready; 130: interrupted. */
export function exitCodeOf(results: readonly CheckResult[], isInterrupted: boolean): 0 | 2 | 3 | 130 {
  const failures = results.filter(({ state }) => state === 'failed');
  if (failures.some(({ id }) => OF_SETTINGS.includes(id))) return 2;
  if (isInterrupted) return 130;
  return failures.length === 0 ? 0 : 3;
}
