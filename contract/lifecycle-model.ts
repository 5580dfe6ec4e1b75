import type { Command } from '../openapi/registry.ts';

/** The states of the model: what a run waits for. A server may name more, and move between them on its own. */
export type ModelState = 'waiting' | 'paused' | 'ended';

/**
 * Which command leads where. All of it is assumed (the page names the commands and is silent on the transitions), so a
 * server that accepts more or less is recorded, never failed; the rules of identity, history and echo hold anywhere.
 */
export const TRANSITIONS = {
  waiting: { data: 'waiting', pause: 'paused', stop: 'ended' },
  paused: { resume: 'waiting', stop: 'ended' },
  ended: {},
} as const satisfies Record<ModelState, Partial<Record<Command, ModelState>>>;

/** The state to which the model expects a command to lead, or null where it expects a refusal. */
export function expectedState(state: ModelState, command: string): ModelState | null {
  const row: Readonly<Record<string, ModelState>> = TRANSITIONS[state];
  return row[command] ?? null;
}

const LEADS_TO: Readonly<Record<Command, ModelState>> = {
  start: 'waiting',
  data: 'waiting',
  resume: 'waiting',
  pause: 'paused',
  stop: 'ended',
};

/** The state after a command was accepted, also where the model did not expect that. */
export function acceptedState(command: Command): ModelState {
  return LEADS_TO[command];
}
