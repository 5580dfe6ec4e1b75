import type { Operation } from '../../openapi/registry.ts';
import { carriersOf, type Case } from '../cases/case.ts';
import { deriveCases } from '../cases/catalogue.ts';
import { LIFECYCLE, planOf } from '../commands.ts';
import { commandTitle, FLOW_TITLES } from './flow-titles.ts';

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

/** What one entry of the agenda spends on a conforming server, at most. */
export interface Cost {
  readonly runs: number;
  readonly requests: number;
}

/** A test that walks through commands. */
export interface FlowPlan {
  readonly id: string;
  readonly title: string;
  /** What it costs after those that it goes on from. */
  readonly cost: Cost;
  /** The walks whose runs or answers it goes on from. */
  readonly after: readonly string[];
  /** What it costs without them. */
  readonly alone: Cost;
}

/** Runs that cases address. */
export const LIVE_RUNS = 2;

/** How many sequences of commands the model is asked, each on so many runs and of so many commands at most. */
export const SEQUENCES = { count: 2, runs: 2, shortest: 4, longest: 9 } as const;

/** How often each property is tried: one call for each. */
export const TRIALS = { kept: 5, violations: 8 } as const;

const OTHERS = 'lifecycle/others';
const WHOLE = 'lifecycle/whole';
/** Pairs that a long history has, and the calls that it takes to fill up what other cases have sent to the run. */
export const HISTORY_PAIRS = 40;
const HISTORY_CALLS = 18;
const STARTS = 'lifecycle/parallel-starts';

/** The tests that walk through commands, in the order in which they go on from each other. */
export function flows(operation: Operation): readonly FlowPlan[] {
  const { count, runs, longest } = SEQUENCES;
  return [
    flow('control/start', { runs: 1, requests: 1 }),
    flow(OTHERS, { runs: 1, requests: 5 }, { after: ['control/start'], runs: 2, requests: 6 }),
    flow('lifecycle/rest-data', { runs: 1, requests: 3 }),
    flow('lifecycle/rest-pause', { runs: 1, requests: 3 }),
    flow('lifecycle/rest-stop', { runs: 1, requests: 2 }),
    flow('lifecycle/rest-paused-resume', { runs: 1, requests: 5 }),
    flow('lifecycle/rest-paused-stop', { runs: 1, requests: 4 }),
    flow(STARTS, { runs: 3, requests: 3 }),
    flow(
      WHOLE,
      { runs: 0, requests: LIFECYCLE.length },
      { after: [STARTS], runs: 1, requests: LIFECYCLE.length + 1 },
    ),
    flow('lifecycle/twins', { runs: 0, requests: 3 }, { after: [STARTS, OTHERS], runs: 1, requests: 4 }),
    flow('lifecycle/parallel', { runs: 0, requests: 4 }, { after: [STARTS], runs: 1, requests: 5 }),
    flow('lifecycle/during-data', { runs: 1, requests: 7 }),
    flow('lifecycle/repeated', { runs: 2, requests: 6 }),
    flow('lifecycle/ended', { runs: 0, requests: 5 }, { after: [WHOLE], runs: 1, requests: 7 }),
    flow('lifecycle/history', { runs: 0, requests: HISTORY_CALLS }),
    flow('team/commands', { runs: 1, requests: 9 }),
    ...operation.commands.map((command) => commandWalk(command)),
    flow('lifecycle/later', { runs: 0, requests: 0 }),
    flow('property/kept-maps', { runs: 0, requests: TRIALS.kept }),
    flow('property/violations', { runs: 0, requests: TRIALS.violations }),
    flow('model/sequences', {
      runs: count * runs,
      requests: count * (runs + longest + runs - 1),
    }),
  ];
}

function flow(
  id: keyof typeof FLOW_TITLES,
  cost: Cost,
  alone: Cost & { readonly after: readonly string[] } = { ...cost, after: [] },
): FlowPlan {
  return planned(id, FLOW_TITLES[id], cost, alone);
}

function planned(
  id: string,
  title: string,
  cost: Cost,
  alone: Cost & { readonly after: readonly string[] },
): FlowPlan {
  return { id, title, cost, after: alone.after, alone: { runs: alone.runs, requests: alone.requests } };
}

/** A command that the whole life of a run has is asked again only when it was not accepted there. */
function commandWalk(command: string): FlowPlan {
  const [likeliest = []] = planOf(command);
  const alone = { runs: 1, requests: likeliest.length + 1 };
  const isInWhole = LIFECYCLE.some((one) => one === command);
  return planned(`command/${command}`, commandTitle(command), isInWhole ? { runs: 0, requests: 0 } : alone, {
    ...alone,
    after: isInWhole ? [WHOLE] : [],
  });
}

/** Tells what an entry costs when others are asked: carried cases nothing, walks less after those they go on from. */
export type Costs = (id: string, isAsked: (id: string) => boolean) => Cost;

const NOTHING: Cost = { runs: 0, requests: 0 };

/** What each entry costs. */
export function costsOf(operation: Operation): Costs {
  const cases = deriveCases(operation);
  const carriers = carriersOf(cases);
  const ofCases = new Map(
    cases.map(({ id, spend, state }) => [
      id,
      { runs: spend === 'starts' ? 1 : 0, requests: state === undefined ? 1 : 3 }, // there, the case, and back
    ]),
  );
  const ofWalks = new Map(flows(operation).map((one) => [one.id, one]));
  return (id, isAsked) => {
    const own = ofWalks.get(id);
    if (own !== undefined) return own.after.every(isAsked) ? own.cost : own.alone;
    return carriers.get(id)?.some(isAsked) === true ? NOTHING : (ofCases.get(id) ?? NOTHING);
  };
}

/** What the runs that cases address cost, at most: nothing when two starts that were compared are there. */
export function liveRunsCost(isAsked: (id: string) => boolean): Cost {
  return isAsked('lifecycle/twins') ? NOTHING : { runs: LIVE_RUNS, requests: 2 * LIVE_RUNS };
}

/** Counts the cases that a selection keeps, by what they cost. */
export function forecast(
  operation: Operation,
  isSelected: (about: { readonly id: string; readonly title: string; readonly command?: string }) => boolean,
): ContractForecast {
  const cases = deriveCases(operation).filter(isSelected);
  const walking = flows(operation).filter((one) => one.id === 'control/start' || isSelected(one));
  const asked = new Set([...cases, ...walking].map(({ id }) => id));
  const isAsked = (id: string): boolean => asked.has(id);
  const costs = costsOf(operation);
  const costOf = (id: string): Cost => costs(id, isAsked);
  const live = cases.some((one) => one.base === 'address') ? liveRunsCost(isAsked) : NOTHING;
  const spent = [...[...asked].map(costOf), live];
  const of = (spend: Case['spend']): number =>
    cases.filter((one) => one.spend === spend && costOf(one.id).requests > 0).length;
  return {
    cases: cases.length + walking.length,
    free: of('free'),
    mayStart: of('may-start'),
    starts: of('starts') + walking.length,
    runsExpected: spent.reduce((sum, cost) => sum + cost.runs, 0),
    requestsExpected: spent.reduce((sum, cost) => sum + cost.requests, 0),
  };
}
