import { loadOperation } from '../openapi/registry.ts';
import { suiteOf } from '../contract/run/suite.ts';
import { test } from './fixtures.ts';
import { isUnderCommandLine, readPlan } from '../contract/run/plan.ts';

const suite = suiteOf(loadOperation(), readPlan(process.env));

// A test of the runner costs ten milliseconds, so the command line, which has a result of its own, takes groups.
for (const group of new Set(suite.map((item) => item.about.group))) {
  const items = suite.filter((item) => item.about.group === group);
  if (isUnderCommandLine(process.env)) {
    test(group, async ({ report }) => {
      await report(items);
    });
    continue;
  }
  test.describe(group, () => {
    for (const item of items) {
      test(item.about.title, async ({ report }) => {
        await report([item]);
      });
    }
  });
}
