import { looksAt } from '../checks/response-fields.ts';
import { ACCEPTED_RESPONSE_CHECKS } from '../checks/accepted-response.ts';
import { runIdOf, runStatusOf, tokensOf } from '../../api/response.ts';
import { ANY_CALL, ANY_RESPONSE_CHECKS, checkAnyResponse } from '../checks/any-response.ts';
import { runChecks } from '../checks/check.ts';
import { RUN_CHECKS } from '../checks/run-checks.ts';
import { capitalized, subjectOf } from '../checks/happened.ts';
import { violationOf, type Violation } from '../checks/violation.ts';
import { checkIsolation, viewOf } from '../checks/run-history.ts';
import { checkEcho } from '../checks/input-echo.ts';
import type { ApiResponse, CallResult } from '../../api/exchange.ts';
import { jsonBody } from '../../api/request-body.ts';
import type { Command } from '../../openapi/registry.ts';
import { harmless, type Call, type CheckedResponse } from './call.ts';
import { BudgetExhausted, NO_REQUEST_LEFT, THROTTLED, THROTTLED_MAX } from './request-budget.ts';
import { placesOfRefusal, placesSeen, withoutSecrets } from './observed-shape.ts';
import { exemplify } from './exemplify.ts';
import type { Recorder } from './recorder.ts';
import { foreignCanaries, rememberCanary, type Session } from './session.ts';
import { sendUntilDecided, type Decided } from './until-decided.ts';
import { UNREAD } from './unread-starts.ts';

/**
 * Asks one call, see `askAdmitted`; one that may start a run waits until it is known that such runs can be stopped.
 * @throws BudgetExhausted before sending, when they can't.
 */
export async function sendAndCheck(
  session: Session,
  recorder: Recorder,
  call: Call,
): Promise<CheckedResponse> {
  if (!call.mayStart) return sendAdmitted(session, recorder, call);
  if (!(await session.waiting.aside(session.unreadStarts.admit()))) throw new BudgetExhausted(UNREAD);
  let response: ApiResponse | null = null;
  try {
    const checked = await sendAdmitted(session, recorder, call);
    response = checked.result.response;
    return checked;
  } finally {
    const isSuccess = response !== null && response.status >= 200 && response.status <= 299;
    const hasId = runIdOf(response) !== null;
    session.unreadStarts.settled(hasId ? 'an-id' : isSuccess ? 'success-without-id' : 'nothing');
  }
}

/**
 * Sends one call and puts its response through every check that needs no knowledge of the case. Every request of the
 * contract tests goes through here, set-up and read-back too.
 * @throws BudgetExhausted before sending, when no request is left, the call may start a run and none is left, or the
 * target throttles for good.
 */
async function sendAdmitted(session: Session, recorder: Recorder, call: Call): Promise<CheckedResponse> {
  if (!session.requests.hasAny) throw new BudgetExhausted(NO_REQUEST_LEFT);
  if (session.throttledInARow >= THROTTLED_MAX) throw new BudgetExhausted(THROTTLED);
  if (call.mayStart && !session.runs.reserve(1))
    throw new BudgetExhausted('the budget of workflow runs is used up');
  if (call.repeats !== 'start') rememberCanary(session, call.canary, call.runId); // it may show elsewhere before this call is answered
  const { result, violations: before } = await decided(session, recorder, call);
  settle(session, recorder, call, result);
  const { response } = result;
  if (response === null)
    return { result, violations: [...before, ...(await silenceOf(session, recorder, call, result))] };
  recorder.looked(call.command, ['answer-presence']);
  session.silence.responded(call.topic);
  const seen = { operation: session.operation, response };
  const looked = recorder.lookedBy(call.command);
  const general = [
    ...runChecks(ANY_RESPONSE_CHECKS, seen, looked).map((violation) => namedByCall(call, violation)),
    ...judgeIsolation(session, recorder, call, response),
  ];
  // The response model is promised of the operation's own method alone.
  const isPromised = call.request.method === session.operation.method;
  const accepted =
    isPromised && response.status >= 200 && response.status <= 299
      ? judgeAccepted(session, recorder, call, result)
      : [];
  if (isPromised) shapeRefusal(session, recorder, call, response);
  const rules = [
    ...Object.keys(ANY_RESPONSE_CHECKS),
    ...(isPromised && response.status === 200 ? Object.keys(ACCEPTED_RESPONSE_CHECKS) : []),
  ];
  exemplify(session, recorder, rules, result, [...general, ...accepted]);
  return { result, violations: [...before, ...general, ...accepted] };
}

