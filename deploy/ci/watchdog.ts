/**
 * Ends with 1 when no night in a folder was judged within so many hours: `watchdog.ts FOLDER HOURS`. A night is judged when it
 * ended in GO or NO-GO about a deployed API; INCONCLUSIVE, a share and the embedded sandbox judge nothing.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readResult, ResultFileError } from '../../result/result-file.ts';
import type { RunResult } from '../../result/result.ts';

const HOUR_MS = 3_600_000;

function resultsIn(folder: string): readonly RunResult[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(folder).flatMap((name) => {
    try {
      return [readResult(join(folder, name, 'result.json'))];
    } catch (error) {
      if (!(error instanceof ResultFileError)) throw error;
      say(`passed over: ${error.message}`);
      return [];
    }
  });
}

function isJudged({ verdict, target, run }: RunResult): boolean {
  return (verdict === 'GO' || verdict === 'NO-GO') && !target.is_sandbox && !run.interrupted;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** The exit code, after saying why. */
function watch(folder: string, hours: number, nowMs: number): number {
  const results = resultsIn(folder);
  const judged = results.filter(isJudged).toSorted((a, b) => a.run.ended_at.localeCompare(b.run.ended_at));
  const last = judged.at(-1);
  const inJob = process.env['GITHUB_ACTIONS'] === 'true';
  const fail = (what: string): number => {
    const next = 'See whether the schedule of the nightly is switched on, and what its last jobs say.';
    say(inJob ? `::error title=no night was judged::${what} ${next}` : `${what} ${next}`);
    return 1;
  };
  if (last === undefined)
    return fail(`${results.length} results were kept, and none of them is a judged night.`);
  const ageHours = (nowMs - Date.parse(last.run.ended_at)) / HOUR_MS;
  const told = `The last judged night ended ${last.run.ended_at}, ${ageHours.toFixed(1)} hours ago`;
  if (!(ageHours <= hours)) return fail(`${told}; it may be ${hours} at most.`);
  say(`${told}: ${last.verdict ?? ''}.`);
  return 0;
}

const [folder = '', hours = ''] = process.argv.slice(2);
if (folder === '' || !/^[1-9]\d{0,3}$/.test(hours)) {
  process.stderr.write('It takes a folder of results and a number of hours: watchdog.ts FOLDER HOURS\n');
  process.exitCode = 2;
} else process.exitCode = watch(folder, Number(hours), Date.now());
