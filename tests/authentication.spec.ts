import { test } from './fixtures.ts';
import { entriesOf, rulesOf } from './rules.ts';

test.describe('authentication', () => {
  for (const rule of rulesOf(entriesOf('authentication'))) {
    test(rule.title, rule.details, async ({ judge }) => {
      await judge(rule);
    });
  }
});