/** What a server crashes on is the cause, not that it crashes: who accepts one known 500 accepts no other. */
function namedByCall({ about, command, isOrdinary }: Call, violation: Violation): Violation {
  if (violation.check !== 'server-error-absence') return violation;
  const edge = /^open-question\/edge\/(.+?)(?:-in-.*)?$/.exec(about.id)?.[1];
  const group = about.id.split('/')[0] ?? '';
  const what = edge !== undefined ? `edge/${edge}` : isOrdinary ? `ordinary/${command}` : group;
  const name = isOrdinary ? `An ordinary ${command}` : capitalized(subjectOf(about.title));
  return {
    ...violation,
    kind: `${violation.kind}/${what}`,
    title: violation.title.replace(ANY_CALL, () => name),
  };
}

/** While a call is under way, refusals of others to the same run say nothing of its state. */
async function decided(session: Session, recorder: Recorder, call: Call): Promise<Decided> {
  const state = session.states.of(call.runId ?? '');
  if (state !== null) state.inFlight += 1;
  try {
    return await sendUntilDecided(session, recorder, call);
  } catch (error) {
    if (call.mayStart) session.runs.release(1); // what was refused has started nothing
    throw error;
  } finally {
    if (state !== null) state.inFlight -= 1;
  }
}

/** Books what the call has started. A run that shows up although none was reserved is booked all the same. */
function settle(session: Session, recorder: Recorder, call: Call, result: CallResult): void {
  const id = runIdOf(result.response);
  const isNew = id !== null && id !== call.runId && !session.views.has(id);
  if (isNew) session.runs.started(id, call.about.id);
  else if (call.mayStart && startedNothing(result, id)) session.runs.release(1);
  const tokens = tokensOf(result.response);
  if (id !== null && tokens !== null) session.runs.tokens(id, tokens);
  // A canary that two runs hold by right tells nothing of either.
  if (id === null || call.repeats === 'start') session.canaries.delete(call.canary.value);
  else rememberCanary(session, call.canary, id);
  if (id !== null) noteState(session, recorder, call, result, id);
}

/** Notes what an accepted command has made of its run. */
function noteState(session: Session, recorder: Recorder, call: Call, result: CallResult, id: string): void {
  const command = session.operation.commands.find((one) => one === call.command);
  const status = runStatusOf(result.response);
  if (command === undefined) return;
  recorder.accepted(command);
  session.states.accepted(id, command as Command, status);
  if (call.runId === null) session.held.add(id);
  if (command === 'stop' && id === call.runId) session.runs.ended(id, 'stopped');
  else if (session.states.classOf(id) === 'terminal') session.runs.ended(id, 'completed');
}

/** A refusal starts nothing, a known run in the response no other; silence on a connection, a 5xx or a 2xx without an id may have. */
function startedNothing({ response, evidence }: CallResult, id: string | null): boolean {
  if (response === null) return ['refused', 'dns', 'proxy'].includes(evidence.failure?.kind ?? '');
  return id !== null || (response.status >= 300 && response.status <= 499);
}

const ENVIRONMENT_KINDS = ['refused', 'dns', 'tls', 'network', 'proxy'];

async function silenceOf(
  session: Session,
  recorder: Recorder,
  call: Call,
  result: CallResult,
): Promise<readonly Violation[]> {
  const kind = result.evidence.failure?.kind ?? 'network';
  if (ENVIRONMENT_KINDS.includes(kind)) return []; // nothing was reached that could have answered
  recorder.looked(call.command, ['answer-presence']);
  session.silence.silent(call.topic);
  const leaked = await probe(session, recorder);
  if (!session.silence.isProven(call.topic)) return leaked;
  const title = `Calls of the kind "${call.topic}" were not answered three times (${kind}) while others were.`;
  return [
    ...leaked,
    violationOf(session.operation.rule('answer-presence'), title, { kind: `silent/${call.topic}` }),
  ];
}

/** A call without a key: it starts nothing, any living API answers it, and so it tells a dead API from a dead command. */
async function probe(session: Session, recorder: Recorder): Promise<readonly Violation[]> {
  if (!session.requests.take()) return [];
  const { method, path } = session.operation;
  const headers = [['content-type', 'application/json']] as const;
  const request = { method, path, credential: { kind: 'none' }, headers, body: '{}' } as const;
  const { response, evidence } = await session.client.send(request, harmless(session, recorder));
  recorder.request(response?.status ?? null, evidence.response?.headers);
  if (response === null) return [];
  session.silence.responded('probe');
  return checkAnyResponse(session.operation, response);
}

