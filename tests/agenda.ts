import { deriveCases } from '../contract/cases/catalogue.ts';
import type { Operation } from '../openapi/registry.ts';
import { commandItems } from './commands.ts';
import type { Item } from './item.ts';
import { lifecycleItems } from './lifecycle.ts';
import { modelItems } from './model.ts';
import { isSelected, type ContractPlan } from './plan.ts';
import { propertyItems } from './properties.ts';
import { runCase } from './run-case.ts';

/**
 * All that a plan asks, in the order of asking: what takes many calls one after the other begins first, so that the
 * others fill the time beside it.
 */
export function agendaOf(operation: Operation, plan: ContractPlan): readonly Item[] {
  return [
    ...modelItems(),
    ...propertyItems(operation),
    ...lifecycleItems(),
    ...commandItems(operation),
    ...caseItems(operation),
  ].filter((item) => isSelected(plan, item.about));
}

function caseItems(operation: Operation): readonly Item[] {
  return deriveCases(operation).map((testCase) => ({
    about: testCase,
    conduct: (session, recorder) => runCase(session, recorder, testCase),
  }));
}
