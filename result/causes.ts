import { isAcceptedFailure } from './accepted.ts';
import type { Finding, Severity } from './contract-result.ts';
import { harmOf, HARMS, type Harm } from './harm.ts';

/** All findings of one fingerprint: one cause, met by one or more cases. */
export interface Cause {
  readonly fingerprint: string;
  readonly severity: Severity;
  /** The finding that speaks for the cause: one that was seen again, where there is one. */
  readonly first: Finding;
  readonly findings: readonly Finding[];
}

/** A cause with its rank, and with what only its own responses break besides: mending the cause mends those too. */
export interface RankedCause extends Cause {
  readonly harm: Harm;
  readonly consequences: readonly Cause[];
}

const WEIGHT: Readonly<Record<Severity, number>> = { failure: 0, warning: 1, drift: 2 };

/** Groups findings by fingerprint, failures before warnings before drift, otherwise in the order they came. */
export function causesOf(findings: readonly Finding[]): readonly Cause[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings.toSorted((a, b) => WEIGHT[a.severity] - WEIGHT[b.severity])) {
    const group = groups.get(finding.fingerprint);
    if (group === undefined) groups.set(finding.fingerprint, [finding]);
    else group.push(finding);
  }
  return [...groups.values()].flatMap((group) => {
    const [first] = group.toSorted((a, b) => clarityOf(a) - clarityOf(b));
    if (first === undefined) return [];
    return [
      {
        fingerprint: first.fingerprint,
        severity: group[0]?.severity ?? first.severity,
        first,
        findings: [first, ...group.filter((one) => one !== first)],
      },
    ];
  });
}

const CLARITY: Readonly<Record<Finding['reproduced'], number>> = {
  reproduced: 0,
  'not-retried': 1,
  flaky: 2,
};

/** An example is clearer when it was seen again, and when a case of its own asks it rather than a drawn value. */
function clarityOf({ reproduced, case_id: caseId }: Finding): number {
  return CLARITY[reproduced] * 2 + Number(caseId.startsWith('property/'));
}

/**
 * The causes in the order of their harm: failures before warnings before drift, then access and leaks, lost or mixed
 * data, 500 and silence, validation, form; then the one that more cases met. What only the responses of another cause
 * break is its consequence and stands with it.
 */
export function rankedCauses(findings: readonly Finding[]): readonly RankedCause[] {
  const ranked = causesOf(findings)
    .map((cause) => ({ ...cause, harm: harmOf(cause.first.check) }))
    .toSorted((a, b) => rankOf(a) - rankOf(b) || b.findings.length - a.findings.length);
  const consequences = new Map<string, Cause[]>();
  const leads: (Cause & { readonly harm: Harm })[] = [];
  for (const cause of ranked) {
    const lead = leads.find((one) => explains(one, cause));
    if (lead === undefined) leads.push(cause);
    else consequences.set(lead.fingerprint, [...(consequences.get(lead.fingerprint) ?? []), cause]);
  }
  return leads.map((lead) => ({ ...lead, consequences: consequences.get(lead.fingerprint) ?? [] }));
}

type Ranked = Cause & { readonly harm: Harm };

function rankOf({ severity, harm }: Ranked): number {
  return WEIGHT[severity] * HARMS.length + HARMS.indexOf(harm);
}

/** What makes a whole response one that should not have been sent: whatever else is wrong with it follows. */
const WHOLE_RESPONSE: readonly string[] = [
  'ignored-auth',
  'team-isolation',
  'server-error-absence',
  'misleading-success',
  'negative-data-rejection',
  'malformed-body-rejection',
  'unsupported-method',
  'json-number-conformance',
];

/** True when a cause of less harm shows only in responses that should not have been sent at all, for the reason of the lead. */
function explains(lead: Ranked, cause: Ranked): boolean {
  if (isSamePlace(lead, cause)) return true;
  const isWhole = WHOLE_RESPONSE.includes(lead.first.check) || isOfWholeBody(lead);
  if (!isWhole || HARMS.indexOf(cause.harm) < HARMS.indexOf(lead.harm)) return false;
  if (cause.harm === 'access' || WHOLE_RESPONSE.slice(4).includes(cause.first.check)) return false;
  if (isAcceptedFailure(lead.first) || isAcceptedFailure(cause.first)) return false;
  const responses = new Set(lead.findings.map(responseOf));
  return cause.findings.every((one) => responses.has(responseOf(one)));
}

/** One place that breaks one rule, held harder in some responses than in others. */
function isSamePlace({ first: one }: Cause, { first: other }: Cause): boolean {
  return (
    one.severity === 'failure' &&
    other.severity === 'warning' &&
    one.response_path !== null &&
    [one.check, one.schema_path, one.title].join('\n') ===
      [other.check, other.schema_path, other.title].join('\n')
  );
}

/** An accepted body that holds no run at all breaks nothing further. */
function isOfWholeBody({ first }: Cause): boolean {
  return first.check === 'response-schema-conformance' && first.response_path === '';
}

/** Which response of which case a finding is about. */
function responseOf({ case_id: caseId, exchange }: Finding): string {
  return JSON.stringify([caseId, exchange?.request.url, exchange?.request.body, exchange?.response?.status]);
}
