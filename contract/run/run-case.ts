import { severityOf } from '../checks/violation.ts';
import { judgeIntent } from '../checks/expectation.ts';
import { runIdOf } from '../../api/response.ts';
import { checkEcho } from '../checks/input-echo.ts';
import { viewOf } from '../checks/run-history.ts';
import type { Case } from '../cases/case.ts';
import { fingerprintOf, toFinding } from '../checks/finding.ts';
import { constraintsOf } from '../budget/coverage.ts';
import { leastRequest, requestOf } from '../cases/case-request.ts';
import { jsonBody } from '../../api/request-body.ts';
import type { CallResult } from '../../api/exchange.ts';
import type { Finding } from '../../result/contract-result.ts';
import { isSameAsValid } from '../../target/credential.ts';
import { sendAndCheck } from './send-and-check.ts';
import type { Call, CheckedResponse } from './call.ts';
import { isAboutForm, judgeForm } from './request-format.ts';
import type { Undecided } from './test-item.ts';
import { withLiveRun } from './flows/live-runs.ts';
import { settleByPair, takenAway, type Refused } from './minimal-pair.ts';
import type { Recorder } from './recorder.ts';
import type { LiveRun, Session } from './session.ts';
import { newRunFlow, step } from './flows/run-flow.ts';

/** Asks one derived case and records what its response shows; null when it was judged. */
export async function runCase(
  session: Session,
  recorder: Recorder,
  testCase: Case,
): Promise<Undecided | null> {
  if (testCase.base !== 'address') return sendCase(session, recorder, testCase, null);
  const { undecided, hasEnded } = await withLiveRun(session, async (live) => {
    const send = (): Promise<Undecided | null> => sendCase(session, recorder, testCase, live);
    const undecided = await inItsState(session, recorder, testCase, live, send);
    const isTerminal = session.states.classOf(live.runId ?? '') === 'terminal';
    return { undecided, hasEnded: isTerminal || !live.takesData };
  });
  const canStart = testCase.group === 'protocol' && testCase.intent === 'keep';
  return undecided !== null && hasEnded && canStart
    ? sendCase(session, recorder, onStart(testCase), null)
    : undecided;
}

/** How a call is carried shows on a start as well, where a workflow ends before it takes data. */
function onStart(testCase: Case): Case {
  return { ...testCase, base: 'start', command: 'start', spend: 'starts' };
}

/** Brings the live run into the state that the case wants, where it takes the way there, and back. */
async function inItsState(
  session: Session,
  recorder: Recorder,
  testCase: Case,
  live: LiveRun,
  send: () => Promise<Undecided | null>,
): Promise<Undecided | null> {
  if (testCase.state === undefined || live.runId === null || !live.takesData) return send();
  const flow = { ...newRunFlow({ id: testCase.id, title: testCase.title }), runId: live.runId };
  const paused = await step(session, recorder, flow, 'pause');
  const undecided = await send();
  if (paused.accepted) await step(session, recorder, flow, 'resume');
  return undecided;
}

async function sendCase(
  session: Session,
  recorder: Recorder,
  testCase: Case,
  live: LiveRun | null,
): Promise<Undecided | null> {
  const call = callOf(session, live, testCase);
  if ('reason' in call) return call;
  const checked = await sendAndCheck(session, recorder, call);
  if (checked.result.response === null) {
    record(session, recorder, testCase, checked, 'not-retried');
    return {
      outcome: 'inconclusive',
      reason: `no response: ${checked.result.evidence.failure?.message ?? 'unknown'}`,
    };
  }
  awaitInput(session, testCase, call, checked.result);
  const judged = isAboutForm(testCase)
    ? await judgeForm(session, recorder, testCase, call, checked.result.response)
    : judge(session, testCase, checked);
  if (judged.refusal !== null && canFail(session, testCase))
    return settleRefused(
      { session, recorder, testCase, call, live, result: checked.result, refusal: judged.refusal },
      checked,
    );
  if (testCase.intent !== 'characterise' && (judged.inconclusive === null || !canFail(session, testCase)))
    judgedBy(session, recorder, testCase);
  if (judged.observation !== null)
    recorder.observed({ ...judged.observation, exchange: checked.result.evidence });
  const all: CheckedResponse = {
    result: checked.result,
    violations: [...checked.violations, ...judged.violations],
  };
  const { result, mark } = await retried(session, recorder, testCase, call, all);
  record(session, recorder, testCase, { ...all, result }, mark);
  const unread = unreadable(checked.result);
  if (unread !== null && all.violations.length === 0) return { outcome: 'inconclusive', reason: unread };
  return judged.inconclusive === null ? null : { outcome: 'inconclusive', reason: judged.inconclusive };
}

/** A minimal pair decides where the refusal itself does not say which value it judges. */
async function settleRefused(
  refused: Omit<Refused, 'keep'>,
  checked: CheckedResponse,
): Promise<Undecided | null> {
  const { session, recorder, testCase } = refused;
  const keep = (other: CheckedResponse): void => {
    record(session, recorder, testCase, other, 'not-retried');
  };
  keep(checked);
  const settled = await settleByPair({ ...refused, keep });
  if (settled.kind === 'open' && takenAway(session, testCase, checked.result.request).length > 0)
    recorder.excused(constraintsOf(session.operation, testCase));
  if (settled.kind === 'open')
    return { outcome: 'inconclusive', reason: session.target.redactQuote(settled.reason) };
  judgedBy(session, recorder, testCase);
  const { result, violation } = settled;
  record(session, recorder, testCase, { result, violations: [violation] }, 'reproduced');
  return null;
}

