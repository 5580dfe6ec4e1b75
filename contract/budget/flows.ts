import type { About } from '../cases/case.ts';
import { LIFECYCLE, planOf } from '../commands.ts';
import type { Command, Operation } from '../../openapi/registry.ts';

/** What one entry of the suite spends on a conforming server, at most. */
export interface Cost {
  readonly runs: number;
  readonly requests: number;
}

/** A flow of commands, a property or a sequence, as the catalogue has it. */
interface FlowEntry {
  /** What it says of itself: plan, `--only` and report take it from here. */
  readonly title: string;
  readonly group: 'control' | 'lifecycle' | 'authentication' | 'property' | 'model';
  readonly command: Command;
  /** The rule that it is there for; the checks of each response judge others on the way. */
  readonly rule: string;
  /** The commands that it is about: a run that is narrowed to others leaves it out. A start on the way there is none. */
  readonly commands: readonly Command[];
  /** The flows whose runs or responses it continues. */
  readonly after?: readonly string[];
  /** What it costs after those. */
  readonly cost: Cost;
  /** What it costs without them, where that differs. */
  readonly alone?: Cost;
}

/** A flow as plan, budget and suite see it. */
export interface FlowPlan extends About {
  readonly rule: string;
  readonly commands: readonly string[];
  readonly after: readonly string[];
  readonly cost: Cost;
  readonly alone: Cost;
}

/** Runs that cases address. */
export const LIVE_RUNS = 2;

/** How many sequences of commands the model sends, each on so many runs and of so many commands at most. */
export const SEQUENCES = { count: 2, runs: 2, shortest: 4, longest: 9 } as const;

/** How often each property is tried: one call for each. */
export const TRIALS = { kept: 5, violations: 8 } as const;

/** Pairs that a long history has, and the calls that it takes to fill up what other cases have sent to the run. */
export const HISTORY_PAIRS = 40;
const HISTORY_CALLS = 18;

