import { counted } from './format.ts';
import type { ContractResult } from './contract-result.ts';
import type { ShapeChange } from './shape.ts';

/** What the shape of the responses says to the verdict, and what it only tells. */

/** Breaking changes that make a run NO-GO: of what somebody accepted, and under strict of what was only observed. */
export function breakingChanges(contract: ContractResult | null): readonly ShapeChange[] {
  const isStrict = contract?.strict === true;
  return (contract?.shape_comparison?.changes ?? []).filter(
    (change) => change.class === 'breaking' && (change.against === 'accepted' || isStrict),
  );
}

/** One sentence for each breaking change, the first few; the rest is counted. */
export function shapeFailures(contract: ContractResult | null): readonly string[] {
  const breaking = breakingChanges(contract);
  const [first] = breaking;
  if (first === undefined) return [];
  const more = breaking.length === 1 ? '' : ` (and ${counted(breaking.length - 1, 'breaking change')} more)`;
  return [`drift: ${changeText(first)}${more}.`];
}

/** A change in one line: where, what it was, what it is, and why that breaks. */
export function changeText({ operation, place, old, new: next, because }: ShapeChange): string {
  return `${operation}${place === '' ? '' : ` ${place}`}: ${old} before, now ${next}: ${because}`;
}

/** What is told beside a GO: changes that break nothing that was accepted. */
export function shapeNotes(contract: ContractResult | null): readonly string[] {
  const comparison = contract?.shape_comparison;
  if (comparison === undefined) return [];
  const failing = breakingChanges(contract);
  const told = comparison.changes.filter((change) => !failing.includes(change));
  const [first] = told;
  const unread = comparison.references.filter(({ state }) => state === 'not-compared');
  return [
    ...(first === undefined
      ? []
      : [
          `Drift against the shape known before: ${counted(told.length, 'change')} that ${told.length === 1 ? 'does' : 'do'} not bar a GO, first ${changeText(first)} (${first.class}).`,
        ]),
    ...unread.map(({ reference, why }) => `Not compared with the ${reference.replace('-', ' ')}: ${why}.`),
  ];
}
