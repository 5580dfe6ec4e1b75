import { createHash } from 'node:crypto';
import type { Finding, Severity } from '../../result/contract-result.ts';
import type { Violation } from './violation.ts';
import { shellLinesOf } from './curl-script.ts';
import type { CallResult } from '../../api/exchange.ts';

/** What a finding is about: the case that met it and the exchange that shows it. */
export interface FindingContext {
  readonly caseId: string;
  readonly caseTitle: string;
  readonly command: string | null;
  readonly result: CallResult | null;
  readonly reproduced: Finding['reproduced'];
  /** Under --strict what an RFC says is a failure too. */
  readonly strict: boolean;
  /** Takes our secrets out of a sentence that quotes a response. */
  readonly redactQuote: (text: string) => string;
}

const OPERATION = 'POST /workflows/v1/workflow-runs';

/**
 * Identifies a cause over runs: check, operation, schema path and kind; never wording. No value either, but for an unknown
 * one that is itself the cause: each is accepted by its own name.
 */
export function fingerprintOf(violation: Violation): string {
  const identity = [violation.check, OPERATION, violation.schemaPath, violation.kind].join('\n');
  return createHash('sha256').update(identity).digest('hex').slice(0, 12);
}

/** The weight of a violation in this run: strict, what an RFC says counts as a failure. */
export function severityUnder(strict: boolean, violation: Violation): Severity {
  return strict && violation.evidence.level === 'standard' ? 'failure' : violation.severity;
}

/** Makes a violation a finding. `id` is made unique by whoever gathers the findings of a run. */
export function toFinding(violation: Violation, context: FindingContext): Finding {
  const fingerprint = fingerprintOf(violation);
  const result = violation.shown ?? context.result;
  return {
    id: fingerprint,
    fingerprint,
    check: violation.check,
    severity: severityUnder(context.strict, violation),
    evidence: violation.evidence,
    rule: violation.rule,
    title: context.redactQuote(violation.title),
    case_id: context.caseId,
    case_title: context.caseTitle,
    command: context.command,
    schema_path: violation.schemaPath,
    response_path: violation.responsePath === null ? null : context.redactQuote(violation.responsePath),
    curl: result === null ? '' : shellLinesOf(result),
    exchange: result?.evidence ?? null,
    reproduced: violation.isIntermittent === true ? 'flaky' : context.reproduced,
  };
}
