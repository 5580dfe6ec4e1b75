import type { Command, Operation, StatusClass } from '../../openapi/registry.ts';

/** What is known of one run of ours. */
export interface RunState {
  /** The last status that a response showed, null where none did. */
  status: string | null;
  /** When it took that status, `performance.now()`. */
  sinceMs: number;
  /** The last command that was accepted, and when. */
  command: Command;
  acceptedMs: number;
  /** Calls to it that are under way. */
  inFlight: number;
}

/** What the suite has learned of the runs and of how this target treats them. */
export interface RunStates {
  of(runId: string): RunState | null;
  accepted(runId: string, command: Command, status: string | null): void;
  /** A status as GET shows it. */
  seen(runId: string, status: string | null): void;
  /** What kind of state the run is in, as far as the last response tells; null when nothing is known. */
  classOf(runId: string): StatusClass | null;
  classOfStatus(status: string | null): StatusClass | null;
  /** The run's status stood unchanged for a whole patience: on this target it is one of rest. */
  restsAt(status: string | null): void;
  /** A run took a command so long after the one before: the time that its work takes. */
  learned(workMs: number): void;
  /** The time that work takes on this target, or null while nothing is known. */
  workMs(): number | null;
}

const SAMPLES = 9;

export function openRunStates(operation: Operation): RunStates {
  const states = new Map<string, RunState>();
  const resting = new Set<string | null>();
  const samples: number[] = [];
  const take = (runId: string, status: string | null): RunState | null => {
    const state = states.get(runId);
    if (state === undefined) return null;
    if (status !== null && status !== state.status) state.sinceMs = performance.now();
    state.status = status ?? state.status;
    return state;
  };
  const classOfStatus = (status: string | null): StatusClass | null =>
    resting.has(status) ? 'at-rest' : operation.statusClassOf(status);
  return {
    of: (runId) => states.get(runId) ?? null,
    accepted(runId, command, status) {
      const now = performance.now();
      const state = take(runId, status);
      if (state === null) states.set(runId, { status, sinceMs: now, command, acceptedMs: now, inFlight: 0 });
      else {
        state.command = command;
        state.acceptedMs = now;
        state.sinceMs = now;
      }
    },
    seen(runId, status) {
      take(runId, status);
    },
    classOf(runId) {
      const state = states.get(runId);
      return state === undefined ? null : classOfStatus(state.status);
    },
    classOfStatus,
    restsAt(status) {
      resting.add(status);
    },
    learned(workMs) {
      samples.push(workMs);
      if (samples.length > SAMPLES) samples.shift();
    },
    workMs() {
      if (samples.length === 0) return null;
      return samples.toSorted((a, b) => a - b)[Math.floor(samples.length / 2)] ?? null;
    },
  };
}

/** What the suite knows of a limit of runs at a time. */
export interface RunLimit {
  /** Runs of ours that were active when a start was refused for them; null while no limit has shown. */
  active: number | null;
  /** The same at the first such refusal. */
  firstActive: number | null;
  /** True once items come one after the other, each with room made for its runs. */
  isSerial: boolean;
  /** How long after a stop the place of the stopped run was free, milliseconds; 0 where it was free at once. */
  freeAfterMs: number;
  /** True once a whole patience did not free a place: it is not waited for again. */
  freesNothing: boolean;
}
