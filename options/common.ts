import { list, single, toggle, type CommandName } from './option.ts';
import { anyText, percentage, wholeNumber } from './values.ts';

/** The commands that send requests and write a result. */
const RUNS: readonly CommandName[] = ['start', 'nightly', 'release', 'contract', 'load', 'capacity'];
/** Those of them that may ask the embedded sandbox. */
const SANDBOXED: readonly CommandName[] = RUNS.filter((command) => command !== 'release');

export const SEED_MAX = 2 ** 31 - 1;

const OUTPUT = 'Output:';
const SANDBOX = 'Embedded sandbox (without INTERACTLY_BASE_URL):';

/** The options that every command which sends requests has. */
export const COMMON_OPTIONS = {
  out: single({
    placeholder: '<dir>',
    help: 'where the report is written',
    defaultText: 'reports/runs/<UTC time>-<id>',
    group: OUTPUT,
    commands: [...RUNS, 'merge', 'compare'],
    parse: anyText,
    repeats: false,
  }),
  history: single({
    placeholder: '<dir>',
    help: 'directory of the history: one small file per run, which shows what is new, flaky or slower',
    defaultText: 'reports/history',
    group: OUTPUT,
    commands: [...RUNS, 'merge', 'history', 'label', 'compare'],
    parse: anyText,
    repeats: false,
  }),
  earlier: single({
    placeholder: '<dir>',
    help: 'directory of earlier runs that the history does not have yet; it may be missing',
    group: OUTPUT,
    commands: RUNS,
    parse: anyText,
    repeats: false,
  }),
  json: toggle({
    help: 'print one line of JSON at the end, everything else on standard error',
    group: OUTPUT,
    commands: [...RUNS, 'doctor', 'history', 'compare'],
    repeats: false,
  }),
  quiet: toggle({
    help: 'print only the verdict and the path of the report',
    group: OUTPUT,
    commands: [...RUNS, 'compare'],
    repeats: false,
  }),
  plan: toggle({
    help: 'print target, plan and caps; send nothing',
    group: 'Plan and repetition:',
    commands: [...RUNS, 'compare'],
    repeats: false,
  }),
  detect: single({
    placeholder: '<share>',
    help: 'with --plan: from the history, how likely a rise of that much would be confirmed, in how many nights, at what spend',
    group: 'Plan and repetition:',
    commands: ['start', 'nightly', 'load'],
    parse: percentage({ least: 0.01, most: 2 }, 'a share from 1% to 200%, like 10%'),
    repeats: false,
    inProfile: false,
  }),
  // Stated at the end of the line that repeats a run also when it was drawn, so not by the table.
  seed: single({
    placeholder: '<n>',
    help: 'repeat the generated values of an earlier run',
    defaultText: 'drawn, and printed in the report',
    group: 'Plan and repetition:',
    commands: [...RUNS, 'compare'],
    parse: wholeNumber({ least: 0, most: SEED_MAX }),
    repeats: false,
    inProfile: false,
  }),
  fault: list({
    placeholder: '<name>',
    help: 'switch on a fault of the embedded sandbox (repeatable)',
    group: SANDBOX,
    commands: SANDBOXED,
    parse: anyText,
    sharedByShards: true,
  }),
  profile: single({
    placeholder: '<name>',
    help: 'another way to respond that conforms to the description',
    group: SANDBOX,
    commands: SANDBOXED,
    parse: anyText,
    sharedByShards: true,
  }),
  latency: single({
    placeholder: '<time>',
    help: 'how long it takes to respond, such as 25ms',
    group: SANDBOX,
    commands: SANDBOXED,
    parse: anyText,
    sharedByShards: true,
  }),
};
