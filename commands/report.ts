import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readResult, ResultFileError } from '../result/result-file.ts';
import { readRuns } from '../reports/runs.ts';
import { descriptionPlaces } from '../openapi/registry.ts';
import { exitCodeOf, judgeRun } from '../result/verdict.ts';
import { writeReports, writeRunsIndex } from '../reports/write.ts';
import { verdictLines } from './conclude.ts';
import { UsageError } from './usage-error.ts';
import { outIssues } from './options.ts';
import { statIfThere } from '../result/disk.ts';

/** `npm run report -- FILE`: judges and renders a saved result again, without a run. */
export async function report(file: string, texts: { readonly out?: string | undefined }): Promise<number> {
  const path = resolve(file);
  const outDir = resolve(texts.out ?? dirname(path));
  const issues = outDir === dirname(path) ? releasedIssues(outDir) : outIssues(outDir);
  if (issues.length > 0) throw new UsageError(issues);
  try {
    const saved = readResult(path);
    const result = {
      ...saved,
      ...judgeRun({
        contract: saved.contract,
        load: saved.load,
        interrupted: saved.run.interrupted,
        share: saved.share,
        release: saved.release,
      }),
    };
    mkdirSync(outDir, { recursive: true });
    const written = await writeReports(result, outDir, descriptionPlaces());
    process.stdout.write(`${verdictLines(result).join('\n')}\nreport: ${written.html}\n`);
    return exitCodeOf(result);
  } catch (error) {
    if (error instanceof ResultFileError) throw new UsageError([error.message]);
    throw error;
  }
}

/** The files of a release are those that its statement has the checksums of. */
function releasedIssues(folder: string): readonly string[] {
  if (!existsSync(join(folder, 'release.json'))) return [];
  return [
    `${folder} is a release, whose release.json holds the checksums of its files; give --out another directory.`,
  ];
}

/** `npm run report -- index DIR`: writes one page over all runs in a folder, each as it was judged when it was saved. */
export async function reportIndex(folder: string): Promise<number> {
  const dir = resolve(folder);
  if (statIfThere(dir)?.isDirectory() !== true)
    throw new UsageError([`${dir} is no folder; give the folder that holds the runs, like reports/runs.`]);
  if (existsSync(join(dir, 'result.json')))
    throw new UsageError([`${dir} is one run; give the folder that holds the runs, like ${dirname(dir)}.`]);
  const runs = readRuns(dir);
  const path = await writeRunsIndex(runs, dir);
  process.stdout.write(`${runs.rows.length} runs, ${runs.unreadable.length} unreadable\nindex: ${path}\n`);
  return 0;
}
