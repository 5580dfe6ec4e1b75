import { valueAt } from '../../result/json.ts';
import type { Operation } from '../../openapi/registry.ts';
import { readTimestamp } from '../../openapi/timestamp.ts';
import { headerOf, type ApiResponse } from '../../api/exchange.ts';
import { violationOf, type Violation } from './violation.ts';

/** The checks that need a Date in the response: where there is none they have nothing to look at. */
export const WHERE_DATED_CHECKS = ['creation-clock'] as const;

const AGREEMENT_MS = 2 * 60_000;
const AHEAD_MAX_MS = 10 * 60_000;

/**
 * Holds `created_at` against the Date of its own response. Null where that can't be judged: there is no Date, it and
 * our clock do not agree, or the timestamp does not say which time it is.
 */
export function checkCreationClock(
  operation: Operation,
  response: ApiResponse,
  nowMs: number,
): readonly Violation[] | null {
  const dateMs = Date.parse(headerOf(response, 'date') ?? '');
  if (Number.isNaN(dateMs) || Math.abs(dateMs - nowMs) > AGREEMENT_MS || response.body.kind !== 'json')
    return null;
  const created = valueAt(response.body.value, ['workflow_run', 'created_at']);
  const read = typeof created === 'string' ? readTimestamp(created) : null;
  if (read?.kind !== 'time') return null;
  const aheadMs = read.epochMs - dateMs;
  if (aheadMs <= AHEAD_MAX_MS) return [];
  const title = `created_at is ${Math.round(aheadMs / 60_000)} minutes after the Date of its own response.`;
  return [
    violationOf(operation.rule('creation-clock'), title, {
      kind: 'ahead',
      responsePath: '/workflow_run/created_at',
    }),
  ];
}