/** Each flow once, in the order in which they continue each other; the flow of each command follows from the description. */
export const FLOWS = {
  'control/start': {
    title: 'an ordinary start is accepted',
    group: 'control',
    command: 'start',
    rule: 'positive-data-acceptance',
    commands: [],
    cost: { runs: 1, requests: 1 },
  },
  'lifecycle/others': {
    title: 'a command to one run changes no other',
    group: 'lifecycle',
    command: 'stop',
    rule: 'run-isolation',
    commands: ['data', 'pause', 'stop'],
    after: ['control/start'],
    cost: { runs: 1, requests: 5 },
    alone: { runs: 2, requests: 6 },
  },
  'lifecycle/rest-data': {
    title: 'a waiting run takes data after a rest',
    group: 'lifecycle',
    command: 'start',
    rule: 'known-run',
    commands: ['data', 'stop'],
    cost: { runs: 1, requests: 3 },
  },
  'lifecycle/rest-pause': {
    title: 'a waiting run takes pause after a rest',
    group: 'lifecycle',
    command: 'start',
    rule: 'known-run',
    commands: ['pause', 'stop'],
    cost: { runs: 1, requests: 3 },
  },
  'lifecycle/rest-stop': {
    title: 'a waiting run takes stop after a rest',
    group: 'lifecycle',
    command: 'start',
    rule: 'known-run',
    commands: ['stop'],
    cost: { runs: 1, requests: 2 },
  },
  'lifecycle/rest-paused-resume': {
    title: 'a paused run takes resume after a rest',
    group: 'lifecycle',
    command: 'start',
    rule: 'pause-persistence',
    commands: ['pause', 'resume', 'stop'],
    cost: { runs: 1, requests: 5 },
  },
  'lifecycle/rest-paused-stop': {
    title: 'a paused run takes stop after a rest',
    group: 'lifecycle',
    command: 'start',
    rule: 'pause-persistence',
    commands: ['pause', 'stop'],
    cost: { runs: 1, requests: 4 },
  },
  'lifecycle/parallel-starts': {
    title: 'starts sent at the same time are as many runs',
    group: 'lifecycle',
    command: 'start',
    rule: 'run-uniqueness',
    commands: ['start'],
    cost: { runs: 3, requests: 3 },
  },
  'lifecycle/whole': {
    title: `one run keeps its identity and history through ${LIFECYCLE.join(', ')}`,
    group: 'lifecycle',
    command: 'start',
    rule: 'run-identity',
    commands: [...new Set(LIFECYCLE)],
    after: ['lifecycle/parallel-starts'],
    cost: { runs: 0, requests: LIFECYCLE.length },
    alone: { runs: 1, requests: LIFECYCLE.length + 1 },
  },
  'lifecycle/twins': {
    title: 'two starts are two runs, and nothing of one shows in the other',
    group: 'lifecycle',
    command: 'start',
    rule: 'run-isolation',
    commands: ['start', 'data'],
    after: ['lifecycle/parallel-starts', 'lifecycle/others'],
    cost: { runs: 0, requests: 3 },
    alone: { runs: 1, requests: 4 },
  },
  'lifecycle/parallel': {
    title: 'data sent at the same time to one run is all kept',
    group: 'lifecycle',
    command: 'data',
    rule: 'input-echo',
    commands: ['data', 'stop'],
    after: ['lifecycle/parallel-starts'],
    cost: { runs: 0, requests: 4 },
    alone: { runs: 1, requests: 5 },
  },
  'lifecycle/during-data': {
    title: 'data sent together with a pause or a stop is kept once it was accepted',
    group: 'lifecycle',
    command: 'data',
    rule: 'input-echo',
    commands: ['data', 'pause', 'resume', 'stop'],
    cost: { runs: 1, requests: 7 },
  },
  'lifecycle/repeated': {
    title: 'the same start twice is two runs, the same data twice is two inputs',
    group: 'lifecycle',
    command: 'start',
    rule: 'run-uniqueness',
    commands: ['start', 'data', 'stop'],
    cost: { runs: 2, requests: 6 },
  },
  'lifecycle/ended': {
    title: 'what commands to a stopped run are answered',
    group: 'lifecycle',
    command: 'stop',
    rule: 'terminal-status',
    commands: ['data', 'resume', 'pause', 'stop'],
    after: ['lifecycle/whole'],
    cost: { runs: 0, requests: 5 },
    alone: { runs: 1, requests: 7 },
  },
  'lifecycle/history': {
    title: 'a run keeps a history of 40 pairs',
    group: 'lifecycle',
    command: 'data',
    rule: 'history-conservation',
    commands: ['data'],
    cost: { runs: 0, requests: HISTORY_CALLS },
  },
  'team/commands': {
    title: 'a key of another team reaches no run of this team',
    group: 'authentication',
    command: 'data',
    rule: 'team-isolation',
    commands: ['start', 'data', 'resume', 'pause', 'stop'],
    cost: { runs: 1, requests: 9 },
  },
  'lifecycle/later': {
    title: 'inputs that the answers did not show at once are stored as they were sent',
    group: 'lifecycle',
    command: 'data',
    rule: 'input-echo',
    commands: [], // it settles what the others have left open
    cost: { runs: 0, requests: 0 },
  },
  'property/kept-maps': {
    title: 'any variables are accepted and stored as they were sent',
    group: 'property',
    command: 'data',
    rule: 'positive-data-acceptance',
    commands: ['data'],
    after: ['lifecycle/twins'],
    cost: { runs: 0, requests: TRIALS.kept },
  },
  'property/violations': {
    title: 'any value that breaks a field is refused',
    group: 'property',
    command: 'data',
    rule: 'negative-data-rejection',
    commands: ['data'],
    after: ['lifecycle/twins'],
    cost: { runs: 0, requests: TRIALS.violations },
  },
  'model/sequences': {
    title: 'any sequence of commands keeps the rules of a run',
    group: 'model',
    command: 'start',
    rule: 'lifecycle-transitions',
    commands: ['data', 'resume', 'pause', 'stop'],
    cost: {
      runs: SEQUENCES.count * SEQUENCES.runs,
      requests: SEQUENCES.count * (SEQUENCES.runs + SEQUENCES.longest + SEQUENCES.runs - 1),
    },
  },
} as const satisfies Readonly<Record<string, FlowEntry>>;

/** The id of a flow of the catalogue. */
export type FlowId = keyof typeof FLOWS;

/** One flow of the catalogue. */
export function flowOf(id: FlowId): FlowPlan {
  const entry: FlowEntry = FLOWS[id];
  const { title, group, command, rule, commands, cost, after = [], alone = cost } = entry;
  return { id, title, group, command, field: null, rule, commands, after, cost, alone };
}

/** All flows: those of the catalogue, and one for each command of the description. */
export function flowsOf(operation: Operation): readonly FlowPlan[] {
  return [...(Object.keys(FLOWS) as FlowId[]).map(flowOf), ...operation.commands.map(commandFlow)];
}

/**
 * The flow that brings one command to acceptance. A command that the whole life of a run has is sent again only when it
 * was not accepted there.
 */
export function commandFlow(command: string): FlowPlan {
  const [likeliest = []] = planOf(command);
  const alone = { runs: 1, requests: likeliest.length + 1 };
  const isInWhole = LIFECYCLE.some((one) => one === command);
  return {
    id: `command/${command}`,
    title: `${command} is accepted in a state that can be reached`,
    group: 'command',
    command,
    field: 'command',
    rule: 'command-acceptance',
    commands: [command],
    after: isInWhole ? ['lifecycle/whole'] : [],
    cost: isInWhole ? { runs: 0, requests: 0 } : alone,
    alone,
  };
}

/** The commands that a case or a flow is about. */
export function commandsOf(about: { readonly id: string; readonly command?: string }): readonly string[] {
  if (isFlow(about.id)) return FLOWS[about.id].commands;
  const [, ofFlow] = /^command\/(.+)$/.exec(about.id) ?? [];
  const command = ofFlow ?? about.command;
  return command === undefined ? [] : [command];
}

function isFlow(id: string): id is FlowId {
  return Object.hasOwn(FLOWS, id);
}
