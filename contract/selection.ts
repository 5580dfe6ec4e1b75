import type { Operation } from '../openapi/registry.ts';
import { deriveCases } from './cases/catalogue.ts';
import type { Case } from './cases/case.ts';
import { LIVE_RUNS, walks } from './plan.ts';

/** Kept free for calls that start a run only when the server errs or the page is silent. */
const RESERVE = 2;

/** The walks that must be seen first when runs are few; each entry is the beginning of ids. */
const FIRST: readonly string[] = [
  'control/',
  'lifecycle/whole',
  'lifecycle/twins',
  'lifecycle/ended',
  'command/',
];

/** What comes once every constraint is touched, the most telling first. */
const THEN: readonly string[] = [
  'lifecycle/parallel',
  'lifecycle/parallel-starts',
  'positive/pairs/',
  'positive/',
  'open-question/',
  'model/',
];

interface Costly {
  readonly id: string;
  readonly runs: number;
}

/** How many calls are in flight at once: each may need a live run of its own, so a small budget has one. */
export function inFlightFor(budgetRuns: number | null): number {
  return budgetRuns !== null && budgetRuns < 60 ? 1 : LIVE_RUNS;
}

/**
 * The ids of the cases that a budget of runs leaves out: those that start runs, the least telling first. Cases that
 * start nothing on a conforming server always stay.
 */
export function leftOut(operation: Operation, budgetRuns: number | null): ReadonlySet<string> {
  if (budgetRuns === null) return new Set();
  const cases = deriveCases(operation);
  const starting = cases.filter((one) => one.spend === 'starts');
  const walking = walks(operation).filter((walk) => walk.runs > 0);
  const costly: readonly Costly[] = [...walking, ...starting.map((one) => ({ id: one.id, runs: 1 }))];
  const seen = cases.filter((one) => one.spend !== 'starts').flatMap((one) => constraintsOf(operation, one));
  const touching = leastTouching(operation, starting, new Set(seen)).map((one) => one.id);
  const rank = (id: string): number => {
    const first = FIRST.findIndex((prefix) => id.startsWith(prefix));
    if (first !== -1) return first;
    if (touching.includes(id)) return FIRST.length;
    const then = THEN.findLastIndex(
      (prefix) => id.startsWith(prefix) && (prefix.endsWith('/') || prefix === id),
    );
    return FIRST.length + 1 + (then === -1 ? THEN.length : then);
  };
  let left = budgetRuns - RESERVE - inFlightFor(budgetRuns);
  const out = new Set<string>();
  for (const one of costly.toSorted((a, b) => rank(a.id) - rank(b.id))) {
    if (one.runs <= left) left -= one.runs;
    else if (!one.id.startsWith('control/')) out.add(one.id);
  }
  return out;
}

/** The fewest starts that touch every constraint that nothing else touches: each time the one with most that is new. */
function leastTouching(
  operation: Operation,
  starting: readonly Case[],
  seen: ReadonlySet<string>,
): readonly Case[] {
  const open = new Set(
    starting.filter((one) => one.intent !== 'characterise').flatMap((one) => constraintsOf(operation, one)),
  );
  for (const constraint of seen) open.delete(constraint);
  const chosen: Case[] = [];
  while (open.size > 0) {
    const gain = (one: Case): number => constraintsOf(operation, one).filter((at) => open.has(at)).length;
    const best = starting.reduce((top, one) => (gain(one) > gain(top) ? one : top));
    for (const constraint of constraintsOf(operation, best)) open.delete(constraint);
    chosen.push(best);
  }
  return chosen;
}

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
