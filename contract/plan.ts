import type { Operation } from '../openapi/registry.ts';
import { deriveCases } from './cases/catalogue.ts';
import type { Case } from './cases/case.ts';
import { planOf } from './commands.ts';

/** What a contract run will ask and what it can cost, before anything is sent. */
export interface ContractForecast {
  readonly cases: number;
  readonly free: number;
  readonly mayStart: number;
  readonly starts: number;
  /** Runs that a conforming server starts. */
  readonly runsExpected: number;
}

/** Runs that cases address, one for each worker at most. */
export const LIVE_RUNS = 4;

/** How many sequences of commands the model is asked, each on two runs. */
export const SEQUENCES = 3;

/** The tests that walk through commands: their ids, titles, and the runs that each starts. */
export function walks(
  operation: Operation,
): readonly { readonly id: string; readonly title: string; readonly runs: number }[] {
  return [
    { id: 'control/start', title: 'an ordinary start is accepted', runs: 1 },
    ...operation.commands.map((command) => ({
      id: `command/${command}`,
      title: `${command} is accepted in a state that can be reached`,
      runs: Math.min(1, planOf(command).length),
    })),
    { id: 'lifecycle/whole', title: 'one run keeps its identity and history', runs: 1 },
    { id: 'lifecycle/twins', title: 'two starts are two runs', runs: 2 },
    { id: 'lifecycle/parallel', title: 'data sent at the same time to one run is all kept', runs: 1 },
    { id: 'lifecycle/parallel-starts', title: 'starts sent at the same time are as many runs', runs: 3 },
    { id: 'property/kept-maps', title: 'any variables are accepted and stored as they were sent', runs: 0 },
    { id: 'property/violations', title: 'any value that breaks a field is refused', runs: 0 },
    {
      id: 'model/sequences',
      title: 'any sequence of commands keeps the rules of a run',
      runs: SEQUENCES * 2,
    },
    { id: 'lifecycle/ended', title: 'what commands to a stopped run are answered', runs: 1 },
  ];
}

/** Counts the cases that a selection keeps, by what they cost. */
export function forecast(
  operation: Operation,
  isSelected: (about: { readonly id: string; readonly title: string }) => boolean,
): ContractForecast {
  const cases = deriveCases(operation).filter(isSelected);
  const walking = walks(operation).filter((walk) => walk.id === 'control/start' || isSelected(walk));
  const of = (spend: Case['spend']): number => cases.filter((testCase) => testCase.spend === spend).length;
  return {
    cases: cases.length + walking.length,
    free: of('free'),
    mayStart: of('may-start'),
    starts: of('starts') + walking.length,
    runsExpected: of('starts') + LIVE_RUNS + walking.reduce((sum, walk) => sum + walk.runs, 0),
  };
}
