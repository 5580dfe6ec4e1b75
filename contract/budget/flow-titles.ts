import type { Command } from '../../openapi/registry.ts';
import { LIFECYCLE } from '../commands.ts';

/** What each walk, property and sequence says of itself, by its id: plan, `--only` and report take it from here. */
export const FLOW_TITLES = {
  'control/start': 'an ordinary start is accepted',
  'lifecycle/parallel-starts': 'starts sent at the same time are as many runs',
  'lifecycle/whole': `one run keeps its identity and history through ${LIFECYCLE.join(', ')}`,
  'lifecycle/twins': 'two starts are two runs, and nothing of one shows in the other',
  'lifecycle/parallel': 'data sent at the same time to one run is all kept',
  'lifecycle/others': 'a command to one run changes no other',
  'lifecycle/during-data': 'data sent together with a pause or a stop is kept once it was accepted',
  'lifecycle/repeated': 'the same start twice is two runs, the same data twice is two inputs',
  'lifecycle/rest-data': 'a waiting run takes data after a rest',
  'lifecycle/rest-pause': 'a waiting run takes pause after a rest',
  'lifecycle/rest-stop': 'a waiting run takes stop after a rest',
  'lifecycle/rest-paused-resume': 'a paused run takes resume after a rest',
  'lifecycle/rest-paused-stop': 'a paused run takes stop after a rest',
  'lifecycle/history': 'a run keeps a history of 40 pairs',
  'team/commands': 'a key of another team reaches no run of this team',
  'lifecycle/ended': 'what commands to a stopped run are answered',
  'lifecycle/later': 'inputs that the answers did not show at once are stored as they were sent',
  'property/kept-maps': 'any variables are accepted and stored as they were sent',
  'property/violations': 'any value that breaks a field is refused',
  'model/sequences': 'any sequence of commands keeps the rules of a run',
} as const;

/** The commands that each walk is about: a run that is narrowed to others leaves it out. A start on the way there is none. */
export const FLOW_COMMANDS: Readonly<Record<keyof typeof FLOW_TITLES, readonly Command[]>> = {
  'control/start': [],
  'lifecycle/parallel-starts': ['start'],
  'lifecycle/whole': [...new Set(LIFECYCLE)],
  'lifecycle/twins': ['start', 'data'],
  'lifecycle/parallel': ['data', 'stop'],
  'lifecycle/others': ['data', 'pause', 'stop'],
  'lifecycle/during-data': ['data', 'pause', 'resume', 'stop'],
  'lifecycle/repeated': ['start', 'data', 'stop'],
  'lifecycle/rest-data': ['data', 'stop'],
  'lifecycle/rest-pause': ['pause', 'stop'],
  'lifecycle/rest-stop': ['stop'],
  'lifecycle/rest-paused-resume': ['pause', 'resume', 'stop'],
  'lifecycle/rest-paused-stop': ['pause', 'stop'],
  'lifecycle/history': ['data'],
  'team/commands': ['start', 'data', 'resume', 'pause', 'stop'],
  'lifecycle/ended': ['data', 'resume', 'pause', 'stop'],
  'lifecycle/later': [], // it settles what the others have left open
  'property/kept-maps': ['data'],
  'property/violations': ['data'],
  'model/sequences': ['data', 'resume', 'pause', 'stop'],
};

/** The commands that a case or walk is about. A walk for one command may take others on the way there. */
export function commandsOf(about: { readonly id: string; readonly command?: string }): readonly string[] {
  if (isWalk(about.id)) return FLOW_COMMANDS[about.id];
  const [, walked] = /^command\/(.+)$/.exec(about.id) ?? [];
  const command = walked ?? about.command;
  return command === undefined ? [] : [command];
}

function isWalk(id: string): id is keyof typeof FLOW_TITLES {
  return Object.hasOwn(FLOW_TITLES, id);
}

/** The title of the walk that brings one command to acceptance. */
export function commandTitle(command: string): string {
  return `${command} is accepted in a state that can be reached`;
}
