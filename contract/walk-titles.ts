import { LIFECYCLE } from './commands.ts';

/** What each walk, property and sequence says of itself, by its id: plan, `--only` and report take it from here. */
export const WALK_TITLES = {
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

/** The title of the walk that brings one command to acceptance. */
export function commandTitle(command: string): string {
  return `${command} is accepted in a state that can be reached`;
}
