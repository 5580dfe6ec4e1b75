import { observedFields, type Field } from '../../openapi/fields.ts';
import type { Operation } from '../../openapi/registry.ts';
import type { Severity } from '../../result/contract-result.ts';
import type { Violation } from './violation.ts';
import type { ApiResponse } from '../../api/exchange.ts';
import { fingerprintOf, severityUnder } from './finding.ts';

/** One documented field in one accepted response: it was there, or it was missed where it is required. */
export interface FieldLook {
  /** The field's pattern; empty for the whole body. */
  readonly field: string;
  /** The weightiest of what the response schema holds against it, or null. */
  readonly severity: Severity | null;
  /** Fingerprint of that cause, or null. */
  readonly cause: string | null;
}

/** The checks that hold single fields against the documented response. */
const SCHEMA_CHECKS: readonly string[] = ['response-schema-conformance', 'timestamp-zone', 'known-values'];
const WEIGHT: Readonly<Record<Severity, number>> = { failure: 0, warning: 1, drift: 2 };

/**
 * Which documented fields an accepted response tells of, once each, and what stands against them. A body that is empty
 * although none was promised tells of none.
 */
export function looksAt(
  operation: Operation,
  response: ApiResponse,
  violations: readonly Violation[],
  isStrict: boolean,
): readonly FieldLook[] {
  const fields = new Map(operation.responseFields.map((field) => [field.pattern, field]));
  const looks = new Map<string, FieldLook>();
  for (const field of seenIn(response, fields)) looks.set(field, { field, severity: null, cause: null });
  for (const violation of violations.filter(({ check }) => SCHEMA_CHECKS.includes(check))) {
    const field = placeOf(violation, fields);
    const severity = severityUnder(isStrict, violation);
    const before = looks.get(field)?.severity ?? null;
    if (before === null || WEIGHT[severity] < WEIGHT[before])
      looks.set(field, { field, severity, cause: fingerprintOf(violation) });
  }
  return [...looks.values()];
}

function seenIn(response: ApiResponse, fields: ReadonlyMap<string, Field>): readonly string[] {
  if (response.body.kind !== 'json') return [];
  const patterns = observedFields(response.body.value, fields).map((seen) => seen.pattern);
  return ['', ...patterns.filter((pattern) => fields.has(pattern))];
}

/** The documented field that a violation is about: the missed one, or the nearest at or above the place. */
function placeOf(violation: Violation, fields: ReadonlyMap<string, Field>): string {
  const missed = violation.missing === null ? '' : `/${violation.missing}`;
  const steps = (violation.responsePath ?? '').split('/').slice(1);
  let at = '';
  for (const step of steps) {
    const named = `${at}/${step.replaceAll('~1', '/').replaceAll('~0', '~')}`;
    const next = [named, `${at}/[]`].find((pattern) => fields.has(pattern));
    if (next === undefined) return at;
    at = next;
  }
  return fields.has(`${at}${missed}`) ? `${at}${missed}` : at;
}
