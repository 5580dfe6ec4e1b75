import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { About } from '../cases/case.ts';
import type { TestRecord } from './recorder.ts';

/** What conducting one item came to: its records, or the failure of this tool in it. */
export interface ItemResult {
  readonly about: About;
  /** The item's own first, then those of set-up; empty when this tool failed. */
  readonly records: readonly TestRecord[];
  /** What went wrong in this tool, in one line; null when nothing did. */
  readonly toolFailure: string | null;
}

/** Keeps what an item came to in the run's own file, at once: an interruption loses nothing that was done. */
export function keepItemResult(stateDir: string, conducted: ItemResult): void {
  appendFileSync(fileIn(stateDir), `${JSON.stringify(conducted)}\n`, { mode: 0o600 });
}

/** All that a run has kept so far, in the order of its end. */
export function readItemResults(stateDir: string): readonly ItemResult[] {
  const path = fileIn(stateDir);
  if (!existsSync(path)) return [];
  const whole = readFileSync(path, 'utf8').split('\n').slice(0, -1); // a line without its end was cut off
  return whole.map((line) => JSON.parse(line) as ItemResult);
}

function fileIn(stateDir: string): string {
  return join(stateDir, 'records.ndjson');
}

/** Says a line of `sayProgress`: a failure stays, progress is replaced. False for a line of anybody else. */
export function passOn(
  line: string,
  { say, progress }: Readonly<Record<'say' | 'progress', (line: string) => void>>,
): boolean {
  if (line.startsWith('failed: ')) say(line);
  else if (line.startsWith('contract: ')) progress(line);
  else return false;
  return true;
}

const PROGRESS_EVERY = 25;

/**
 * Says how far a run is, and each cause of failure when it first shows: a bad server breaks hundreds of cases for a few
 * reasons.
 */
export function sayProgress(
  items: number,
  say: (line: string) => void,
): (conducted: Pick<ItemResult, 'records'>) => void {
  const total = items + 1; // the control is the first that is told
  const causes = new Set<string>();
  let done = 0;
  let failed = 0;
  let empty = 0;
  return ({ records }) => {
    done += 1;
    const outcome = records[0]?.outcome.outcome;
    if (outcome === 'failed') failed += 1;
    if (outcome === 'skipped' || outcome === 'inconclusive') empty += 1;
    for (const finding of records.flatMap((record) => record.findings)) {
      if (finding.severity !== 'failure' || causes.has(finding.fingerprint)) continue;
      causes.add(finding.fingerprint);
      say(`failed: ${finding.check}: ${finding.title} (${finding.case_id})`);
    }
    if (done % PROGRESS_EVERY === 0 || done === total)
      say(
        `contract: ${done} of ${total} cases, ${failed} failed${empty === 0 ? '' : `, ${empty} proved nothing`}`,
      );
  };
}
