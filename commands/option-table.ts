import { CONTRACT_OPTIONS } from '../contract/option-rows.ts';
import { LOAD_OPTIONS } from '../load/options/rows.ts';
import { COMMON_OPTIONS } from '../options/common.ts';
import { list, single, toggle, type CommandName, type Options } from '../options/option.ts';
import { anyText, duration, wholeNumber, words } from '../options/values.ts';
import { SANDBOX_OPTIONS } from '../sandbox/option-rows.ts';

const PROFILED: readonly CommandName[] = ['start', 'nightly', 'release'];

const PROFILE = 'What is done:';

/** The options of the commands that a profile describes. */
export const PROFILE_OPTIONS = {
  config: single({
    placeholder: '<file>',
    help: 'the profile: commands and scenarios, budgets, strictness, thresholds, patience',
    defaultText: 'config/release.yaml for release, else config/nightly.yaml',
    group: PROFILE,
    commands: PROFILED,
    parse: anyText,
  }),
  scenarios: single({
    placeholder: '<a,b>',
    help: 'only these scenarios of the profile (capacity for its search), and no contract tests',
    group: PROFILE,
    commands: ['start', 'nightly'],
    parse: words,
  }),
  sandbox: toggle({
    help: 'test the embedded sandbox, even in CI; its verdict says nothing about a deployed API',
    group: PROFILE,
    commands: ['nightly'],
  }),
};

/** The options of `npm run release` alone. */
export const RELEASE_OPTIONS = {
  against: single({
    placeholder: '<run>',
    help: 'compare the release with an earlier run under a policy: last-release, a tag, a day, or the folder of a run',
    group: PROFILE,
    commands: ['release'],
    parse: anyText,
  }),
  policy: single({
    placeholder: '<file>',
    help: 'with --against: what the release must keep of that run',
    defaultText: 'config/release-policy.yaml',
    group: PROFILE,
    commands: ['release'],
    parse: anyText,
  }),
  verify: single({
    placeholder: '<dir>',
    help: 'check the folder of a release against its release.json, offline; sends nothing',
    group: PROFILE,
    commands: ['release'],
    parse: anyText,
    repeats: false,
  }),
};

const ACCEPT: readonly CommandName[] = ['accept'];
const TAKEN = 'What is accepted:';
const LISTED = 'What was accepted:';

/** The options of `npm run accept`. */
export const ACCEPT_OPTIONS = {
  all: toggle({
    help: 'all drift of the run that is not accepted for its target yet',
    group: TAKEN,
    commands: ACCEPT,
  }),
  shape: toggle({
    help: 'the shape of the responses, and its schemas; a later change that breaks them is NO-GO',
    group: TAKEN,
    commands: ACCEPT,
  }),
  observe: toggle({
    help: 'the rules that the run has confirmed, which nobody promised: one that is refuted from then on is NO-GO',
    group: TAKEN,
    commands: ACCEPT,
  }),
  class: single({
    placeholder: '<class>',
    help: 'all drift and all changes of this class (additive) that are not accepted for its target yet',
    group: TAKEN,
    commands: ACCEPT,
    parse: anyText,
  }),
  reason: single({
    placeholder: '<text>',
    help: 'why it is expected, in one sentence',
    group: TAKEN,
    commands: ACCEPT,
    parse: anyText,
  }),
  by: single({
    placeholder: '<name>',
    help: 'who accepts a failure',
    defaultText: 'the name that git knows',
    group: TAKEN,
    commands: ACCEPT,
    parse: anyText,
  }),
  until: single({
    placeholder: '<day>',
    help: 'the last day on which the acceptance holds, such as 2026-11-25',
    defaultText: 'in 90 days',
    group: TAKEN,
    commands: ACCEPT,
    parse: anyText,
  }),
  list: toggle({
    help: 'show what is accepted, and what has expired',
    group: LISTED,
    commands: ACCEPT,
  }),
  remove: list({
    placeholder: '<fingerprint>',
    help: 'withdraw this acceptance, or that of this observed rule (repeatable)',
    group: LISTED,
    commands: ACCEPT,
    parse: anyText,
  }),
  target: single({
    placeholder: '<url>',
    help: 'with --remove: only what is accepted for this target, as --list shows it',
    defaultText: 'all targets',
    group: LISTED,
    commands: ACCEPT,
    parse: anyText,
  }),
};

const DOCTOR: readonly CommandName[] = ['doctor'];

/** The options of `npm run doctor`; its `--json` is the one of every command that sends. */
export const DOCTOR_OPTIONS = {
  free: toggle({
    help: 'stop before the one workflow run that it would start; nothing is spent',
    group: 'What is asked:',
    commands: DOCTOR,
  }),
  share: toggle({
    help: 'shorten hosts, addresses and ids, for a ticket',
    group: 'Output:',
    commands: DOCTOR,
  }),
};

/** The options of `npm run sweep`. */
export const SWEEP_OPTIONS = {
  yes: toggle({
    help: 'stop what is shown; without it nothing is stopped',
    group: 'What is done:',
    commands: ['sweep'],
  }),
};

/** The options of `npm run report`. */
export const REPORT_OPTIONS = {
  out: single({
    placeholder: '<dir>',
    help: 'where the report is written',
    defaultText: 'beside the file',
    group: 'Output:',
    commands: ['report'],
    parse: anyText,
    repeats: false,
  }),
};

const HISTORY: readonly CommandName[] = ['history'];
const KEPT = 'What is kept:';

/** The options of `npm run history`. */
export const HISTORY_OPTIONS = {
  check: toggle({
    help: 'end with exit code 3 where no night was judged within 36 hours',
    group: 'What is asked:',
    commands: HISTORY,
  }),
  import: list({
    placeholder: '<run>',
    help: 'import a run that the history does not have: its folder, or its result.json; more may follow',
    group: KEPT,
    commands: HISTORY,
    parse: anyText,
  }),
  prune: toggle({
    help: 'delete old records, except those that comparisons, alarms and labels rely on',
    group: KEPT,
    commands: HISTORY,
  }),
};

const LIVE = 'Two deployments under the same load (--live):';

/** The options of `npm run compare -- --live`; its `--rate` is the one of a load. */
export const LIVE_OPTIONS = {
  live: toggle({
    help: 'send the same load to two base URLs in turn, and compare their response times',
    group: LIVE,
    commands: ['compare'],
  }),
  scenario: single({
    placeholder: '<name>',
    help: 'the load scenario',
    defaultText: 'data',
    group: LIVE,
    commands: ['compare'],
    parse: anyText,
  }),
  blocks: single({
    placeholder: '<n>',
    help: 'pairs of blocks, one block on either side; a third as many on A alone come first',
    defaultText: '30',
    group: LIVE,
    commands: ['compare'],
    parse: wholeNumber({ least: 8, most: 500 }),
  }),
  block: single({
    placeholder: '<time>',
    help: 'how long one block is measured',
    defaultText: '5s',
    group: LIVE,
    commands: ['compare'],
    parse: duration({ least: 200, most: 600_000 }),
  }),
};

/** All options of all commands. */
export const OPTION_TABLES: readonly Options[] = [
  PROFILE_OPTIONS,
  RELEASE_OPTIONS,
  CONTRACT_OPTIONS,
  LOAD_OPTIONS,
  LIVE_OPTIONS,
  ACCEPT_OPTIONS,
  DOCTOR_OPTIONS,
  SWEEP_OPTIONS,
  COMMON_OPTIONS,
  REPORT_OPTIONS,
  HISTORY_OPTIONS,
  SANDBOX_OPTIONS,
];
