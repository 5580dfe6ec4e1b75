import { existsSync } from 'node:fs';
import { counted } from '../result/format.ts';
import { loadOperation, type Operation } from '../openapi/registry.ts';
import type { TextsOf } from '../options/option.ts';
import { envFileIssues } from '../target/env-file.ts';
import { listPath, readList, type ListedRuns } from '../target/listed-runs.ts';
import { resolveTarget } from '../target/resolve.ts';
import { openLedgersIn, RUNS_DIR, runsKnownIn, type OpenLedger } from '../target/run-folder.ts';
import { openRunLedger } from '../target/run-ledger.ts';
import { openApiClient } from '../target/send.ts';
import { parseSettings, readEnvironment, type Environment } from '../target/settings.ts';
import { sweepRuns } from '../target/sweep.ts';
import type { Target } from '../target/target.ts';
import { openConsole } from './console.ts';
import { idsText, leftText } from './leftovers.ts';
import { UsageError } from './usage-error.ts';
import type { SWEEP_OPTIONS } from './option-table.ts';

/** No faster than most targets take, and no longer than somebody waits. */
const LIMITS = { ratePerSecond: 20, limitMs: 60_000 };

type Say = (line: string) => void;

/**
 * `npm run sweep`: stops what earlier runs of this tool have left at the configured target, by their ledgers alone.
 * @param dir the folder of a run, or of runs, where they are not in the usual place.
 */
export async function sweep(
  dir: string | undefined,
  { yes = false }: TextsOf<typeof SWEEP_OPTIONS>,
): Promise<number> {
  const target = targetIn(process.env);
  if (dir !== undefined && !existsSync(dir))
    throw new UsageError([`${dir} does not exist; give the folder of a run, or of several.`]);
  const console = openConsole({ json: false, quiet: false }, target.redact);
  return sweepFolder(target, dir ?? RUNS_DIR, yes, (line) => {
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

/**
 * Tells what is left and, with `isActing`, stops it. Returns 0 when nothing of ours is left, else 3.
 * @throws UsageError where only ledgers of other targets are open: nothing is sent then.
 */
export async function sweepFolder(
  target: Target,
  runsDir: string,
  isActing: boolean,
  say: Say,
): Promise<0 | 3> {
  const operation = loadOperation();
  const { open, unreadable } = openLedgersIn(runsDir);
  const ours = open.filter((one) => one.baseUrl === target.baseUrl && !one.isSandbox);
  const left = ours.filter(({ isAtWork }) => !isAtWork);
  const elsewhere = otherTargets(open, target);
  if (ours.length === 0 && elsewhere.length > 0)
    throw new UsageError([
      `The open ledgers in ${runsDir} are of ${elsewhere.join(' and ')}, not of ${target.baseUrl}; nothing was sent. Set INTERACTLY_BASE_URL=${elsewhere[0] ?? ''} to sweep them.`,
    ]);
  say(`target: ${target.baseUrl}`);
  for (const ledger of left) say(`${ledger.folder}: ${leftText(ledger)}${idsText(ledger.open, ledger.by)}`);
  for (const line of besides(open, ours, elsewhere, unreadable)) say(line);
  const runs = left.reduce((sum, ledger) => sum + ledger.open.length, 0);
  const lost = left.filter(({ unknownStarts }) => unknownStarts > 0);
  if (!isActing && left.length > 0) {
    await tellForeign(operation, target, runsDir, lost, say);
    say(`Nothing was stopped. To stop ${whatIsLeft(runs, lost)}: npm run sweep -- --yes`);
    return 3;
  }
  const still = await stopAll(operation, target, left);
  const isLost = await tellForeign(operation, target, runsDir, lost, say);
  if (left.length === 0) say('Nothing is left in the ledgers for this target.');
  else if (runs > 0)
    say(
      `${counted(runs - still.length, 'run')} stopped or ended, ${still.length} still open${idsText(still)}.`,
    );
  return still.length === 0 && unreadable.length === 0 && !isLost ? 0 : 3;
}

function whatIsLeft(runs: number, lost: readonly OpenLedger[]): string {
  return runs > 0 || lost.length === 0 ? counted(runs, 'run') : 'being told of the starts without a response';
}

/** Other targets whose ledgers are open here. */
function otherTargets(open: readonly OpenLedger[], { baseUrl }: Target): readonly string[] {
  return [
    ...new Set(
      open.flatMap((one) =>
        one.isSandbox || one.baseUrl === null || one.baseUrl === baseUrl ? [] : [one.baseUrl],
      ),
    ),
  ];
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
      runs.toldUnknown(); // what follows tells of them; they can't be stopped by this tool
    } finally {
      runs.close();
    }
  }
  return still;
}

/** What is not touched: runs at work, other targets, ledgers that do not say whose they are or can't be read. */
function besides(
  open: readonly OpenLedger[],
  ours: readonly OpenLedger[],
  elsewhere: readonly string[],
  unreadable: readonly string[],
): readonly string[] {
  return [
    ...ours
      .filter(({ isAtWork }) => isAtWork)
      .map(({ folder }) => `${folder} is still at work; it is left alone.`),
    ...elsewhere.map(
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

/**
 * Active runs of this workflow that no ledger here knows, where the target lists its runs: told, and never stopped. A
 * start whose response never came may have left one of them.
 * @returns true when such a start may have left a run.
 */
async function tellForeign(
  operation: Operation,
  target: Target,
  runsDir: string,
  lost: readonly OpenLedger[],
  say: Say,
): Promise<boolean> {
  const listed = await listRuns(operation, target);
  const known = new Set([...runsKnownIn(runsDir), ...runsKnownIn(RUNS_DIR)]);
  const foreign = listed?.active.filter((id) => !known.has(id)) ?? [];
  if (foreign.length > 0)
    say(
      `${counted(foreign.length, 'active run')} of this workflow that no ledger here knows${idsText(foreign)}; not touched.`,
    );
  const isSettled = listed !== null && listed.isWhole && foreign.length === 0;
  for (const { folder, unknownStarts, writtenMs } of lost)
    say(
      `${folder}: ${counted(unknownStarts, 'start')} got no response, at about ${new Date(writtenMs).toISOString()}; ${lostText(listed, isSettled)}`,
    );
  return lost.length > 0 && !isSettled;
}

function lostText(listed: ListedRuns | null, isSettled: boolean): string {
  if (isSettled) return 'the list of runs shows that no run was left by it.';
  return listed === null
    ? 'this target lists no runs, so look for an active run of that time in its dashboard.'
    : 'it may have left one of the runs that no ledger knows: stop that one in the dashboard if it is yours.';
}

async function listRuns(operation: Operation, target: Target): Promise<ListedRuns | null> {
  const client = openApiClient(target);
  try {
    const { response } = await client.send({
      method: 'GET',
      path: listPath(operation),
      credential: { kind: 'valid' },
      headers: [],
      body: null,
    });
    if (response?.status !== 200 || response.body.kind !== 'json') return null;
    return readList(operation, target.workflowId, response.body.value);
  } finally {
    await client.close();
  }
}
