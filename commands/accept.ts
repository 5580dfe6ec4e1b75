import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { AcceptedFileError, nameOf, writeAccepted } from '../result/accepted-file.ts';
import { isExpired, type AcceptedDrift } from '../result/acceptance.ts';
import { counted } from '../result/format.ts';
import { inertLine } from '../reports/inert.ts';
import { oneLine } from '../reports/readable.ts';
import { readResult, ResultFileError } from '../result/result-file.ts';
import type { RunResult } from '../result/result.ts';
import { secretsIn, readEnvironment } from '../target/settings.ts';
import { createRedaction } from '../target/redaction.ts';
import { envFileIssues } from '../target/env-file.ts';
import { parseAccept, type AcceptTexts, type AcceptRequest } from './accept-options.ts';
import { acceptedFrom, type Accepted } from './accepted-entries.ts';
import { acceptedPathOf, readAcceptedDrift } from './accepted.ts';
import { acceptObserved, listObserved, readObserved, removeObserved } from './observed.ts';
import { acceptShape } from './shape.ts';
import { UsageError } from './usage-error.ts';
import { statIfThere } from '../result/disk.ts';

/**
 * `npm run accept -- RUN FINGERPRINT…`: writes drift of a saved run down as expected, with a reason and until a day;
 * also lists what was accepted and takes it back. Sends nothing.
 * @throws UsageError with every issue, before anything is written.
 */
export function accept(
  run: string | undefined,
  fingerprints: readonly string[],
  texts: AcceptTexts,
  now: Date,
): number {
  const request = parseAccept(run, fingerprints, texts, now);
  const accepted = readAcceptedDrift(process.env);
  const issues = [request, accepted].flatMap((one) => (one.ok ? [] : one.issues));
  issues.push(...envFileIssues(process.env));
  if (!request.ok || !accepted.ok || issues.length > 0) throw new UsageError(issues);
  const redact = createRedaction(secretsIn(readEnvironment(process.env)));
  const path = acceptedPathOf(process.env);
  const say = (line: string): void => {
    process.stdout.write(`${inertLine(redact(oneLine(line)))}\n`);
  };
  switch (request.value.kind) {
    case 'list':
      [...list(accepted.value, path, now), ...listObserved(process.env)].forEach(say);
      return 0;
    case 'remove':
      remove(accepted.value, path, request.value).forEach(say);
      return 0;
    case 'observe':
      acceptObserved(resultOf(request.value.run), now, process.env).forEach(say);
      return 0;
    case 'shape':
      acceptShape(resultOf(request.value.run), redact(request.value.reason), now, process.env).forEach(say);
      return 0;
    case 'accept': {
      const result = resultOf(request.value.run);
      const taken = acceptedFrom(result, request.value, accepted.value, {
        now,
        redact,
        nameByDefault: gitName,
      });
      if ('issues' in taken) throw new UsageError(taken.issues.map((one) => redact(oneLine(one))));
      write(accepted.value, path, taken).forEach(say);
      return 0;
    }
  }
}

