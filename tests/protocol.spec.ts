import { test } from './fixtures.ts';
import { entriesOf, rulesOf } from './rules.ts';

test.describe('protocol', () => {
  for (const rule of rulesOf(entriesOf('protocol'))) {
    test(rule.title, rule.details, async ({ judge }) => {
      await judge(rule);
    });
  }
});
