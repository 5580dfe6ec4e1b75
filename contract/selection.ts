import type { Operation } from '../openapi/registry.ts';
import { deriveCases } from './cases/catalogue.ts';
import { LIVE_RUNS, walks } from './plan.ts';

/** Kept free for calls that start a run only when the server errs or the page is silent. */
const RESERVE = 2;

/** What must be seen first when runs are few; each entry is the beginning of ids. */
const PRIORITY: readonly string[] = [
  'control/',
  'lifecycle/whole',
  'lifecycle/twins',
  'lifecycle/ended',
  'command/',
  'positive/pairs/',
  'lifecycle/parallel',
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
  const costly: readonly Costly[] = [
    ...walks(operation).filter((walk) => walk.runs > 0),
    ...deriveCases(operation)
      .filter((one) => one.spend === 'starts')
      .map((one) => ({ id: one.id, runs: 1 })),
  ];
  let left = budgetRuns - RESERVE - inFlightFor(budgetRuns);
  const out = new Set<string>();
  for (const one of costly.toSorted((a, b) => rank(a.id) - rank(b.id))) {
    if (one.runs <= left) left -= one.runs;
    else if (!one.id.startsWith('control/')) out.add(one.id);
  }
  return out;
}

function rank(id: string): number {
  const found = PRIORITY.findIndex((prefix) => id.startsWith(prefix));
  return found === -1 ? PRIORITY.length : found;
}
