import { FINGERPRINT } from '../result/accepted-file.ts';
import { dayOf, isExpired, isFor, type AcceptedDrift } from '../result/acceptance.ts';
import { causesOf, type Cause } from '../result/causes.ts';
import { more } from '../result/format.ts';
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
  const causes = causesOf(result.contract?.findings ?? []);
  const drift = causes.filter(({ severity }) => severity === 'drift');
  const open = causes.filter(({ severity }) => severity !== 'warning');
  if ((wish.fingerprints === 'all' ? drift : open).length === 0)
    return {
      issues: [
        `The run ${result.run.id} has no ${wish.fingerprints === 'all' ? 'drift' : 'drift and no failure'}, so there is nothing to accept.`,
      ],
    };
  const target = oneLine(redact(targetName(result.target)));
  const holding = new Set(
    before
      .filter((entry) => !isExpired(entry, now) && isFor(entry, target))
      .map(({ fingerprint }) => fingerprint),
  );
  const wanted = ({ fingerprint }: Cause): boolean =>
    wish.fingerprints === 'all' ? !holding.has(fingerprint) : wish.fingerprints.includes(fingerprint);
  const taken = (wish.fingerprints === 'all' ? drift : open).filter(wanted);
  const by = wish.by ?? (taken.some(({ severity }) => severity === 'failure') ? nameByDefault() : '');
  const issues = [
    ...(wish.fingerprints === 'all' ? [] : wish.fingerprints.flatMap((print) => refusal(print, causes))),
    ...taken
      .filter(({ fingerprint }) => !FINGERPRINT.test(fingerprint))
      .map(({ fingerprint }) => `${fingerprint} is no fingerprint of this tool; make a run of its own.`),
    ...(by === null ? ['Git knows no name for who accepts a failure; give one with --by.'] : []),
  ];
  if (issues.length > 0 || by === null) return { issues };
  const text = (raw: string, otherwise: string): string =>
    oneLine(redact(raw)).slice(0, TEXT_MAX).trim() || otherwise;
  const entryOf = ({ fingerprint, first, severity, findings }: Cause): AcceptedDrift => ({
    fingerprint,
    check: text(first.check, 'unknown'),
    what: text(first.title, first.check),
    schema_path: text(first.schema_path, '#'),
    reason: text(wish.reason, ''),
    accepted_at: dayOf(now),
    expires_at: wish.until,
    run: text(result.run.id, 'unknown'),
    target,
    ...(severity === 'failure' ? { severity, by: text(by, 'unknown'), commands: commandsOf(findings) } : {}),
  });
  const alreadyAccepted = wish.fingerprints === 'all' ? drift.length - taken.length : 0;
  return { entries: taken.map(entryOf), alreadyAccepted };
}

function commandsOf(findings: Cause['findings']): readonly string[] {
  return [...new Set(findings.flatMap(({ command }) => (command === null ? [] : [command])))].sort();
}

const TEXT_MAX = 400;
const NAMED_MAX = 5;

/** Why what was named can't be accepted: nothing of the kind is there, or it is no drift. */
function refusal(fingerprint: string, causes: readonly Cause[]): readonly string[] {
  const cause = causes.find((one) => one.fingerprint === fingerprint);
  if (cause === undefined) {
    const drift = causes.filter(({ severity }) => severity === 'drift');
    const named = drift
      .slice(0, NAMED_MAX)
      .map((one) => `${one.fingerprint} (${one.first.title.replace(/\.$/, '')})`);
    const rest = drift.length > NAMED_MAX ? `, and ${more(drift.length - NAMED_MAX)}` : '';
    return [`${fingerprint} is no finding of this run; its drift is ${named.join(', ')}${rest}.`];
  }
  if (cause.severity !== 'warning') return [];
  return [
    `${fingerprint} is a ${cause.severity} (${cause.first.check}: ${cause.first.title.replace(/\.$/, '')}) and can't be accepted: only drift and failures can, a warning changes no verdict.`,
  ];
}
