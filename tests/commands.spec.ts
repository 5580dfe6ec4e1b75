import { test } from './fixtures.ts';
import { entriesOf, operation, rulesOf } from './rules.ts';

for (const name of operation.commands) {
  test.describe(name, () => {
    for (const rule of rulesOf(entriesOf('commands').filter(({ command }) => command === name))) {
      test(rule.title, rule.details, async ({ judge }) => {
        await judge(rule);
      });
    }
  });
}
