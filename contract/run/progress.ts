import type { ItemResult } from './record-file.ts';

const PROGRESS_EVERY = 25;

/**
 * Says how far a run is, and each cause of failure when it first shows: a bad server breaks hundreds of cases for a few
 * reasons.
 */
export function sayProgress(items: number, say: (line: string) => void): (conducted: ItemResult) => void {
  const total = items + 1;
  const causes = new Set<string>();
  let done = 1; // the control comes before the first of them
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
