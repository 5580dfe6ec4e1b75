import { createHash } from 'node:crypto';
import type { Assumption } from '../result/contract-result.ts';
import type { ShapeChange, ShapeReference } from '../result/shape.ts';

/** A rule that held at this environment before. */
export interface KnownRule {
  readonly id: string;
  /** Whether somebody accepted it, or it was only seen by earlier runs. */
  readonly standing: ShapeChange['against'] & ('accepted' | 'observed');
  /** Where it was seen, in words. */
  readonly source: string;
}

/** Holds the assumption ledger of a run against the rules that held before: one that is refuted is a breaking change. */
export function compareRules(
  ledger: readonly Assumption[],
  known: readonly KnownRule[],
): { readonly reference: ShapeReference; readonly changes: readonly ShapeChange[] } {
  if (known.length === 0)
    return {
      reference: { reference: 'rules', state: 'skipped', why: 'no rule was accepted or seen often enough' },
      changes: [],
    };
  const rows = new Map(ledger.map((row) => [row.id, row]));
  const seen = known.filter(({ id }) => (rows.get(id)?.state ?? 'not_seen') !== 'not_seen');
  const changes = known.flatMap((rule) => {
    const row = rows.get(rule.id);
    return row?.state === 'refuted' ? [changeOf(rule, row)] : [];
  });
  const left = known.length - seen.length;
  const rest = left === 0 ? '' : `; ${left} not seen in this run`;
  return {
    reference:
      seen.length === 0
        ? {
            reference: 'rules',
            state: 'skipped',
            why: 'this run has seen none of the rules that held before',
          }
        : { reference: 'rules', state: 'compared', why: `${seen.length} that held before${rest}` },
    changes,
  };
}

function changeOf({ id, standing, source }: KnownRule, { observed, text }: Assumption): ShapeChange {
  return {
    operation: 'rule',
    side: 'operation',
    place: id,
    old: `held (${source})`,
    new: `refuted (${observed ?? 'seen'})`,
    direction: 'changed',
    class: 'breaking',
    because: text.replace(/\.$/, ''),
    references: ['rules'],
    against: standing,
    fingerprint: createHash('sha256')
      .update(JSON.stringify(['rule', id]))
      .digest('hex')
      .slice(0, 12),
  };
}
