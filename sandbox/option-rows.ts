import { list, single, toggle, type CommandName, type Parsed } from '../options/option.ts';
import type { CommandHelp } from '../options/program.ts';
import { anyText, valid, wholeNumber, invalid } from '../options/values.ts';
import { NO_LATENCY, parseLatency, type Latency } from './latency.ts';

/** What the program is. */
export const SANDBOX_HELP: CommandHelp = {
  name: 'sandbox',
  help: 'a stand-in for POST /workflows/v1/workflow-runs on 127.0.0.1, with its state in memory',
  takes: ['sandbox'],
  examples: [
    ['npm run sandbox -- --list', 'all faults and profiles'],
    ['npm run sandbox -- --port 8080 --fault resume-new-id', 'with a fault'],
  ],
};

const SANDBOX: readonly CommandName[] = ['sandbox'];
const RESPONSES = 'How it responds:';
const PROGRAM = 'Program:';

/** The options of `npm run sandbox`. */
export const SANDBOX_OPTIONS = {
  profile: single<string, string>({
    placeholder: '<name>',
    help: 'a conforming way to respond where the page leaves it open',
    group: RESPONSES,
    commands: SANDBOX,
    parse: anyText,
    absent: 'default',
    defaultText: 'default',
  }),
  fault: list({
    placeholder: '<name>',
    help: 'a defect to commit; repeatable, or comma-separated',
    group: RESPONSES,
    commands: SANDBOX,
    parse: anyText,
  }),
  latency: single<Latency, Latency>({
    placeholder: '<time>',
    help: 'delay of each response: 25ms, 1.5s, or exp:25ms for random delays',
    group: RESPONSES,
    commands: SANDBOX,
    parse: latencyOf,
    absent: NO_LATENCY,
    defaultText: '0ms',
  }),
  seed: single<number, number>({
    placeholder: '<n>',
    help: 'seed of the random delays',
    group: RESPONSES,
    commands: SANDBOX,
    parse: wholeNumber({ least: 0, most: 999_999_999 }),
    absent: 1,
    defaultText: '1',
  }),
  port: single<number, number>({
    placeholder: '<port>',
    help: 'port to listen on; 0 takes a free one',
    group: PROGRAM,
    commands: SANDBOX,
    parse: wholeNumber({ least: 0, most: 65_535 }),
    absent: 0,
    defaultText: '0',
  }),
  key: single({
    placeholder: '<key>',
    help: 'the key that it accepts, for command lines that are reused; SANDBOX_KEY does the same',
    defaultText: 'drawn anew',
    group: PROGRAM,
    commands: SANDBOX,
    parse: anyText,
  }),
  workflowId: single({
    placeholder: '<id>',
    help: 'the id of its workflow, 24 hexadecimal digits',
    defaultText: 'drawn anew',
    group: PROGRAM,
    commands: SANDBOX,
    parse: workflowIdOf,
  }),
  list: toggle({ help: 'print all faults and profiles', group: PROGRAM, commands: SANDBOX }),
  json: toggle({
    help: 'print one line {"url","key","workflow_id"}, and end when stdin closes',
    group: PROGRAM,
    commands: SANDBOX,
  }),
};

function workflowIdOf(text: string, flag: string): Parsed<string> {
  if (/^[0-9a-f]{24}$/.test(text)) return valid(text);
  return invalid(`${flag} is "${text}", but must be 24 hexadecimal digits in lower case.`);
}

function latencyOf(text: string, flag: string): Parsed<Latency> {
  const latency = parseLatency(text);
  if (latency !== undefined) return valid(latency);
  return invalid(`${flag} is "${text}", but must be a time up to 600s such as 25ms, 1.5s or exp:25ms.`);
}
