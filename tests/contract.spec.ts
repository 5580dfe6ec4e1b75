import { loadOperation } from '../openapi/registry.ts';
import { agendaOf } from './agenda.ts';
import { test } from './fixtures.ts';
import { readPlan } from './plan.ts';

const agenda = agendaOf(loadOperation(), readPlan(process.env));

for (const group of new Set(agenda.map((item) => item.about.group))) {
  test.describe(group, () => {
    for (const item of agenda.filter((one) => one.about.group === group)) {
      test(item.about.title, async ({ report }) => {
        await report(item);
      });
    }
  });
}
