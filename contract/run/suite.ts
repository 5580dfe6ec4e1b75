import { carriersOf } from '../cases/case.ts';
import { deriveCases } from '../cases/catalogue.ts';
import { constraintsOf } from '../budget/coverage.ts';
import { ranksByRequests } from '../budget/priority.ts';
import type { Operation } from '../../openapi/registry.ts';
import { laterItems } from './flows/late-inputs.ts';
import { runCarrier } from './run-batch.ts';
import { commandItems } from './flows/commands.ts';
import type { TestItem } from './test-item.ts';
import { interferenceItems } from './flows/interference.ts';
import { historyItems } from './flows/long-history.ts';
import { restItems } from './flows/after-rest.ts';
import { teamItems } from './flows/teams.ts';
import { lifecycleItems } from './flows/lifecycle.ts';
import { modelItems } from './flows/model.ts';
import { isSelected, type ContractPlan } from './plan.ts';
import { propertyItems } from './flows/properties.ts';
import { runCase } from './run-case.ts';

/**
 * All that a plan asks, in the order of asking: what takes many calls one after the other begins first, so that the
 * others fill the time beside it. Under a budget of requests the most telling comes first: what a bad server needs
 * looked at twice is taken from the least telling.
 */
export function suiteOf(operation: Operation, plan: ContractPlan): readonly TestItem[] {
  const items = [
    ...interferenceItems(operation),
    ...restItems(),
    ...lifecycleItems(operation),
    ...teamItems(),
    ...modelItems(),
    ...propertyItems(operation),
    ...caseItems(operation),
    ...commandItems(operation),
    ...historyItems(deriveCases(operation).map(({ id }) => id)),
    ...laterItems(deriveCases(operation).map(({ id }) => id)),
  ].filter((item) => isSelected(plan, item.about));
  if (plan.budgetRequests === null) return items;
  const cases = deriveCases(operation).filter((one) => isSelected(plan, one));
  const rank = ranksByRequests(operation, cases);
  return items.toSorted((a, b) => rank(a.about.id) - rank(b.about.id));
}

/** A case that others carry has nothing to ask once one of them came through. */
function caseItems(operation: Operation): readonly TestItem[] {
  const cases = deriveCases(operation);
  const carriers = carriersOf(cases);
  return cases.map((testCase): TestItem => {
    const parts = cases.filter((one) => testCase.carries.includes(one.id));
    return {
      about: testCase,
      usesLiveRun: testCase.base === 'address',
      after: [...(carriers.get(testCase.id) ?? []), ...(testCase.base === 'address' ? LIVE_RUNS_FROM : [])],
      conduct: async (session, recorder) => {
        if (!session.carried.has(testCase.id))
          return parts.length === 0
            ? runCase(session, recorder, testCase)
            : runCarrier(session, recorder, testCase, parts);
        recorder.looked(testCase.command, [testCase.rule]);
        recorder.judged(constraintsOf(operation, testCase));
        return null;
      },
    };
  });
}

/** The walk that leaves runs alive for those that address one. */
const LIVE_RUNS_FROM = ['lifecycle/twins'];
