/** A budget is used up: the call was not sent. */
export class BudgetExhausted extends Error {}

export const NO_REQUEST_LEFT = 'the budget of requests is used up';

/** Calls in a row that a target throttles for good, each after the waits that it asked for: then no further one is sent. */
export const THROTTLED_MAX = 8;
/** Why a case was not asked of a target that throttles for good. */
export const THROTTLED = `the target answered ${THROTTLED_MAX} calls in a row with 429, after the waits that it asked for`;
