import type { Operation, Rule } from '../../openapi/registry.ts';
import type { Exchange } from '../../result/exchange.ts';
import type { Assumption, AssumptionState, Finding } from '../../result/contract-result.ts';
import type { TestRecord } from './recorder.ts';

const OBSERVED_MAX = 4;

/** The assumption ledger of a run: each rule that nobody promised, and what was seen of it. Pure. */
export function assumptionsOf(operation: Operation, records: readonly TestRecord[]): readonly Assumption[] {
  return operation.rules.flatMap((rule) => {
    switch (rule.evidence.level) {
      case 'assumed':
        return [assumed(rule, records)];
      case 'related':
        return [related(rule, records)];
      case 'documented':
      case 'entailed':
      case 'standard':
        return [];
    }
  });
}

/** A rule of the level `assumed` is refuted by one observation against it. */
function assumed(rule: Rule, records: readonly TestRecord[]): Assumption {
  const own = records.flatMap(({ observations }) => observations.filter((one) => one.rule === rule.id));
  const against = own.filter(({ confirmed }) => !confirmed);
  const telling = against.length > 0 ? against : own;
  return {
    ...rowOf(rule, own.length - against.length, against.length),
    observed: told(telling.map(({ seen }) => seen)),
    exchange: telling.find(({ exchange }) => exchange !== undefined)?.exchange ?? null,
  };
}

/** A rule of the level `related` is checked like a promised one, so what refutes it is a finding. */
function related(rule: Rule, records: readonly TestRecord[]): Assumption {
  const looked = records
    .flatMap(({ exercised }) => exercised)
    .reduce((sum, [, check, times]) => (check === rule.id ? sum + times : sum), 0);
  const refuted = records
    .flatMap(({ against }) => against)
    .reduce((sum, [, check, failed, warned]) => (check === rule.id ? sum + failed + warned : sum), 0);
  const findings = records.flatMap((record) => record.findings.filter(({ check }) => check === rule.id));
  const isRefuted = findings.length > 0 || refuted > 0;
  const against = isRefuted ? Math.max(1, refuted) : 0;
  return {
    ...rowOf(rule, Math.max(0, looked - against), against),
    observed: isRefuted
      ? told(findings.map(({ title }) => title))
      : looked === 0
        ? null
        : `held in all ${looked} responses`,
    exchange: isRefuted ? exchangeOf(findings) : exampleOf(rule, records),
    ...(DRIFT_RULES.includes(rule.id) ? { is_drift: true } : {}),
  };
}

/** What breaks these is a field or a value more: each is drift of its own, and accepted by its own name. */
const DRIFT_RULES: readonly string[] = ['undocumented-fields', 'known-values'];

function rowOf(
  { id, text, evidence }: Rule,
  confirmed: number,
  refuted: number,
): Omit<Assumption, 'observed'> {
  const state: AssumptionState = refuted > 0 ? 'refuted' : confirmed > 0 ? 'confirmed' : 'not_seen';
  return { id, text, state, evidence, counts: { confirmed, refuted } };
}

function told(all: readonly string[]): string | null {
  if (all.length === 0) return null;
  const distinct = [...new Set(all)];
  const rest = distinct.length > OBSERVED_MAX ? [`and ${distinct.length - OBSERVED_MAX} more`] : [];
  return [...distinct.slice(0, OBSERVED_MAX), ...rest].join('; ');
}

function exchangeOf(findings: readonly Finding[]): Exchange | null {
  return findings.find(({ exchange }) => exchange !== null)?.exchange ?? null;
}

function exampleOf(rule: Rule, records: readonly TestRecord[]): Exchange | null {
  const [found] = records.flatMap(({ examples = [] }) => examples.filter(([id]) => id === rule.id));
  return found?.[1] ?? null;
}
