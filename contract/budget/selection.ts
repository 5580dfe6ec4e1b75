import type { Operation } from '../../openapi/registry.ts';
import type { Case, Selectable } from '../cases/case.ts';
import { deriveCases } from '../cases/catalogue.ts';
import { costsOf } from './costs.ts';
import { flowsOf, type Cost, type FlowPlan } from './flows.ts';
import { ranksByRequests } from './priority.ts';
import { constraintsOf, leastTouching } from './coverage.ts';

/** The most that one contract run may spend; null where there is no cap. */
export interface Budget {
  readonly runs: number | null;
  readonly requests: number | null;
}

const IN_FLIGHT = 4;
const FEW_RUNS = 30;

/** How many calls are in flight at once: each may start a run if the server errs, so a small budget of runs has one. */
export function inFlightFor(budgetRuns: number | null): number {
  return budgetRuns !== null && budgetRuns < FEW_RUNS ? 1 : IN_FLIGHT;
}

/** Tells whether a plan that is narrowed by name, rule or command asks a flow or a case. */
export type IsSelected = (about: Selectable) => boolean;

/** What a plan asks before a budget leaves anything out. */
interface Planned {
  readonly flows: readonly FlowPlan[];
  readonly cases: readonly Case[];
}

/**
 * The ids of what a budget leaves out of a plan, the least telling first, each with the reason.
 * What the plan does not ask spends nothing, and so leaves its part of the budget to the others.
 */
export function leftOut(
  operation: Operation,
  budget: Budget,
  isSelected: IsSelected,
): ReadonlyMap<string, string> {
  const selected: Planned = {
    flows: flowsOf(operation).filter((one) => one.id === 'control/start' || isSelected(one)),
    cases: deriveCases(operation).filter(isSelected),
  };
  const out = new Map<string, string>();
  if (budget.runs !== null)
    for (const id of leftOutByRuns(operation, budget.runs, selected))
      out.set(id, `left out: it starts a run, and the budget is ${budget.runs}`);
  if (budget.requests !== null)
    for (const id of leftOutByRequests(operation, budget.requests, selected, (one) => out.has(one)))
      out.set(id, `left out: the budget is ${budget.requests} requests`);
  return out;
}

/** What each entry of the agenda costs that a budget leaves in. */
export function requestsPlanned(
  operation: Operation,
  out: ReadonlyMap<string, string>,
): ReadonlyMap<string, number> {
  const ids = [...flowsOf(operation), ...deriveCases(operation)]
    .map(({ id }) => id)
    .filter((id) => !out.has(id));
  const costs = costsOf(operation);
  return new Map(ids.map((id) => [id, costs(id, (one) => !out.has(one)).requests]));
}

/** Takes entries in their order as long as they fit; what they cost follows from those taken before. */
function beyond(
  operation: Operation,
  ids: readonly string[],
  limit: number,
  spent: (cost: Cost) => number,
): readonly string[] {
  const taken = new Set<string>();
  const out: string[] = [];
  const costs = costsOf(operation);
  let left = limit;
  for (const id of ids) {
    const cost = spent(costs(id, (one) => taken.has(one)));
    if (cost <= left) {
      left -= cost;
      taken.add(id);
    } else if (!id.startsWith('control/')) out.push(id);
  }
  return out;
}

/** The walks that must be seen first when runs are few; each entry is the beginning of ids. */
const FIRST: readonly string[] = [
  'control/',
  'lifecycle/parallel-starts',
  'lifecycle/whole',
  'lifecycle/twins',
  'lifecycle/ended',
  'command/',
];

/** What comes once every constraint is touched, the most telling first. */
const THEN: readonly string[] = [
  'lifecycle/parallel',
  'lifecycle/others',
  'lifecycle/repeated',
  'team/',
  'lifecycle/during-data',
  'lifecycle/rest-',
  'positive/pairs/',
  'positive/',
  'open-question/',
  'model/',
];

/** Those that start runs. What starts nothing on a conforming server always stays. */
function leftOutByRuns(operation: Operation, runs: number, selected: Planned): readonly string[] {
  const { cases } = selected;
  const starting = cases.filter((one) => one.spend === 'starts');
  const seen = cases.filter((one) => one.spend !== 'starts').flatMap((one) => constraintsOf(operation, one));
  const touches = (one: (typeof cases)[number]): readonly string[] => constraintsOf(operation, one);
  const touching = leastTouching(starting, touches, new Set(seen)).map((one) => one.id);
  const rank = (id: string): number => {
    const first = FIRST.findIndex((prefix) => id.startsWith(prefix));
    if (first !== -1) return first;
    if (touching.includes(id)) return FIRST.length;
    const then = THEN.findIndex((prefix) => id.startsWith(prefix));
    return FIRST.length + 1 + (then === -1 ? THEN.length : then);
  };
  const ids = [...selected.flows, ...starting].map(({ id }) => id);
  // Kept for calls that start a run only when the server errs or the page is silent, and for a run to address.
  const limit = runs - inFlightFor(runs) - 1;
  return beyond(
    operation,
    ids.toSorted((a, b) => rank(a) - rank(b)),
    limit,
    (cost) => cost.runs,
  );
}

/** A part of the budget is kept for looking twice: at a finding, at a run that is not ready, after a 429. */
const KEPT_SHARE = 0.05;

function leftOutByRequests(
  operation: Operation,
  requests: number,
  selected: Planned,
  isOut: (id: string) => boolean,
): readonly string[] {
  const rank = ranksByRequests(operation, selected.cases);
  const ids = [...selected.flows, ...selected.cases]
    .map(({ id }) => id)
    .filter((id) => !isOut(id))
    .toSorted((a, b) => rank(a) - rank(b));
  return beyond(operation, ids, requests - Math.ceil(requests * KEPT_SHARE), (cost) => cost.requests);
}
