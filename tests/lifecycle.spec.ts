import { test } from './fixtures.ts';
import { entriesOf, rulesOf } from './rules.ts';

test.describe('lifecycle', () => {
  for (const rule of rulesOf(entriesOf('lifecycle'))) {
    test(rule.title, rule.details, async ({ judge }) => {
      await judge(rule);
    });
  }
});
