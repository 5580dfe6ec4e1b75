import { deriveCases } from '../contract/cases/catalogue.ts';
import { loadOperation } from '../openapi/registry.ts';
import { test } from './fixtures.ts';
import { isSelected, readPlan } from './plan.ts';
import { runCase } from './run-case.ts';

const plan = readPlan(process.env);
const cases = deriveCases(loadOperation()).filter((testCase) => isSelected(plan, testCase));

for (const group of new Set(cases.map((testCase) => testCase.group))) {
  test.describe(group, () => {
    for (const testCase of cases.filter((one) => one.group === group)) {
      test(testCase.title, async ({ session, conduct }) => {
        await conduct(testCase, (recorder, control) => runCase(session, control, recorder, testCase));
      });
    }
  });
}
