import { refusedTitle } from '../checks/happened.ts';
import { refusedFreedom } from '../checks/expectation.ts';
import type { Violation } from '../checks/violation.ts';
import { ORDINARY, type Case } from '../cases/case.ts';
import type { CallResult, WireRequest } from '../../api/exchange.ts';
import { isSaidLikewise, readRefusal, type Refusal } from '../refusal/refusal.ts';
import { jsonBody } from '../../api/request-body.ts';
import { requestOf } from '../cases/case-request.ts';
import { isRecord, type JsonValue } from '../../result/json.ts';
import { sendAndCheck } from './send-and-check.ts';
import type { Call, CheckedResponse } from './call.ts';
import { BudgetExhausted } from './request-budget.ts';
import type { Recorder } from './recorder.ts';
import type { Cause, Difference, LiveRun, Session } from './session.ts';

/** What a minimal pair came to: a violation and the exchange that shows it, or why there is none. */
export type Settled =
  | { readonly kind: 'shown'; readonly violation: Violation; readonly result: CallResult }
  | { readonly kind: 'open'; readonly reason: string };

/** A refused case and what its further calls need. */
export interface Refused {
  readonly session: Session;
  readonly recorder: Recorder;
  readonly testCase: Case;
  readonly call: Call;
  readonly live: LiveRun | null;
  readonly result: CallResult;
  readonly refusal: Refusal;
  /** Books what the general checks hold against a further call. */
  readonly keep: (checked: CheckedResponse) => void;
}

/** A pair costs requests, and its accepted half may cost a run. */
const PAIRS_MAX = 12;

/** The fields in which a call lacks what the configured input holds: the workflow itself may need that. */
export function takenAway(session: Session, testCase: Case, request: WireRequest): readonly string[] {
  if (testCase.base !== 'start' && testCase.command !== 'data') return [];
  const body = jsonBody(request) ?? {};
  return Object.entries(session.subject(null).runInput).flatMap(([field, value]) => {
    if (!isRecord(value)) return [];
    const sent = body[field];
    return Object.keys(value).every((key) => isRecord(sent) && Object.hasOwn(sent, key)) ? [] : [field];
  });
}

/**
 * Shows why a value that the page allows was refused: one difference after the other is taken back as long as the
 * call is refused in the same way. What is left is the cause when the call is accepted without it, and refused again
 * with it.
 */
export async function settleByPair(refused: Refused): Promise<Settled> {
  const { freedoms, waiting } = refused.session;
  const before = freedoms.last;
  let end: () => void = () => undefined;
  freedoms.last = new Promise<void>((resolve) => {
    end = resolve;
  });
  try {
    await waiting.aside(before);
    return await settle(refused);
  } catch (error) {
    if (error instanceof BudgetExhausted) return open(refused, `${error.message}, so no pair could show why`);
    throw error;
  } finally {
    end();
  }
}

async function settle(refused: Refused): Promise<Settled> {
  const { session, testCase, call, result, refusal } = refused;
  const all = differencesOf(testCase);
  const known = session.freedoms.causes.find((cause) => explains(cause, all, testCase, refusal));
  if (known !== undefined)
    return { kind: 'shown', violation: violationOfRefusal(refused, known.differences), result };
  const spared = takenAway(session, testCase, call.request);
  const free = all.filter(({ field }) => (field === null ? spared.length === 0 : !spared.includes(field)));
  const need = `the workflow itself may need what INTERACTLY_RUN_INPUT holds in ${spared.join(', ')}`;
  if (free.length === 0) return open(refused, need);
  if (session.freedoms.pairs >= PAIRS_MAX) return open(refused, `${PAIRS_MAX} causes were shown already`);
  session.freedoms.pairs += 1;
  if (free.length < all.length && (await tell(refused, free)).kind !== 'refused') return open(refused, need);
  const cause = await reduced(refused, free);
  if (typeof cause === 'string') return open(refused, cause);
  const again = await tell(refused, cause);
  if (again.kind !== 'refused') return open(refused, 'it was not refused so again when it was repeated');
  session.freedoms.causes.push({
    differences: cause,
    constraint: testCase.constraint,
    group: refusal.group,
  });
  return { kind: 'shown', violation: violationOfRefusal(refused, cause), result: again.result };
}

function open({ result }: Refused, why: string): Settled {
  return { kind: 'open', reason: `refused with ${result.response?.status ?? 'nothing'}; ${why}` };
}

