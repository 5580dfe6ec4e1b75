import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { replaceFile } from '../../result/replace-file.ts';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runIdOf, runStatusOf } from '../../api/response.ts';
import { judgeControl, type ControlJudgement } from '../checks/control.ts';
import type { ApiResponse, CallResult } from '../../api/exchange.ts';
import { redactStrings } from '../../target/redaction.ts';
import { toFinding } from '../checks/finding.ts';
import { viewOf } from '../checks/run-history.ts';
import { flowOf } from '../budget/flows.ts';
import { post, startBody, type Canary } from '../../api/request.ts';
import { jsonBody } from '../../api/request-body.ts';
import { sendAndCheck } from './send-and-check.ts';
import type { CheckedResponse } from './call.ts';
import { Recorder } from './recorder.ts';
import { rememberCanary, type Control, type Session, type SpareRun } from './session.ts';

const TRIES = 3;
const WAIT_LIMIT_MS = 240_000;
const CONTROL = flowOf('control/start');

/**
 * The control of this run: made by the first process that needs it, read by the others. The run that it started goes to
 * the first session that reads it, as if that had started it.
 */
export function controlOf(session: Session): Promise<Control> {
  session.control ??= controlFor(session);
  return session.control;
}

async function controlFor(session: Session): Promise<Control> {
  const path = pathIn(session.plan.stateDir);
  const known = readControl(session.plan.stateDir);
  if (known !== null) return adopt(session, known);
  if (!claim(`${path}.claim`)) return adopt(session, await waitFor(session.plan.stateDir));
  const control = await makeControl(session);
  session.needsThread = control.needsThread;
  if (control.startAccepted) session.accepted.add('start');
  const [spare] = session.spareRuns;
  const safe = spare === undefined ? null : withoutSecrets(session, spare);
  const handedOver: Written = {
    ...control,
    spare: safe,
    isComparable: JSON.stringify(safe?.result.response) === JSON.stringify(spare?.result.response),
  };
  replaceFile(path, JSON.stringify(handedOver), 0o600);
  return control;
}

/** The control as its file has it. */
type Written = Control & {
  readonly spare: SpareRun | null;
  /** False where a secret was taken out of the response, so that later ones can't be held against it. */
  readonly isComparable: boolean;
};

/** A response may rightly hold what is secret, such as our team's id; nothing that is written may. */
function withoutSecrets({ target }: Session, spare: SpareRun): SpareRun {
  const written = JSON.stringify(spare.result.response);
  const response = JSON.parse(redactStrings(written, target.redact)) as ApiResponse | null;
  return { ...spare, result: { ...spare.result, response } };
}

/** Takes over what the session that made the control has learned and spent. */
async function adopt(session: Session, { spare, isComparable, ...control }: Written): Promise<Control> {
  session.needsThread = control.needsThread;
  for (let i = 0; i < control.record.requests; i += 1) session.requests.take();
  if (!control.startAccepted) return control;
  session.accepted.add('start');
  if (spare === null) {
    await session.unreadStarts.admit();
    session.unreadStarts.settled('success-without-id');
  } else if (claim(`${pathIn(session.plan.stateDir)}.spare`)) takeOver(session, spare, isComparable);
  return control;
}

function takeOver(session: Session, spare: SpareRun, isComparable: boolean): void {
  const { runId, result, sent } = spare;
  const { response } = result;
  session.spareRuns.push(spare);
  session.held.add(runId);
  session.states.accepted(runId, 'start', runStatusOf(response));
  if (isComparable && response?.body.kind === 'json')
    session.views.set(runId, viewOf(response.body.value, response.text));
  for (const { canary } of sent) rememberCanary(session, canary, runId);
}

/** The control that a run has left in its state directory, or null when none was made. */
export function readControl(stateDir: string): Written | null {
  const path = pathIn(stateDir);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Written) : null;
}

function pathIn(stateDir: string): string {
  return join(stateDir, 'control.json');
}

function claim(path: string): boolean {
  try {
    writeFileSync(path, '', { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

async function waitFor(stateDir: string): Promise<Written> {
  const until = Date.now() + WAIT_LIMIT_MS;
  while (Date.now() < until) {
    const known = readControl(stateDir);
    if (known !== null) return known;
    await sleep(50);
  }
  throw new Error('the process that makes the positive control did not finish');
}

/** Up to three ordinary starts; a refusal for a reason of the workflow's own is followed by one with a thread. */
async function makeControl(session: Session): Promise<Control> {
  const recorder = new Recorder();
  let last: ControlJudgement = { kind: 'failed', violations: [] };
  let refusedInput: ControlJudgement | null = null;
  for (let attempt = 0; attempt < TRIES && last.kind !== 'accepted'; attempt += 1) {
    const canary = session.canary(CONTROL.id);
    const checked = await start(session, recorder, canary);
    last = judgeControl(session.operation, checked.result);
    keep(session, recorder, checked, last);
    if (last.kind === 'accepted') leave(session, checked.result, canary);
    if (refusedInput === null && wantsInput(last)) {
      refusedInput = last;
      session.needsThread = true;
    } else if (refusedInput !== null && last.kind !== 'accepted') {
      last = refusedInput; // the thread did not help: what the plain start was told is the better advice
      break;
    } else if (last.kind === 'inconclusive' && checked.result.response !== null) break;
    if (checked.result.evidence.failure?.kind === 'tls') break;
  }
  const failed = recorder.findings.some((finding) => finding.severity === 'failure');
  const inconclusive = last.kind === 'inconclusive' && !failed ? last.inconclusive : null;
  return {
    inconclusive,
    startAccepted: last.kind === 'accepted',
    needsThread: last.kind === 'accepted' && session.needsThread,
    record: recorder.finish(
      {
        id: CONTROL.id,
        title: CONTROL.title,
        group: CONTROL.group,
        command: CONTROL.command,
        reason: inconclusive?.sentence ?? null,
        duration_ms: 0,
      },
      null,
      inconclusive === null ? null : 'inconclusive',
    ),
  };
}

/** The run of an accepted control lives on in a flow. */
function leave(session: Session, result: CallResult, canary: Canary): void {
  const runId = runIdOf(result.response);
  const body = jsonBody(result.request);
  if (runId === null || body === null) return;
  session.spareRuns.push({ runId, from: CONTROL.id, result, sent: [{ command: 'start', body, canary }] });
}

function wantsInput(judged: ControlJudgement): boolean {
  return judged.kind === 'inconclusive' && judged.inconclusive.cause === 'run-input-refused';
}

function start(session: Session, recorder: Recorder, canary: Canary): Promise<CheckedResponse> {
  const request = post(session.operation, startBody(session.subject(null), canary));
  return sendAndCheck(session, recorder, {
    command: 'start',
    request,
    canary,
    runId: null,
    mayStart: true,
    expectsEcho: true,
    about: CONTROL,
    isOrdinary: true,
    topic: 'start',
    isAlone: true,
  });
}

function keep(
  session: Session,
  recorder: Recorder,
  checked: CheckedResponse,
  judged: ControlJudgement,
): void {
  const own = judged.kind === 'failed' ? judged.violations : [];
  const general =
    judged.kind === 'inconclusive' && checked.result.response !== null ? [] : checked.violations;
  const context = {
    caseId: CONTROL.id,
    caseTitle: CONTROL.title,
    command: 'start',
    result: checked.result,
    reproduced: 'not-retried',
    strict: session.plan.strict,
    redactQuote: session.target.redactQuote,
  } as const;
  recorder.objected('start', [...general, ...own], session.plan.strict);
  recorder.found([...general, ...own].map((violation) => toFinding(violation, context)));
}
