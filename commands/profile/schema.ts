import { z } from 'zod';
import { CONTRACT_OPTIONS } from '../../contract/option-rows.ts';
import { LOAD_OPTIONS } from '../../load/options/rows.ts';
import { SCENARIO_NAMES } from '../../load/scenario/scenario.ts';
import { PROCESSES_MAX } from '../../load/options/shares.ts';
import { parseDurationMs } from '../../options/duration.ts';
import { flagOf, optionsOf, type CommandName, type Option, type Options } from '../../options/option.ts';

/**
 * The data of a profile: what `npm run nightly` and `npm run release` do. The message of each schema says what the key
 * takes; the keys of a scenario and of the search are those of their options, without the dashes.
 */

function taking<Schema extends z.ZodType>(make: (takes: { error: string }) => Schema, takes: string): Schema {
  return make({ error: takes });
}

const NUMBER_OR_TEXT = 'a number or a text';
const word = taking((takes) => z.union([z.string(takes), z.number(takes)], takes), NUMBER_OR_TEXT);

function valueOf(row: Option): z.ZodType {
  switch (row.kind) {
    case 'switch':
      return taking((takes) => z.boolean(takes), 'true or false');
    case 'list':
      return taking((takes) => z.union([word, z.array(word, takes)], takes), 'a text, or a list of texts');
    case 'single':
      return word;
  }
}

function keysOf(command: CommandName, table: Options): Readonly<Record<string, z.ZodType>> {
  const rows = Object.entries(optionsOf(command, [table]));
  return Object.fromEntries(
    rows
      .filter(([, { inProfile }]) => inProfile)
      .map(([name, row]) => [flagOf(name).slice(2), valueOf(row).optional()]),
  );
}

function wholeNumber(least: number, most: number): z.ZodNumber {
  const takes = { error: `a whole number from ${least} to ${most}` };
  return z.int(takes).min(least, takes).max(most, takes);
}

const BUDGET_MAX = 9_999_999;
const PATIENCE_MAX_MS = 600_000;

const OF_KEYS = { error: 'keys with their values' };
const bool = taking((takes) => z.boolean(takes), 'true or false');
const names = taking((takes) => z.array(z.string(takes), takes), 'a list of commands');

const contract = z.strictObject(
  {
    ...keysOf('nightly', CONTRACT_OPTIONS),
    'budget-runs': wholeNumber(1, BUDGET_MAX).optional(),
    'budget-requests': wholeNumber(1, BUDGET_MAX).optional(),
    commands: names.optional(),
    strict: bool.optional(),
    accepted: bool.optional(),
  },
  OF_KEYS,
);

const scenario = z.strictObject(
  {
    scenario: taking((takes) => z.enum(SCENARIO_NAMES, takes), `one of ${SCENARIO_NAMES.join(', ')}`),
    ...keysOf('load', LOAD_OPTIONS),
  },
  OF_KEYS,
);

const capacity = z.strictObject(keysOf('capacity', LOAD_OPTIONS), OF_KEYS);

const patience = taking(
  (takes) =>
    z.string(takes).refine((text) => {
      const ms = parseDurationMs(text);
      return ms !== null && ms > 0 && ms <= PATIENCE_MAX_MS;
    }, takes),
  'a duration with its unit, up to 10m, such as 30s',
);

const SANDBOX = ['always', 'outside-ci', 'never'] as const;

/** A profile as it stands in its file. */
export const profileSchema = z.strictObject(
  {
    sandbox: taking((takes) => z.enum(SANDBOX, takes), 'always, outside-ci or never').optional(),
    patience: patience.optional(),
    'max-runs': wholeNumber(1, BUDGET_MAX).optional(),
    processes: wholeNumber(1, PROCESSES_MAX).optional(),
    contract: contract.optional(),
    load: taking((takes) => z.array(scenario, takes).min(1, takes), 'a list of scenarios').optional(),
    capacity: capacity.optional(),
  },
  OF_KEYS,
);

export type Profile = z.infer<typeof profileSchema>;

/** A scenario of a profile, or its search: the values by the keys of their options. */
export type ProfileValues = Readonly<Record<string, unknown>>;
