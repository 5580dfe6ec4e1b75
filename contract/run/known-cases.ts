import fc from 'fast-check';
import { keptMaps, violations } from '../cases/arbitraries.ts';
import type { Selectable } from '../cases/case.ts';
import { deriveCases } from '../cases/catalogue.ts';
import { flowsOf } from '../budget/flows.ts';
import type { Operation } from '../../openapi/registry.ts';
import { SEQUENCES_DRAWN, TOUR } from './flows/model.ts';

/** The id and the title of everything that can be sent, as the report shows them. */
export function knownCases(operation: Operation): readonly Selectable[] {
  return [...deriveCases(operation), ...flowsOf(operation)];
}

/**
 * A pattern of `--only` as the plan takes it: the title of a test, which is a rule's sentence and may come with the
 * `describe` that it stands in, names that rule.
 */
export function patternOf(operation: Operation, only: string): string {
  const title = only.split(' › ').at(-1)?.trim().toLowerCase();
  return operation.rules.find(({ text }) => text.toLowerCase() === title)?.id ?? only;
}

/** What is wrong with the id of a replay, as a sentence, or null when it names a case or an example of one. */
export function replayIssue(operation: Operation, id: string, seed: number | null): string | null {
  const [known = '', path] = id.split(/@(.*)/s);
  const ids = knownCases(operation).map((about) => about.id);
  const take = `take an id from a report, like ${nearest(ids, known).join(', ')}`;
  if (!ids.includes(known)) return `--replay names the case "${id}", which does not exist; ${take}.`;
  if (path === undefined) return null;
  const examples = examplesOf(operation, known);
  if (examples === null || !/^\d+(:\d+)*$/.test(path))
    return `--replay names the example "${id}", but ${known} has none of that name; ${take}.`;
  if (seed === null)
    return `--replay names the example "${id}"; examples are drawn from a seed, so give the one of its report with --seed.`;
  return examples(seed, path)
    ? null
    : `--replay names the example "${id}", which is none of seed ${seed}; give id and --seed of one report.`;
}

const NEAREST = 5;

/** Of the known ids those that begin most alike. */
function nearest(ids: readonly string[], id: string): readonly string[] {
  const alike = (other: string): number => {
    let length = 0;
    while (length < id.length && other[length] === id[length]) length += 1;
    return length;
  };
  return ids.toSorted((a, b) => alike(b) - alike(a)).slice(0, NEAREST);
}

/** Tells whether a seed has an example at a path of shrinks; null for what is no property. */
function examplesOf(operation: Operation, id: string): ((seed: number, path: string) => boolean) | null {
  switch (id) {
    case 'property/kept-maps':
      return (seed, path) => has(keptMaps(operation), [], seed, path);
    case 'property/violations':
      return (seed, path) => has(violations(operation), [], seed, path);
    case 'model/sequences':
      return (seed, path) => has(SEQUENCES_DRAWN, [[TOUR]], seed, path);
    default:
      return null;
  }
}

function has<T>(values: fc.Arbitrary<T>, examples: [T][], seed: number, path: string): boolean {
  let count = 0;
  const counting = fc.property(values, () => {
    count += 1;
    return false;
  });
  try {
    fc.check(counting, { seed, path, numRuns: 1, endOnFailure: true, examples });
  } catch {
    return false; // fast-check throws where the path leads nowhere
  }
  return count > 0;
}
