import { test } from './fixtures.ts';
import { entriesOf, operation, rulesOf } from './rules.ts';

const entries = entriesOf('request-body');

for (const { name } of operation.requestFields) {
  test.describe(name, () => {
    for (const rule of rulesOf(entries.filter(({ field }) => field === name))) {
      test(rule.title, rule.details, async ({ judge }) => {
        await judge(rule);
      });
    }
  });
}

test.describe('the body as a whole', () => {
  for (const rule of rulesOf(entries.filter(({ field }) => field === null))) {
    test(rule.title, rule.details, async ({ judge }) => {
      await judge(rule);
    });
  }
});
