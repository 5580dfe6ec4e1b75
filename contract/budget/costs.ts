import type { Operation } from '../../openapi/registry.ts';
import { batchesOf, type Case, type Selectable } from '../cases/case.ts';
import { deriveCases } from '../cases/catalogue.ts';
import { flowsOf, LIVE_RUNS, type Cost } from './flows.ts';

/** What a contract run will ask and what it can cost, before anything is sent. */
export interface ContractForecast {
  readonly cases: number;
  readonly free: number;
  readonly mayStart: number;
  readonly starts: number;
  /** Runs that a conforming server starts. */
  readonly runsExpected: number;
  /** Most requests to a conforming server that stores inputs before it answers. */
  readonly requestsExpected: number;
}

/** Tells what an entry costs when others are sent: carried cases nothing, flows less after those they continue. */
export type Costs = (id: string, isPlanned: (id: string) => boolean) => Cost;

const NOTHING: Cost = { runs: 0, requests: 0 };

/** What each entry costs. */
export function costsOf(operation: Operation): Costs {
  const cases = deriveCases(operation);
  const batches = batchesOf(cases);
  const ofCases = new Map(
    cases.map(({ id, spend, state }) => [
      id,
      { runs: spend === 'starts' ? 1 : 0, requests: state === undefined ? 1 : 3 }, // there, the case, and back
    ]),
  );
  const ofFlows = new Map(flowsOf(operation).map((one) => [one.id, one]));
  return (id, isPlanned) => {
    const own = ofFlows.get(id);
    if (own !== undefined) return own.after.every(isPlanned) ? own.cost : own.alone;
    return batches.get(id)?.some(isPlanned) === true ? NOTHING : (ofCases.get(id) ?? NOTHING);
  };
}

/** What the runs that cases address cost, at most: nothing when two starts that were compared are there. */
export function liveRunsCost(isPlanned: (id: string) => boolean): Cost {
  return isPlanned('lifecycle/twins') ? NOTHING : { runs: LIVE_RUNS, requests: 2 * LIVE_RUNS };
}

/** Counts the cases that a selection keeps, by what they cost. */
export function forecast(operation: Operation, isSelected: (about: Selectable) => boolean): ContractForecast {
  const cases = deriveCases(operation).filter(isSelected);
  const flows = flowsOf(operation).filter((one) => one.id === 'control/start' || isSelected(one));
  const selected = new Set([...cases, ...flows].map(({ id }) => id));
  const isPlanned = (id: string): boolean => selected.has(id);
  const costs = costsOf(operation);
  const costOf = (id: string): Cost => costs(id, isPlanned);
  const live = cases.some((one) => one.base === 'address') ? liveRunsCost(isPlanned) : NOTHING;
  const spent = [...[...selected].map(costOf), live];
  const of = (spend: Case['spend']): number =>
    cases.filter((one) => one.spend === spend && costOf(one.id).requests > 0).length;
  return {
    cases: cases.length + flows.length,
    free: of('free'),
    mayStart: of('may-start'),
    starts: of('starts') + flows.length,
    runsExpected: spent.reduce((sum, cost) => sum + cost.runs, 0),
    requestsExpected: spent.reduce((sum, cost) => sum + cost.requests, 0),
  };
}
