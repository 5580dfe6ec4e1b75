import type { Command } from '../openapi/registry.ts';

/** The states in which a command is tried, each a list of commands that lead there on a fresh run. */
export type CommandPlan = readonly (readonly Command[])[];

/**
 * How each command is brought to acceptance: the likeliest state first. A command of the description without an
 * entry here does not compile.
 */
export const COMMAND_PLANS = {
  start: [[], [], []],
  data: [['start'], ['start', 'pause'], ['start', 'data']],
  resume: [['start', 'pause'], ['start'], ['start', 'pause', 'data']],
  pause: [['start'], ['start', 'data'], ['start', 'pause', 'resume']],
  stop: [['start'], ['start', 'pause'], ['start', 'data']],
} as const satisfies Record<Command, CommandPlan>;

/** The states to try for a command; one that only an edited description knows is tried on a started run. */
export function planOf(command: string): CommandPlan {
  return isPlanned(command) ? COMMAND_PLANS[command] : [['start'], ['start', 'pause']];
}

function isPlanned(command: string): command is Command {
  return Object.hasOwn(COMMAND_PLANS, command);
}

/** The commands that are given to a run; start makes one. */
export const RUN_COMMANDS: readonly Command[] = Object.keys(COMMAND_PLANS)
  .filter(isPlanned)
  .filter((command) => command !== 'start');

/** One run through all commands, in the order in which a user would give them. */
export const LIFECYCLE: readonly Command[] = ['start', 'data', 'pause', 'resume', 'data', 'stop'];
