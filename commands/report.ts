import { resolve, dirname } from 'node:path';
import { mkdirSync } from 'node:fs';
import { readResult, ResultFileError } from '../reports/result-file.ts';
import { exitCodeOf, judgeRun } from '../reports/verdict.ts';
import { writeReports } from '../reports/write.ts';
import { UsageError } from './invocation.ts';

/** `npm run report -- FILE`: judges and renders a saved result again, without a run. */
export async function report(file: string, texts: { readonly out?: string }): Promise<number> {
  const path = resolve(file);
  const outDir = resolve(texts.out ?? dirname(path));
  try {
    const saved = readResult(path);
    const result = {
      ...saved,
      ...judgeRun({ contract: saved.contract, load: saved.load, interrupted: saved.run.interrupted }),
    };
    mkdirSync(outDir, { recursive: true });
    const written = await writeReports(result, outDir);
    process.stdout.write(`verdict: ${result.verdict}\nreport: ${written.html}\n`);
    return exitCodeOf(result);
  } catch (error) {
    if (error instanceof ResultFileError) throw new UsageError([error.message]);
    throw error;
  }
}
