import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { runIdOf } from '../../api/response.ts';
import { judgeControl, type ControlJudgement } from '../checks/control.ts';
import type { CallResult } from '../../api/exchange.ts';
import { toFinding } from '../checks/finding.ts';
import { flowOf } from '../budget/flows.ts';
import { post, startBody, type Canary } from '../../api/request.ts';
import { jsonBody } from '../../api/request-body.ts';
import type { Inconclusive } from '../../result/exchange.ts';
import { ask } from './send-and-check.ts';
import type { CheckedResponse } from './call.ts';
import { Recorder, type TestRecord } from './recorder.ts';
import type { Session } from './session.ts';

/** What the positive control has shown; every worker of a run shares one. */
export interface Control {
  /** Null when the API may be judged. */
  readonly inconclusive: Inconclusive | null;
  /** True when an ordinary start was accepted, so that refusals mean something. */
  readonly startAccepted: boolean;
  /** True when the workflow wants a thread in its input, and the configured input has none. */
  readonly needsThread: boolean;
  readonly record: TestRecord;
}

const TRIES = 3;
const WAIT_LIMIT_MS = 240_000;
const CONTROL = flowOf('control/start');

/** The control of this run: made by the first worker that needs it, read by the others. */
export async function controlOf(session: Session): Promise<Control> {
  const path = join(session.plan.stateDir, 'control.json');
  const known = readControl(session.plan.stateDir);
  if (known !== null) return adopt(session, known);
  if (!claim(`${path}.claim`)) return adopt(session, await waitFor(session.plan.stateDir));
  const control = adopt(session, await makeControl(session));
  writeFileSync(`${path}.part`, JSON.stringify(control), { mode: 0o600 });
  renameSync(`${path}.part`, path);
  return control;
}

function adopt(session: Session, control: Control): Control {
  session.needsThread = control.needsThread;
  if (control.startAccepted) session.accepted.add('start');
  return control;
}

/** The control that a run has left in its state directory, or null when none was made. */
export function readControl(stateDir: string): Control | null {
  const path = join(stateDir, 'control.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Control) : null;
}

function claim(path: string): boolean {
  try {
    writeFileSync(path, '', { flag: 'wx' });
    return true;
  } catch {
    return false;
  }
}

async function waitFor(stateDir: string): Promise<Control> {
  const until = Date.now() + WAIT_LIMIT_MS;
  while (Date.now() < until) {
    const known = readControl(stateDir);
    if (known !== null) return known;
    await sleep(50);
  }
  throw new Error('the worker that makes the positive control did not finish');
}

/** Up to three ordinary starts; a refusal for a reason of the workflow's own is followed by one with a thread. */
async function makeControl(session: Session): Promise<Control> {
  const recorder = new Recorder();
  let last: ControlJudgement = { kind: 'failed', violations: [] };
  let refusedInput: ControlJudgement | null = null;
  for (let attempt = 0; attempt < TRIES && last.kind !== 'accepted'; attempt += 1) {
    const canary = session.canary(CONTROL.id);
    const checked = await start(session, recorder, canary);
    last = judgeControl(session.operation, checked.asked);
    keep(session, recorder, checked, last);
    if (last.kind === 'accepted') leave(session, checked.asked, canary);
    if (refusedInput === null && wantsInput(last)) {
      refusedInput = last;
      session.needsThread = true;
    } else if (refusedInput !== null && last.kind !== 'accepted') {
      last = refusedInput; // the thread did not help: what the plain start was told is the better advice
      break;
    } else if (last.kind === 'inconclusive' && checked.asked.response !== null) break;
    if (checked.asked.evidence.failure?.kind === 'tls') break;
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

/** The run of an accepted control lives on in a walk. */
function leave(session: Session, asked: CallResult, canary: Canary): void {
  const runId = runIdOf(asked.response);
  const body = jsonBody(asked.request);
  if (runId === null || body === null) return;
  session.spareRuns.push({ runId, from: CONTROL.id, asked, sent: [{ command: 'start', body, canary }] });
}

function wantsInput(judged: ControlJudgement): boolean {
  return judged.kind === 'inconclusive' && judged.inconclusive.cause === 'run-input-refused';
}

function start(session: Session, recorder: Recorder, canary: Canary): Promise<CheckedResponse> {
  const request = post(session.operation, startBody(session.subject(null), canary));
  return ask(session, recorder, {
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
  const general = judged.kind === 'inconclusive' && checked.asked.response !== null ? [] : checked.violations;
  const context = {
    caseId: CONTROL.id,
    caseTitle: CONTROL.title,
    command: 'start',
    asked: checked.asked,
    reproduced: 'not-retried',
    strict: session.plan.strict,
    redactQuote: session.target.redactQuote,
  } as const;
  recorder.objected('start', [...general, ...own], session.plan.strict);
  recorder.found([...general, ...own].map((violation) => toFinding(violation, context)));
}
