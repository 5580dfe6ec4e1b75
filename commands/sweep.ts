import { join } from 'node:path';
import { isRecord, valueAt } from '../result/json.ts';
import { loadOperation, type Operation } from '../openapi/registry.ts';
import type { TextsOf } from '../options/option.ts';
import { counted } from '../result/format.ts';
import { envFileIssues } from '../target/env-file.ts';
import { resolveTarget } from '../target/resolve.ts';
import { openLedgersIn, runsKnownIn, type OpenLedger } from '../target/run-folder.ts';
import { openRunLedger } from '../target/run-ledger.ts';
import { openApiClient } from '../target/send.ts';
import { parseSettings, readEnvironment, type Environment } from '../target/settings.ts';
import { sweepRuns } from '../target/sweep.ts';
import type { Target } from '../target/target.ts';
import { openConsole } from './console.ts';
import { UsageError } from './usage-error.ts';
import type { SWEEP_OPTIONS } from './option-table.ts';

const RUNS_DIR = join('reports', 'runs');
/** No faster than most targets take, and no longer than somebody waits. */
const LIMITS = { ratePerSecond: 20, limitMs: 60_000 };
const IDS_SAID = 5;
const LIST_SIZE = 100;

/** `npm run sweep`: stops what earlier runs of this tool have left at the configured target, by their ledgers alone. */
export async function sweep({ yes = false }: TextsOf<typeof SWEEP_OPTIONS>): Promise<number> {
  const target = targetIn(process.env);
  const console = openConsole({ json: false, quiet: false }, target.redact);
  return sweepFolder(target, RUNS_DIR, yes, (line) => {
    console.say(line);
  });
}

/** The configured target. @throws UsageError where there is none. */
function targetIn(own: Environment): Target {
  const settings = parseSettings(readEnvironment(own));
  const issues = [...envFileIssues(own), ...(settings.ok ? [] : settings.issues)];
  if (!settings.ok || issues.length > 0) throw new UsageError(issues);
  if (settings.value.baseUrl === null)
    throw new UsageError([
      'INTERACTLY_BASE_URL is not set, so there is no target to sweep; set it as it was for the run that left something.',
    ]);
  return resolveTarget(settings.value, null);
}

/** Tells what is left and, with `isActing`, stops it. Returns 0 when nothing of ours is left, else 3. */
export async function sweepFolder(
  target: Target,
  runsDir: string,
  isActing: boolean,
  say: (line: string) => void,
): Promise<0 | 3> {
  const operation = loadOperation();
  const { open, unreadable } = openLedgersIn(runsDir);
  const ours = open.filter((one) => one.baseUrl === target.baseUrl && !one.isSandbox);
  const left = ours.filter(({ isAtWork }) => !isAtWork);
  say(`target: ${target.baseUrl}`);
  for (const ledger of left) say(leftText(ledger));
  for (const line of besides(open, ours, target, unreadable)) say(line);
  const count = left.reduce((sum, ledger) => sum + ledger.open.length, 0);
  if (count > 0 && !isActing) {
    await tellStrangers(operation, target, runsDir, say);
    say(`Nothing was stopped. To stop ${counted(count, 'run')}: npm run sweep -- --yes`);
    return 3;
  }
  const still = await stopAll(operation, target, left);
  await tellStrangers(operation, target, runsDir, say);
  if (count === 0) say('Nothing is left in the ledgers for this target.');
  else
    say(
      `${counted(count - still.length, 'run')} stopped or ended, ${still.length} still open${idsText(still)}.`,
    );
  return still.length === 0 && unreadable.length === 0 ? 0 : 3;
}

/** Stops the runs of each ledger and notes their ends in it, so that they are left no more. */
async function stopAll(
  operation: Operation,
  target: Target,
  ledgers: readonly OpenLedger[],
): Promise<readonly string[]> {
  const still: string[] = [];
  for (const { path } of ledgers) {
    const runs = openRunLedger(path, null);
    try {
      await sweepRuns(operation, target, runs, LIMITS);
      still.push(...runs.open());
    } finally {
      runs.close();
    }
  }
  return still;
}

function leftText({ folder, open, unknownStarts }: OpenLedger): string {
  const lost = unknownStarts === 0 ? '' : `, and ${counted(unknownStarts, 'start')} without a response`;
  return `${folder}: ${counted(open.length, 'workflow run')} not known to have ended${lost}${idsText(open)}`;
}

function idsText(ids: readonly string[]): string {
  if (ids.length === 0) return '';
  const more = ids.length > IDS_SAID ? ` and ${ids.length - IDS_SAID} more` : '';
  return `: ${ids.slice(0, IDS_SAID).join(', ')}${more}`;
}

/** What is not touched: runs at work, other targets, ledgers that do not say whose they are or can't be read. */
function besides(
  open: readonly OpenLedger[],
  ours: readonly OpenLedger[],
  { baseUrl }: Target,
  unreadable: readonly string[],
): readonly string[] {
  const elsewhere = new Set(
    open.flatMap((one) =>
      one.isSandbox || one.baseUrl === null || one.baseUrl === baseUrl ? [] : [one.baseUrl],
    ),
  );
  return [
    ...ours
      .filter(({ isAtWork }) => isAtWork)
      .map(({ folder }) => `${folder} is still at work; it is left alone.`),
    ...[...elsewhere].map(
      (other) =>
        `Ledgers of another target, ${other}, have open runs too; set INTERACTLY_BASE_URL=${other} to sweep them.`,
    ),
    ...open
      .filter((one) => one.baseUrl === null)
      .map(({ folder }) => `${folder} does not say which target its open runs are at; it is left alone.`),
    ...unreadable.map(
      (path) => `${path} can't be read as a ledger; look at it, and remove it when nothing is left.`,
    ),
  ];
}

/** Active runs of this workflow that no ledger here knows, where the target lists its runs: told, and never stopped. */
async function tellStrangers(
  operation: Operation,
  target: Target,
  runsDir: string,
  say: (line: string) => void,
): Promise<void> {
  const client = openApiClient(target);
  try {
    const path = `${operation.related.listWorkflowRuns.path()}?size=${LIST_SIZE}&page=1`;
    const { response } = await client.send({
      method: 'GET',
      path,
      credential: { kind: 'valid' },
      headers: [],
      body: null,
    });
    if (response?.status !== 200 || response.body.kind !== 'json') return;
    const known = runsKnownIn(runsDir);
    const strangers = activeRuns(operation, target.workflowId, response.body.value).filter(
      (id) => !known.has(id),
    );
    if (strangers.length > 0)
      say(
        `${counted(strangers.length, 'active run')} of this workflow that no ledger here knows${idsText(strangers)}; not touched.`,
      );
  } finally {
    await client.close();
  }
}

function activeRuns(operation: Operation, workflowId: string, body: unknown): readonly string[] {
  const listed = valueAt(body, ['workflow_runs']);
  if (!Array.isArray(listed)) return [];
  return listed.flatMap((one: unknown) => {
    const status = valueAt(one, ['workflow_run', 'status']);
    const isActive = typeof status === 'string' && operation.statusClassOf(status) !== 'terminal';
    const id = isRecord(one) ? one['_id'] : null;
    return isActive && typeof id === 'string' && valueAt(one, ['workflow_run', 'workflow_id']) === workflowId
      ? [id]
      : [];
  });
}
