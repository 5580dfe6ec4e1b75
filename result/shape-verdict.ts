import { counted } from './format.ts';
import type { ContractResult } from './contract-result.ts';
import type { ShapeChange } from './shape.ts';

/** What the shape of the responses says to the verdict, and what it only tells. */

/** The name that a change of the interface has among findings: in accepted files, JUnit and lists of troubles. */
export const CHANGE_CHECK = 'interface-change';

/** Breaking changes that make a run NO-GO: of what somebody accepted, and under strict of what was only observed. */
export function breakingChanges(contract: ContractResult | null): readonly ShapeChange[] {
  const isStrict = contract?.strict === true;
  return openChanges(contract).filter(
    (change) => change.class === 'breaking' && (change.against === 'accepted' || isStrict),
  );
}

/** Changes that nobody accepted, or that were accepted until a day that has passed. */
function openChanges(contract: ContractResult | null): readonly ShapeChange[] {
  const changes = contract?.shape_comparison?.changes ?? [];
  return changes.filter(({ acceptance }) => acceptance?.state !== 'accepted');
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

/** An accepted break stays visible. */
function acceptedBreaks(changes: readonly ShapeChange[]): readonly string[] {
  const days = changes.flatMap(({ class: is, acceptance }) =>
    is === 'breaking' && acceptance?.state === 'accepted' ? [acceptance.expires_at] : [],
  );
  const [first] = days.sort();
  return first === undefined
    ? []
    : [`${counted(days.length, 'breaking change')} of the interface accepted until ${first}.`];
}

/** What is told beside a GO: changes that break nothing that was accepted. */
export function shapeNotes(contract: ContractResult | null): readonly string[] {
  const comparison = contract?.shape_comparison;
  if (comparison === undefined) return [];
  const failing = breakingChanges(contract);
  const told = openChanges(contract).filter((change) => !failing.includes(change));
  const [first] = told;
  const unread = comparison.references.filter(({ state }) => state === 'not-compared');
  return [
    ...(first === undefined
      ? []
      : [
          `Drift against what was known before: ${counted(told.length, 'change')} that ${told.length === 1 ? 'does' : 'do'} not bar a GO, first ${changeText(first)} (${first.class}).`,
        ]),
    ...acceptedBreaks(comparison.changes),
    ...unread.map(({ reference, why }) => `Not compared with the ${reference.replace('-', ' ')}: ${why}.`),
    ...comparison.notes,
  ];
}
