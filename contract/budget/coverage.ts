import type { Operation } from '../../openapi/registry.ts';
import type { Case } from '../cases/case.ts';

/** The constraints that a case touches: its own, or of a start that varies many fields at once one for each field. */
export function constraintsOf(operation: Operation, testCase: Case): readonly string[] {
  const { mutation } = testCase;
  if (mutation.kind !== 'compose') return [testCase.constraint];
  return operation.requestFields.flatMap((field) => {
    if (mutation.omit.includes(field.name)) return [`${field.pointer}/required`];
    const value = mutation.set[field.name];
    if (value === undefined) return [];
    return [
      `${field.pointer}/${typeof value === 'object' && value !== null ? 'additionalProperties' : 'type'}`,
    ];
  });
}

/** The fewest cases that touch all that these cases touch and nothing else has: each time the one with most that is new. */
export function leastTouching(
  cases: readonly Case[],
  touches: (testCase: Case) => readonly string[],
  seen: ReadonlySet<string>,
): readonly Case[] {
  const open = new Set(
    cases
      .filter((one) => one.intent !== 'characterise')
      .flatMap(touches)
      .filter((one) => !seen.has(one)),
  );
  const chosen: Case[] = [];
  while (open.size > 0) {
    const gain = (one: Case): number => touches(one).filter((at) => open.has(at)).length;
    const best = cases.reduce((top, one) => (gain(one) > gain(top) ? one : top));
    for (const touched of touches(best)) open.delete(touched);
    chosen.push(best);
  }
  return chosen;
}