/** The name that git signs commits with here, or null. */
function gitName(): string | null {
  try {
    const name = execFileSync('git', ['config', 'user.name'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return name === '' ? null : name;
  } catch {
    return null;
  }
}

/** Reads the result of a run, named by its folder or by the file itself. */
function resultOf(run: string): RunResult {
  const found = statIfThere(run);
  if (found === undefined)
    throw new UsageError([`${oneLine(run)} does not exist; give the folder of a run, or its result.json.`]);
  const path = found.isDirectory() ? join(run, 'result.json') : run;
  if (statIfThere(path) === undefined)
    throw new UsageError([`${oneLine(run)} holds no result.json; give the folder of a run.`]);
  try {
    return readResult(path);
  } catch (error) {
    if (error instanceof ResultFileError) throw new UsageError([error.message]);
    throw error;
  }
}

function write(before: readonly AcceptedDrift[], path: string, taken: Accepted): readonly string[] {
  const { entries, alreadyAccepted } = taken;
  const known = new Set(before.map(nameOf));
  const now = new Set(entries.map(nameOf));
  const already = alreadyAccepted === 0 ? '' : `, ${alreadyAccepted} accepted before and left as they were`;
  if (entries.length === 0) return ['Nothing was written: all drift of this run is accepted already.'];
  save(path, [...before.filter((entry) => !now.has(nameOf(entry))), ...entries]);
  const renewed = entries.filter((entry) => known.has(nameOf(entry))).length;
  return [
    ...entries.map(
      (entry) =>
        `${known.has(nameOf(entry)) ? 'renewed' : 'accepted'} until ${entry.expires_at}${entry.by === undefined ? '' : ` by ${entry.by}`}: ${entry.fingerprint} ${entry.what}`,
    ),
    `${entries.length - renewed} accepted, ${renewed} renewed${already}, in ${path}; commit it, so that the next run knows.`,
  ];
}

function list(accepted: readonly AcceptedDrift[], path: string, now: Date): readonly string[] {
  const expired = accepted.filter((entry) => isExpired(entry, now)).length;
  return [
    ...accepted.map((entry) => {
      const { fingerprint, what, reason, expires_at: last, accepted_at: since } = entry;
      const until = isExpired(entry, now) ? `expired, accepted until ${last}` : `accepted until ${last}`;
      return `${fingerprint} ${until}: ${what} Reason: ${reason} (since ${since}, ${holdsOn(entry)})`;
    }),
    `${kindsOf(accepted)} accepted, ${expired} of them expired, in ${path}`,
  ];
}

/** How much is accepted: drift, and failures where there are any. */
function kindsOf(accepted: readonly AcceptedDrift[]): string {
  const failures = accepted.filter(({ severity }) => severity === 'failure').length;
  const drift = `${counted(accepted.length - failures, 'kind')} of drift`;
  return failures === 0 ? drift : `${drift} and ${counted(failures, 'failure')}`;
}

function holdsOn({ target }: AcceptedDrift): string {
  return target === undefined ? 'on any target' : `on ${target}`;
}

function remove(
  accepted: readonly AcceptedDrift[],
  path: string,
  { fingerprints, target }: Extract<AcceptRequest, { readonly kind: 'remove' }>,
): readonly string[] {
  const isOf = (entry: AcceptedDrift): boolean => target === null || entry.target === target;
  const candidates = accepted.filter(isOf);
  const rules = new Set(readObserved(process.env).map(({ id }) => id));
  const unknown = fingerprints.filter(
    (print) => !rules.has(print) && !candidates.some(({ fingerprint }) => fingerprint === print),
  );
  if (unknown.length > 0) {
    const there = accepted.length === 0 ? 'nothing is' : 'npm run accept -- --list shows what is';
    const where = target === null ? '' : ` for ${oneLine(target)}`;
    throw new UsageError(unknown.map((print) => `${oneLine(print)} is not accepted${where}; ${there}.`));
  }
  const gone = candidates.filter(({ fingerprint }) => fingerprints.includes(fingerprint));
  const observed = removeObserved(fingerprints, process.env);
  if (gone.length === 0 && observed.length > 0) return observed;
  save(
    path,
    accepted.filter((entry) => !gone.includes(entry)),
  );
  return [
    ...observed,
    ...gone.map((entry) => `no longer accepted ${holdsOn(entry)}: ${entry.fingerprint} ${entry.what}`),
    `${counted(gone.length, 'entry', 'entries')} removed from ${path}`,
  ];
}

function save(path: string, accepted: readonly AcceptedDrift[]): void {
  try {
    writeAccepted(path, accepted);
  } catch (error) {
    if (error instanceof AcceptedFileError) throw new UsageError([error.message]);
    throw error;
  }
}
