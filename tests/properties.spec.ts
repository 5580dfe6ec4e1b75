import { test } from './fixtures.ts';
import { entriesOf, rulesOf } from './rules.ts';

test.describe('properties', () => {
  for (const rule of rulesOf(entriesOf('properties'))) {
    test(rule.title, rule.details, async ({ judge }) => {
      await judge(rule);
    });
  }
});
