import { readOptions, single, toggle, type CommandName, type ValuesOf } from '../options/option.ts';
import { anyText, wholeNumber, words } from '../options/values.ts';

const CONTRACT: readonly CommandName[] = ['start', 'nightly', 'release', 'contract'];
const BUDGET = wholeNumber({ least: 1, most: 9_999_999 });
const SPENT = 'What the contract tests may spend:';
const CASES = 'Which cases, and how strictly:';

/** The options of the contract tests. Each is in the plan under its name, for whatever acts on it. */
export const CONTRACT_OPTIONS = {
  budgetRuns: single({
    placeholder: '<n>',
    help: 'maximum number of workflow runs to start',
    group: SPENT,
    commands: CONTRACT,
    parse: BUDGET,
  }),
  budgetRequests: single({
    placeholder: '<n>',
    help: 'maximum number of requests to send; those that stop the runs afterwards are not counted',
    group: SPENT,
    commands: CONTRACT,
    parse: BUDGET,
  }),
  only: single({
    placeholder: '<pattern>',
    help: 'only the cases whose id or title contains this text, or whose rule has this id',
    group: CASES,
    commands: ['start', 'nightly', 'contract'],
    parse: anyText,
    inProfile: false,
  }),
  replay: single({
    placeholder: '<case>',
    help: 'only the case with this id',
    group: CASES,
    commands: ['contract'],
    parse: anyText,
  }),
  expect: single({
    placeholder: '<fingerprint>',
    help: 'with --replay: the finding to look for; the last line says whether it is still there',
    group: CASES,
    commands: ['contract'],
    parse: anyText,
  }),
  commands: single({
    placeholder: '<a,b>',
    help: 'only the cases of these commands, such as start,data; the verdict covers nothing else',
    group: CASES,
    commands: CONTRACT,
    parse: words,
  }),
  strict: toggle({
    help: 'a broken rule of an RFC is a failure, not a warning',
    group: CASES,
    commands: CONTRACT,
  }),
  noRunner: toggle({
    help: "ask in this process, without Playwright's test runner: seconds sooner, with the same cases and the same report",
    group: CASES,
    commands: ['contract'],
  }),
  noAccepted: toggle({
    help: 'judge as if no drift and no failure were accepted',
    group: CASES,
    commands: CONTRACT,
    inProfile: false, // there it is accepted: false
  }),
};

/** The options of the contract tests, parsed. */
export type ContractValues = ValuesOf<typeof CONTRACT_OPTIONS>;

/** Their values where none is given. */
export const CONTRACT_DEFAULTS: ContractValues = readOptions(CONTRACT_OPTIONS, {}).values;
