import { test } from './fixtures.ts';
import { entriesOf, rulesOf } from './rules.ts';

const entries = entriesOf('stored-values');
/** What looks for the inputs that the others have left unseen comes after them. */
const LAST = 'lifecycle/later';

test.describe('stored values', () => {
  for (const rule of rulesOf(entries.filter(({ id }) => id !== LAST))) {
    test(rule.title, rule.details, async ({ judge }) => {
      await judge(rule);
    });
  }
});

test.describe('stored values, in the end', () => {
  for (const rule of rulesOf(entries.filter(({ id }) => id === LAST))) {
    test(rule.title, rule.details, async ({ judge }) => {
      await judge(rule);
    });
  }
});