/** A response that could have broken the case's rule was checked against it. */
function judgedBy({ operation }: Session, recorder: Recorder, testCase: Case): void {
  recorder.lookedForCase(testCase.command, testCase.rule);
  recorder.judged(constraintsOf(operation, testCase));
}

/** Why an accepted call can't be judged by a body that nobody here can read, or null. */
function unreadable({ response }: CallResult): string | null {
  if (response?.body.kind !== 'unreadable' || response.status < 200 || response.status > 299) return null;
  return `the response is in the coding ${response.body.coding}, which was not asked for and can't be read here`;
}

/** A check that can only warn leaves no verdict open when its response was another's, such as a gateway's. */
function canFail(session: Session, { evidence }: Case): boolean {
  return session.plan.strict || severityOf(evidence) === 'failure';
}

/** An accepted input that its response does not show is looked for later. */
function awaitInput(session: Session, testCase: Case, call: Call, { response }: CallResult): void {
  const runId = runIdOf(response);
  const body = call.expectsEcho ? jsonBody(call.request) : null;
  if (runId === null || response?.body.kind !== 'json' || body === null) return;
  const input = { command: call.command, body, canary: call.canary };
  const view = viewOf(response.body.value, response.text);
  if (checkEcho(session.operation, view, [input], 'any').missing.length > 0)
    session.pendingInputs.push({ runId, acceptedMs: performance.now(), testCase, input });
}

function judge(session: Session, testCase: Case, checked: CheckedResponse): ReturnType<typeof judgeIntent> {
  const { response } = checked.result;
  if (response === null) return { violations: [], inconclusive: null, observation: null, refusal: null };
  const { request } = checked.result;
  return judgeIntent(
    session.operation,
    testCase,
    request.body,
    response,
    takenAway(session, testCase, request),
  );
}

function callOf(session: Session, live: LiveRun | null, testCase: Case): Call | Undecided {
  const skip = (reason: string): Undecided => ({ outcome: 'skipped', reason });
  if (session.silence.isProven(topicOf(testCase)))
    return skip(`calls of the kind "${topicOf(testCase)}" stay unanswered`);
  if (isSameAsValid(testCase.credential, session.target.key))
    return skip('the key has no letters, so this form of it is the key itself');
  const canary = session.canary(testCase.id);
  const request = requestOf(session.operation, testCase, session.subject(live?.runId ?? null), canary);
  if (request === null) return skip('there is no live run to address');
  if (live !== null && !live.takesData && testCase.group !== 'open-question')
    return skip('no data was accepted by a live run, so this response would tell nothing');
  const namesLiveRun = testCase.base === 'address' && testCase.field !== 'workflow_run_id';
  return {
    command: testCase.command,
    request,
    canary,
    runId: namesLiveRun ? (live?.runId ?? null) : null,
    // Nobody knows what a parser that takes what is not JSON makes of it: it may be a start.
    mayStart: (testCase.base === 'start' && testCase.spend !== 'free') || jsonBody(request) === null,
    expectsEcho: testCase.intent === 'keep',
    about: testCase,
    isOrdinary: testCase.intent === 'keep',
    topic: topicOf(testCase),
    isAlone: true,
    isRefused: testCase.intent === 'break' && testCase.base === 'address',
  };
}

/** A server may be silent to one way of being wrong and answer all else. */
function topicOf(testCase: Case): string {
  switch (testCase.group) {
    case 'positive':
    case 'open-question':
      return testCase.command;
    case 'value':
      return `${testCase.command} with hard values`; // a filter or a crash may be met by some value alone
    case 'negative':
    case 'body':
    case 'authentication':
    case 'protocol':
      return testCase.group;
  }
}

/** How often a finding came back, and the smallest exchange that shows it. */
interface Shown {
  readonly result: CallResult;
  readonly mark: Finding['reproduced'];
}

/**
 * Asks again once, where that starts no run, to tell what happens always from what happened once: with the least body
 * that could show it, and as it was, when that does not.
 */
async function retried(
  session: Session,
  recorder: Recorder,
  testCase: Case,
  call: Call,
  first: CheckedResponse,
): Promise<Shown> {
  const { result } = first;
  const isOnce = testCase.spend === 'starts' || isAboutForm(testCase) || runIdOf(result.response) !== null;
  if (first.violations.length === 0 || isOnce) return { result, mark: 'not-retried' };
  const wanted = first.violations.map(fingerprintOf);
  const isCapped = session.plan.budgetRequests !== null;
  if (isCapped && wanted.every((fingerprint) => session.confirmed.has(fingerprint)))
    return { result, mark: 'not-retried' };
  for (const fingerprint of wanted) session.confirmed.add(fingerprint);
  const least = leastRequest(session.operation, testCase, call.request);
  for (const request of least === null ? [call.request] : [least, call.request]) {
    if (!session.requests.hasSpare()) return { result, mark: 'not-retried' };
    const second = await sendAndCheck(session, recorder, { ...call, request });
    recorder.objected(call.command, second.violations, session.plan.strict);
    const again = [...second.violations, ...judge(session, testCase, second).violations].map(fingerprintOf);
    if (wanted.every((fingerprint) => again.includes(fingerprint)))
      return { result: second.result, mark: 'reproduced' };
  }
  return { result, mark: 'flaky' };
}

function record(
  session: Session,
  recorder: Recorder,
  testCase: Case,
  checked: CheckedResponse,
  reproduced: Finding['reproduced'],
): void {
  const context = {
    caseId: testCase.id,
    caseTitle: testCase.title,
    command: testCase.command,
    result: checked.result,
    reproduced,
    strict: session.plan.strict,
    redactQuote: session.target.redactQuote,
  };
  recorder.objected(testCase.command, checked.violations, session.plan.strict);
  recorder.found(checked.violations.map((violation) => toFinding(violation, context)));
}