/** The smallest part of the differences that is refused, each of which makes the difference; else why there is none. */
async function reduced(
  refused: Refused,
  from: readonly Difference[],
): Promise<readonly Difference[] | string> {
  let cause = from;
  for (const difference of from) {
    const without = cause.filter((one) => one !== difference);
    const { kind, result } = await tell(refused, without);
    if (kind === 'refused') cause = without;
    else if (kind === 'other')
      return `without it the call came to ${result.response?.status ?? 'no response'}, which shows nothing`;
  }
  return cause.length === 0 ? 'so was the same call without it' : cause;
}

/** Sends the base with some of the differences, and tells whether it is accepted, or refused in the same way. */
async function tell(
  refused: Refused,
  differences: readonly Difference[],
): Promise<{ readonly kind: 'accepted' | 'refused' | 'other'; readonly result: CallResult }> {
  const { session, recorder, testCase, call, live, refusal } = refused;
  if (!session.requests.hasSpare()) throw new BudgetExhausted('the budget of requests has no room');
  const canary = session.canary(testCase.id);
  const variant = withOnly(testCase, differences);
  const request = requestOf(session.operation, variant, session.subject(live?.runId ?? null), canary);
  const checked = await sendAndCheck(session, recorder, {
    ...call,
    request: request ?? call.request,
    canary,
  });
  refused.keep(checked);
  const { result } = checked;
  const { response } = result;
  if (response === null) return { kind: 'other', result };
  if (response.status >= 200 && response.status <= 299) return { kind: 'accepted', result };
  const again = readRefusal(session.operation, result.request.body, response);
  return { kind: again.judgesValue && isSaidLikewise(again, refusal) ? 'refused' : 'other', result };
}

function differencesOf({ mutation }: Case): readonly Difference[] {
  if (mutation.kind === 'omit') return [{ field: mutation.field, text: 'absent' }];
  if (mutation.kind === 'set' && mutation.path.length === 1)
    return [{ field: String(mutation.path[0]), text: JSON.stringify(mutation.value) }];
  if (mutation.kind !== 'compose') return [{ field: null, text: JSON.stringify(mutation) }];
  return [
    ...mutation.omit.map((field) => ({ field, text: 'absent' })),
    ...Object.entries(mutation.set).map(([field, value]) => ({ field, text: JSON.stringify(value) })),
  ];
}

/** The case with some of its differences alone; without any it is its base, sent in the ordinary way. */
function withOnly(testCase: Case, differences: readonly Difference[]): Case {
  if (differences.length === 0) {
    const { id, title, group, intent, rule, constraint, evidence, command, base } = testCase;
    return { ...ORDINARY, id, title, group, intent, rule, constraint, evidence, command, base };
  }
  if (testCase.mutation.kind !== 'compose') return testCase;
  const fields = differences.map(({ field }) => field);
  const set: Readonly<Record<string, JsonValue>> = Object.fromEntries(
    Object.entries(testCase.mutation.set).filter(([field]) => fields.includes(field)),
  );
  const omit = testCase.mutation.omit.filter((field) => fields.includes(field));
  return { ...testCase, mutation: { kind: 'compose', set, omit } };
}

/** True when a cause that was shown is among the differences of a case; where fields are not told apart, by what was said. */
function explains(
  cause: Cause,
  differences: readonly Difference[],
  testCase: Case,
  { group }: Refusal,
): boolean {
  return cause.differences.every((one) =>
    one.field === null
      ? cause.constraint === testCase.constraint && cause.group === group && differences[0]?.field === null
      : differences.some(({ field, text }) => field === one.field && text === one.text),
  );
}

function violationOfRefusal({ session, testCase, result }: Refused, cause: readonly Difference[]): Violation {
  const fields = cause.flatMap(({ field }) => (field === null ? [] : [field]));
  const what = cause.map(({ field, text }) => (field === null ? null : describe(field, text)));
  const which = what.every((one) => one !== null) && what.length > 0 ? ` for ${what.join(' with ')}` : '';
  const title = refusedTitle(
    testCase,
    result.response?.status ?? 0,
    `the page allows it, and the same call was accepted${which === '' ? ' without that' : ` without${which.slice(' for'.length)}`}`,
  );
  return refusedFreedom(session.operation, testCase, fields, title);
}

function describe(field: string, text: string): string {
  return `${field} ${text.length > 40 ? `${text.slice(0, 40)}…` : text}`;
}
