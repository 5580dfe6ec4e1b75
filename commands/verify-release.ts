import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parseNight } from '../history/night.ts';
import { inertLine } from '../reports/inert.ts';
import { isRecord, valueAt } from '../result/json.ts';
import { BASELINE_FILE, POLICY_FILE, type ReleaseComparison } from '../result/release-comparison.ts';
import { readResult, ResultFileError } from '../result/result-file.ts';
import type { RunResult } from '../result/result.ts';
import { exitCodeOf, judgeRun } from '../result/verdict.ts';
import { readReleasePolicy } from './profile/release-policy.ts';
import { heldAgainst } from './release-against.ts';
import { artefactsIn, CHECKSUM, checksumOf, STATEMENT } from './release-file.ts';
import { UsageError } from './usage-error.ts';

const CANNOT_BE_TRUSTED = 3;

/**
 * `npm run release -- --verify FOLDER`: holds a release against its own statement, offline: each file by its SHA-256, the
 * statement by its checksum, the verdict and the comparison by computing them again from what is in the folder. Returns the exit
 * code of the verdict, or 3 where anything is not as it was released.
 */
export function verifyRelease(given: string): number {
  const folder = resolve(given);
  const { text, statement } = statementIn(folder);
  const issues = [
    ...checksumIssues(folder, text),
    ...fileIssues(folder, statement),
    ...resultIssues(folder, statement),
  ];
  for (const issue of issues) process.stdout.write(`${inertLine(issue)}\n`);
  if (issues.length > 0) {
    process.stdout.write('The release is not as it was written: its verdict is not to be relied on.\n');
    return CANNOT_BE_TRUSTED;
  }
  const result = readResult(join(folder, 'result.json'));
  process.stdout.write(`All files are as they were released. verdict: ${result.verdict ?? 'none'}\n`);
  return exitCodeOf(result);
}

function statementIn(folder: string): { readonly text: Buffer; readonly statement: unknown } {
  const path = join(folder, STATEMENT);
  if (!existsSync(path))
    throw new UsageError([`${folder} holds no ${STATEMENT}; give --verify the folder of a release.`]);
  const text = readFileSync(path);
  try {
    return { text, statement: JSON.parse(text.toString('utf8')) as unknown };
  } catch {
    throw new UsageError([`${path} is not JSON, so nothing can be held against it.`]);
  }
}

function checksumIssues(folder: string, statement: Buffer): readonly string[] {
  const path = join(folder, CHECKSUM);
  if (!existsSync(path)) return [`${CHECKSUM} is missing, so a changed ${STATEMENT} can't be told.`];
  const isSame = readFileSync(path, 'utf8') === checksumOf(statement);
  return isSame ? [] : [`${STATEMENT} or ${CHECKSUM} was changed since the release.`];
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

/** The statement says what `result.json` says, and that says what comes of its own figures. */
function resultIssues(folder: string, statement: unknown): readonly string[] {
  const extension = valueAt(statement, ['predicate', 'workflowRunsHarness']);
  const told = (name: string): unknown => valueAt(extension, [name]);
  try {
    const result = readResult(join(folder, 'result.json'));
    const { verdict, release, contract, load, run, share, target } = result;
    const again = judgeRun({ contract, load, interrupted: run.interrupted, share, release }).verdict;
    return [
      ...(verdict === told('verdict')
        ? []
        : [`${STATEMENT} says ${String(told('verdict'))}, and result.json ${String(verdict)}.`]),
      ...(again === verdict
        ? []
        : [`result.json says ${String(verdict)}, and its figures come to ${String(again)}.`]),
      ...(isSame(told('revision') ?? null, target.revision ?? null)
        ? []
        : [`${STATEMENT} names another revision of the target than result.json.`]),
      ...(isSame(told('comparison') ?? null, release ?? null)
        ? []
        : [`${STATEMENT} has another comparison than result.json.`]),
      ...(release === undefined ? [] : comparisonIssues(folder, statement, result, release)),
    ];
  } catch (error) {
    if (error instanceof ResultFileError) return [error.message];
    throw error;
  }
}

/** The comparison is made again from the result, the record of the baseline and the policy. */
function comparisonIssues(
  folder: string,
  statement: unknown,
  result: RunResult,
  release: ReleaseComparison,
): readonly string[] {
  const [baselinePath, policyPath] = [join(folder, BASELINE_FILE), join(folder, POLICY_FILE)];
  const missing = [baselinePath, policyPath].filter((path) => !existsSync(path));
  if (missing.length > 0) return []; // the files of the statement tell it
  const baseline = parseNight(readFileSync(baselinePath, 'utf8'));
  if ('why' in baseline) return [`${BASELINE_FILE} can't be read: ${baseline.why}.`];
  const policy = readReleasePolicy(policyPath);
  if (!policy.ok) return policy.issues;
  const { file, sha256 } = release.policy;
  const configuration = valueAt(statement, ['predicate', 'configuration']);
  const isNamed =
    Array.isArray(configuration) &&
    configuration.some((one: unknown) => valueAt(one, ['digest', 'sha256']) === sha256);
  const again = heldAgainst(result, { baseline, policy: { ...policy.value, path: file } }).release;
  return [
    ...(policy.value.sha256 === sha256 ? [] : [`${POLICY_FILE} is not the policy that result.json names.`]),
    ...(isNamed ? [] : [`${STATEMENT} does not name the policy that result.json names.`]),
    ...(isSame(again, release)
      ? []
      : [`The comparison of result.json is not what ${BASELINE_FILE} and ${POLICY_FILE} come to.`]),
  ];
}

/** Equal but for the order of members. */
function isSame(one: unknown, other: unknown): boolean {
  const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));
  return isDeepStrictEqual(plain(one), plain(other));
}
