import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { inertLine } from '../reports/inert.ts';
import { isRecord, valueAt } from '../result/json.ts';
import { readResult, ResultFileError } from '../result/result-file.ts';
import { exitCodeOf } from '../result/verdict.ts';
import { artefactsIn, STATEMENT } from './release-file.ts';
import { UsageError } from './usage-error.ts';

const CANNOT_BE_TRUSTED = 3;

/**
 * `npm run release -- --verify FOLDER`: holds a release against its own statement, offline: each file by its SHA-256, and the
 * verdict. Returns the exit code of the verdict, or 3 where anything is not as it was released.
 */
export function verifyRelease(given: string): number {
  const folder = resolve(given);
  const statement = statementIn(folder);
  const issues = [...fileIssues(folder, statement), ...verdictIssues(folder, statement)];
  for (const issue of issues) process.stdout.write(`${inertLine(issue)}\n`);
  if (issues.length > 0) {
    process.stdout.write('The release is not as it was written: its verdict is not to be relied on.\n');
    return CANNOT_BE_TRUSTED;
  }
  const result = readResult(join(folder, 'result.json'));
  process.stdout.write(`All files are as they were released. verdict: ${result.verdict ?? 'none'}\n`);
  return exitCodeOf(result);
}

function statementIn(folder: string): unknown {
  const path = join(folder, STATEMENT);
  if (!existsSync(path))
    throw new UsageError([`${folder} holds no ${STATEMENT}; give --verify the folder of a release.`]);
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown;
  } catch {
    throw new UsageError([`${path} is not JSON, so nothing can be held against it.`]);
  }
}

function fileIssues(folder: string, statement: unknown): readonly string[] {
  const subjects = valueAt(statement, ['subject']);
  if (!Array.isArray(subjects) || subjects.length === 0) return [`${STATEMENT} names no files.`];
  const named = new Map(
    (subjects as readonly unknown[])
      .filter(isRecord)
      .map((one) => [String(one['name']), valueAt(one, ['digest', 'sha256'])]),
  );
  const there = new Map(artefactsIn(folder).map(({ name, sha256 }) => [name, sha256]));
  return [
    ...[...named].flatMap(([name, sha256]) => {
      const now = there.get(name);
      if (now === undefined) return [`${name} is missing.`];
      return now === sha256 ? [] : [`${name} was changed since the release.`];
    }),
    ...[...there.keys()]
      .filter((name) => !named.has(name))
      .map((name) => `${name} is no file of the release.`),
    ...(named.has('result.json') ? [] : ['result.json is no file of the release.']),
  ];
}

function verdictIssues(folder: string, statement: unknown): readonly string[] {
  const told = valueAt(statement, ['predicate', 'workflowRunsHarness', 'verdict']);
  try {
    const { verdict } = readResult(join(folder, 'result.json'));
    return verdict === told ? [] : [`${STATEMENT} says ${String(told)}, and result.json ${String(verdict)}.`];
  } catch (error) {
    if (error instanceof ResultFileError) return [error.message];
    throw error;
  }
}
