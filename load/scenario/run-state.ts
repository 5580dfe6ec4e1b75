import type { Command } from '../../openapi/registry.ts';

/** What a run is in, as far as commands go. */
export type RunState = 'running' | 'paused' | 'ended';

/** What a command leaves its run in. */
const STATE_AFTER = {
  start: 'running',
  data: 'running',
  resume: 'running',
  pause: 'paused',
  stop: 'ended',
} as const satisfies Record<Command, RunState>;

/** What a command wants its run to be in. */
export const STATE_BEFORE = {
  data: 'running',
  resume: 'paused',
  pause: 'running',
  stop: 'running',
} as const satisfies Record<Exclude<Command, 'start'>, RunState>;

/** What an accepted command leaves its run in. */
export function stateAfter(command: Command): RunState {
  return STATE_AFTER[command];
}

/** The command that brings a run from one state into another; null when nothing is to be done, `start` when only another run helps. */
export function wayBack(from: RunState, to: RunState): 'pause' | 'resume' | 'start' | null {
  if (from === 'ended') return 'start';
  if (from === to) return null;
  return to === 'paused' ? 'pause' : 'resume';
}
