/** A budget is used up: the call was not sent. */
export class BudgetExhausted extends Error {}

export const NO_REQUEST_LEFT = 'the budget of requests is used up';

/** Calls in a row that a target throttles for good, each after the waits that it asked for: then no further one is sent. */
export const THROTTLED_MAX = 8;
/** Why a case was not asked of a target that throttles for good. */
export const THROTTLED = `the target answered ${THROTTLED_MAX} calls in a row with 429, after the waits that it asked for`;

/** How many requests may still be sent: a hard cap, and what the plan has not asked yet. */
export interface RequestBudget {
  /** Counts one request; false when none is left, and then nothing may be sent. */
  take(): boolean;
  readonly hasAny: boolean;
  /** True when a request that is in no plan (a second look, a repetition) still leaves room for all that is. */
  hasSpare(): boolean;
  /** An entry of the plan begins: what it was to cost is no longer owed to it. */
  begin(id: string): void;
}

/** Opens the books of a budget; null is none. `planned` is what each entry of the plan costs. */
export function openRequestBudget(limit: number | null, planned: ReadonlyMap<string, number>): RequestBudget {
  const pending = new Map(planned);
  let sent = 0;
  return {
    take() {
      if (limit !== null && sent >= limit) return false;
      sent += 1;
      return true;
    },
    get hasAny() {
      return limit === null || sent < limit;
    },
    hasSpare() {
      return limit === null || sent + [...pending.values()].reduce((sum, one) => sum + one, 0) < limit;
    },
    begin(id) {
      pending.delete(id);
    },
  };
}
