import type { Finding, Severity } from './contract-result.ts';

/** All findings of one fingerprint: one cause, met by one or more cases. */
export interface Cause {
  readonly fingerprint: string;
  readonly severity: Severity;
  /** The first of them, which speaks for the cause. */
  readonly first: Finding;
  readonly findings: readonly Finding[];
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
    const [first] = group;
    if (first === undefined) return [];
    return [{ fingerprint: first.fingerprint, severity: first.severity, first, findings: group }];
  });
}