function judgeAccepted(
  session: Session,
  recorder: Recorder,
  call: Call,
  result: CallResult,
): readonly Violation[] {
  const { operation } = session;
  const { response } = result;
  if (response === null) return [];
  const looked = recorder.lookedBy(call.command);
  const violations = runChecks(ACCEPTED_RESPONSE_CHECKS, { operation, response }, looked);
  recorder.lookedAt(call.command, looksAt(operation, response, violations, session.plan.strict));
  if (response.body.kind !== 'json') return violations;
  const fields = new Map(operation.responseFields.map((field) => [field.pattern, field]));
  const places = placesSeen(response.body.value, fields);
  recorder.fields(places.map(({ place }) => place).filter((place) => fields.has(place)));
  recorder.shaped(call.command, places.map(withoutSecrets(session.target.redactQuote)));
  return [...violations, ...judgeRun(session, recorder, call, result)];
}

/** Statuses by which whatever stands before an API refuses too. */
const OF_ANY_LAYER: readonly number[] = [408, 429];

/** Statuses that nothing but the API itself gives: a refusal without JSON is one of it too. */
const OF_THE_API: readonly number[] = [400, 409, 422];

/** Books what a refusal has, which clients read as they read what is accepted. */
function shapeRefusal(session: Session, recorder: Recorder, call: Call, response: ApiResponse): void {
  const { status, body } = response;
  if (status < 400 || status > 499 || OF_ANY_LAYER.includes(status)) return;
  if (body.kind !== 'json' && !OF_THE_API.includes(status)) return;
  const fields = session.operation.requestFields.map(({ name }) => name);
  const places = body.kind === 'json' ? placesOfRefusal(body.value, fields) : [];
  recorder.shaped(call.command, places.map(withoutSecrets(session.target.redactQuote)), status);
}

/** A list of runs, which GET on the path may give, shows many of them by right. */
function judgeIsolation(
  session: Session,
  recorder: Recorder,
  call: Call,
  response: ApiResponse,
): readonly Violation[] {
  if (call.request.method !== session.operation.method) return [];
  recorder.looked(call.command, ['run-isolation']);
  return checkIsolation(
    session.operation,
    response,
    foreignCanaries(session, runIdOf(response) ?? call.runId, call.canary),
  );
}

/** Compares the run in the response with what was known of it. */
function judgeRun(
  session: Session,
  recorder: Recorder,
  call: Call,
  result: CallResult,
): readonly Violation[] {
  const { operation } = session;
  const { response } = result;
  if (response?.body.kind !== 'json') return [];
  const view = viewOf(response.body.value, response.text);
  if (view.id === null) return [];
  const before = session.views.get(view.id);
  const seen = {
    operation,
    response,
    view,
    before,
    named: call.runId,
    workflow: workflowNamed(session, call),
    isFreshStart: call.command === 'start' && call.runId === null,
    isAlone: call.isAlone,
    knowsOtherRuns: session.views.size > 0,
    nowMs: Date.now(),
  };
  const found = [...runChecks(RUN_CHECKS, seen, recorder.lookedBy(call.command))];
  const isOlder =
    !call.isAlone && before?.inputs !== null && (before?.inputs.length ?? 0) > (view.inputs?.length ?? 0);
  if (!isOlder) session.views.set(view.id, view);
  if (call.expectsEcho && view.inputs !== null) found.push(...judgeEcho(session, recorder, call, view));
  return found;
}

/** The workflow that a start of a new run names, where it is ours: what became of another is for other rules to say. */
function workflowNamed({ target }: Session, call: Call): string | null {
  if (call.command !== 'start' || call.runId !== null) return null;
  const workflow = jsonBody(call.request)?.['workflow_id'];
  return workflow === target.workflowId ? target.workflowId : null;
}

function judgeEcho(
  session: Session,
  recorder: Recorder,
  call: Call,
  view: ReturnType<typeof viewOf>,
): readonly Violation[] {
  const body = jsonBody(call.request);
  if (body === null) return [];
  const echo = checkEcho(
    session.operation,
    view,
    [{ command: call.command, body, canary: call.canary, copies: Number(call.repeats ?? 1) || 1 }],
    'as-sent',
  );
  if (echo.missing.length === 0) recorder.looked(call.command, ['input-echo']);
  return echo.violations;
}
