import { test } from './fixtures.ts';
import { entriesOf, rulesOf } from './rules.ts';

test.describe('open questions', () => {
  for (const rule of rulesOf(entriesOf('open-questions'))) {
    test(rule.title, rule.details, async ({ judge }) => {
      await judge(rule);
    });
  }
});
