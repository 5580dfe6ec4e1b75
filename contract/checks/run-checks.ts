import type { Operation } from '../../openapi/registry.ts';
import type { ApiResponse } from '../../api/exchange.ts';
import type { Checks } from './check.ts';
import { checkCreationClock } from './creation-clock.ts';
import { checkView, fixedFields, historyKept, timeForward, type RunView } from './run-history.ts';
import { violationOf } from './violation.ts';

/** A run as an accepted response shows it, and what was known of it. */
export interface SeenRun {
  readonly operation: Operation;
  readonly response: ApiResponse;
  readonly view: RunView;
  /** The run as the response before showed it. */
  readonly before: RunView | undefined;
  /** The run that the call named. */
  readonly named: string | null;
  /** Our workflow, where the call started a run of it. */
  readonly workflow: string | null;
  /** True when the call named no run, so that its run must be a new one. */
  readonly isFreshStart: boolean;
  /** False when other calls to the same run were under way. */
  readonly isAlone: boolean;
  readonly knowsOtherRuns: boolean;
  readonly nowMs: number;
}

/** True when two responses about one run came in the order of their calls. */
function isComparable({ before, isAlone, isFreshStart }: SeenRun): boolean {
  return before !== undefined && isAlone && !isFreshStart;
}

function clockOf({ operation, response, nowMs }: SeenRun): ReturnType<typeof checkCreationClock> {
  return checkCreationClock(operation, response, nowMs);
}

/** The checks of a run over several responses. */
export const RUN_CHECKS: Checks<'run', SeenRun> = {
  'run-identity': {
    applies: () => true,
    check: ({ operation, view, named, workflow }) =>
      checkView(operation, view, named, workflow).filter(({ check }) => check === 'run-identity'),
  },
  'timestamp-order': {
    applies: () => true,
    check: (seen) => {
      const { operation, view, before } = seen;
      const own = checkView(operation, view, null).filter(({ check }) => check === 'timestamp-order');
      if (before === undefined || !isComparable(seen)) return own;
      return [...own, ...timeForward(operation, before, view)];
    },
  },
  'creation-clock': { applies: (seen) => clockOf(seen) !== null, check: (seen) => clockOf(seen) ?? [] },
  'run-uniqueness': {
    applies: ({ isFreshStart, knowsOtherRuns }) => isFreshStart && knowsOtherRuns,
    check: ({ operation, view, before }) => {
      if (before === undefined) return [];
      const title = `A start was answered with the run ${view.id ?? ''}, which an earlier start had made.`;
      const at = { kind: 'same-run', responsePath: '/workflow_run/_id' };
      return [violationOf(operation.rule('run-uniqueness'), title, at)];
    },
  },
  'fixed-fields': {
    applies: isComparable,
    check: ({ operation, before, view }) =>
      before === undefined ? [] : fixedFields(operation, before, view),
  },
  'history-conservation': {
    applies: isComparable,
    check: ({ operation, before, view }) =>
      before === undefined ? [] : historyKept(operation, before, view),
  },
};
