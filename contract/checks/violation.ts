import type { Rule } from '../../openapi/registry.ts';
import type { Evidence } from '../../result/exchange.ts';
import type { CallResult } from '../../api/exchange.ts';
import type { Severity } from '../../result/contract-result.ts';

/** What a check holds against an exchange, before it is given an identity and an exchange as evidence. */
export interface Violation {
  readonly check: string;
  readonly severity: Severity;
  readonly evidence: Evidence;
  readonly rule: string;
  /** One sentence: where, what was promised, what came. */
  readonly title: string;
  readonly schemaPath: string;
  /** The required field that is missed at `responsePath`, or null. */
  readonly missing: string | null;
  readonly responsePath: string | null;
  /** What makes two violations of one check at one schema path different causes; never a text, a value only as a drift's name. */
  readonly kind: string;
  /** True when the same call, repeated, did not show it again. */
  readonly isIntermittent?: boolean;
  /** The exchange that shows it, where it is not the last one of its call. */
  readonly shown?: CallResult;
}

/** How much weight a broken rule has: it follows from how well the rule is known, and from nothing else. */
export function severityOf(evidence: Evidence): Severity {
  switch (evidence.level) {
    case 'documented':
    case 'entailed':
      return 'failure';
    case 'standard':
    case 'related':
      return 'warning';
    case 'assumed':
      return 'drift';
  }
}

/** A violation of a rule of the description. `at` says what differs from the rule's own standing. */
export function violationOf(
  rule: Rule,
  title: string,
  at: {
    readonly kind: string;
    readonly schemaPath?: string;
    readonly responsePath?: string;
    readonly missing?: string | null;
    readonly evidence?: Evidence;
    readonly severity?: Severity;
  },
): Violation {
  const evidence = at.evidence ?? rule.evidence;
  return {
    check: rule.id,
    severity: at.severity ?? severityOf(evidence),
    evidence,
    rule: rule.text,
    title,
    schemaPath: at.schemaPath ?? `#/x-rules/${rule.id}`,
    responsePath: at.responsePath ?? null,
    missing: at.missing ?? null,
    kind: at.kind,
  };
}
