import { FINGERPRINT } from '../result/accepted-file.ts';
import { dayOf, isExpired, isFor, type AcceptedDrift } from '../result/acceptance.ts';
import { causesOf, type Cause } from '../result/causes.ts';
import { more } from '../result/format.ts';
import { changeText, CHANGE_CHECK } from '../result/shape-verdict.ts';
import { oneLine } from '../reports/readable.ts';
import type { RunResult } from '../result/result.ts';
import type { Redact } from '../target/redaction.ts';
import type { AcceptRequest } from './accept-options.ts';
import { targetName } from './accepted.ts';

/** What is newly accepted of a run. */
export interface Accepted {
  readonly entries: readonly AcceptedDrift[];
  /** How many kinds of its drift were left alone, because they are accepted as it is. */
  readonly alreadyAccepted: number;
}

type Wish = Extract<AcceptRequest, { readonly kind: 'accept' }>;

/** When it is accepted, and how secrets are kept out of it. */
interface Circumstances {
  readonly now: Date;
  readonly redact: Redact;
  /** The name for whom gives none; null where nothing knows one. */
  readonly nameByDefault: () => string | null;
}

/**
 * Makes the entries for what is wished of a run: those named, drift and failures, or all its drift that is not accepted
 * already. A warning or an unknown fingerprint is an issue, told in a sentence for each.
 */
export function acceptedFrom(
  result: RunResult,
  wish: Wish,
  before: readonly AcceptedDrift[],
  { now, redact, nameByDefault }: Circumstances,
): Accepted | { readonly issues: readonly string[] } {
  const all = candidatesOf(result.contract);
  const wholes = wish.fingerprints === 'all' || wish.fingerprints === 'additive' ? wish.fingerprints : null;
  const named = typeof wish.fingerprints === 'string' ? [] : wish.fingerprints;
  const open = all.filter((one) => (wholes === null ? one.severity !== 'warning' : one.isOf(wholes)));
  if (open.length === 0) {
    const what = { all: 'no drift', additive: 'no additive drift and no additive change' };
    const none = wholes === null ? 'no drift and no failure' : what[wholes];
    return { issues: [`The run ${result.run.id} has ${none}, so there is nothing to accept.`] };
  }
  const target = oneLine(redact(targetName(result.target)));
  const holding = new Set(
    before
      .filter((entry) => !isExpired(entry, now) && isFor(entry, target))
      .map(({ fingerprint }) => fingerprint),
  );
  const taken = open.filter(({ fingerprint }) =>
    wholes === null ? named.includes(fingerprint) : !holding.has(fingerprint),
  );
  const by = wish.by ?? (taken.some(({ severity }) => severity === 'failure') ? nameByDefault() : '');
  const issues = [
    ...named.flatMap((print) => refusal(print, all)),
    ...taken
      .filter(({ fingerprint }) => !FINGERPRINT.test(fingerprint))
      .map(({ fingerprint }) => `${fingerprint} is no fingerprint of this tool; make a run of its own.`),
    ...(by === null ? ['Git knows no name for who accepts a failure; give one with --by.'] : []),
  ];
  if (issues.length > 0 || by === null) return { issues };
  const text = (raw: string, otherwise: string): string =>
    oneLine(redact(raw)).slice(0, TEXT_MAX).trim() || otherwise;
  const entryOf = ({
    fingerprint,
    check,
    title,
    schemaPath,
    severity,
    commands,
  }: Candidate): AcceptedDrift => ({
    fingerprint,
    check: text(check, 'unknown'),
    what: text(title, check),
    schema_path: text(schemaPath, '#'),
    reason: text(wish.reason, ''),
    accepted_at: dayOf(now),
    expires_at: wish.until,
    run: text(result.run.id, 'unknown'),
    target,
    ...(severity === 'failure' ? { severity, by: text(by, 'unknown'), commands } : {}),
  });
  const alreadyAccepted = wholes === null ? 0 : open.length - taken.length;
  return { entries: taken.map(entryOf), alreadyAccepted };
}

/** Something of a run that can be accepted by its fingerprint: a kind of finding, or a change of the interface. */
interface Candidate {
  readonly fingerprint: string;
  readonly check: string;
  readonly title: string;
  readonly schemaPath: string;
  readonly severity: Cause['severity'];
  readonly commands: readonly string[];
  /** Whether it is taken with all drift, or with all that is additive. */
  readonly isOf: (whole: 'all' | 'additive') => boolean;
}

/** A field or a value more. */
const ADDITIVE: readonly string[] = ['undocumented-fields', 'known-values'];

function candidatesOf(contract: RunResult['contract']): readonly Candidate[] {
  const causes = causesOf(contract?.findings ?? []).map(
    ({ fingerprint, first, severity, findings }): Candidate => ({
      fingerprint,
      check: first.check,
      title: first.title,
      schemaPath: first.schema_path,
      severity,
      commands: commandsOf(findings),
      isOf: (whole) => severity === 'drift' && (whole === 'all' || ADDITIVE.includes(first.check)),
    }),
  );
  const changes = (contract?.shape_comparison?.changes ?? []).map((change): Candidate => ({
    fingerprint: change.fingerprint,
    check: CHANGE_CHECK,
    title: changeText(change),
    schemaPath: change.place,
    severity: 'drift',
    commands: [],
    isOf: (whole) => (whole === 'all' ? change.class !== 'breaking' : change.class === 'additive'),
  }));
  return [...causes, ...changes];
}

function commandsOf(findings: Cause['findings']): readonly string[] {
  return [...new Set(findings.flatMap(({ command }) => (command === null ? [] : [command])))].sort();
}

const TEXT_MAX = 400;
const NAMED_MAX = 5;

/** Why what was named can't be accepted: nothing of the kind is there, or it is no drift. */
function refusal(fingerprint: string, all: readonly Candidate[]): readonly string[] {
  const found = all.find((one) => one.fingerprint === fingerprint);
  if (found === undefined) {
    const drift = all.filter(({ severity }) => severity === 'drift');
    const named = drift
      .slice(0, NAMED_MAX)
      .map((one) => `${one.fingerprint} (${one.title.replace(/\.$/, '')})`);
    const rest = drift.length > NAMED_MAX ? `, and ${more(drift.length - NAMED_MAX)}` : '';
    return [`${fingerprint} is no finding of this run; its drift is ${named.join(', ')}${rest}.`];
  }
  if (found.severity !== 'warning') return [];
  return [
    `${fingerprint} is a ${found.severity} (${found.check}: ${found.title.replace(/\.$/, '')}) and can't be accepted: only drift and failures can, a warning changes no verdict.`,
  ];
}
