import type { CallResult } from '../api/exchange.ts';
import { readRefusal } from '../contract/refusal/refusal.ts';
import { failed, passed, unseen, type CheckRow, type Facts, type Outcome } from './check.ts';
import { targetOf, type DoctorContext } from './context.ts';
import { numbered } from './leftovers.ts';
import { exchangeToOwner } from './owner.ts';
import { factsOf, retryAdvice } from './path-checks.ts';
import type { Trial, TrialCall } from './trial.ts';

const NEEDS = ['settings', 'base-url', 'name', 'tcp', 'tls', 'path', 'key', 'headers'];

/** The paid question, and those that its run answers. */
export const TRIAL_CHECKS: readonly CheckRow<DoctorContext>[] = [
  { id: 'run', title: 'One run', needs: NEEDS, cost: 'paid', check: checkRun },
  { id: 'workflow', title: 'Workflow suits', needs: [...NEEDS, 'run'], cost: 'after', check: checkWorkflow },
  { id: 'nightly', title: 'Nightly', needs: [...NEEDS, 'run'], cost: 'after', check: checkNightly },
];

async function checkRun(context: DoctorContext): Promise<Outcome> {
  const trial = await context.tryRun();
  context.memory.trial = trial;
  const facts = trialFacts(trial);
  if (trial.runId === null) return notStarted(context, trial, facts);
  const { stop } = trial;
  if (trial.ended === 'left') {
    const status = stop?.result.response?.status;
    return failed(
      `the run ${trial.runId} was started and not stopped (stop: ${status ?? stop?.result.evidence.failure?.message ?? 'not sent'})`,
      'Stop it: npm run sweep -- --yes',
      facts,
    );
  }
  const times = [
    `start ${timeText(trial.start)}`,
    trial.read === null ? '' : `GET ${timeText(trial.read)}`,
    stop === null ? '' : `stop ${timeText(stop)}`,
    trial.readAfter === null ? '' : `GET ${timeText(trial.readAfter)}`,
  ].filter((text) => text !== '');
  const tokens = trial.tokens === null ? 'tokens not reported' : `${trial.tokens} tokens`;
  const end = trial.ended === 'stopped' ? 'stopped' : 'had ended before its stop';
  return passed(`1 started, ${end}: ${times.join(', ')}; ${tokens}`, facts);
}

function timeText({ result, tookMs }: TrialCall): string {
  const status = result.response?.status;
  const isFine = status !== undefined && status >= 200 && status <= 299;
  return `${tookMs.toFixed(0)} ms${isFine ? '' : ` (${status ?? 'no response'})`}`;
}

function trialFacts({ start, read, stop, readAfter, ended, status, tokens, runId }: Trial): Facts {
  const tookMs = (call: TrialCall | null): number | null => call?.tookMs ?? null;
  return {
    ...factsOf(start.result),
    workflow_run_id: runId,
    run_status: status,
    ended,
    tokens,
    start_ms: tookMs(start),
    get_ms: tookMs(read),
    stop_ms: tookMs(stop),
    get_after_ms: tookMs(readAfter),
  };
}

const THREAD = '{"thread_to_node_inputs":{"0":{"node_run_inputs":[]}}}';

/** Why no run came about: the workflow, its input, or what is not the API's doing. */
function notStarted(context: DoctorContext, { start, judged, unknownStarts }: Trial, facts: Facts): Outcome {
  const { result } = start;
  const status = result.response?.status ?? 0;
  const said = saidText(result);
  const isLost = unknownStarts > 0 ? '; it may have started a run that no response tells of' : '';
  const owner = (message: string): string => exchangeToOwner(message, result, new Date(context.nowMs()));
  if (result.response === null) {
    const why = result.evidence.failure?.message ?? 'no response';
    return failed(
      `no response to a start (${why})${isLost}`,
      owner(`a start gets no response (${why})`),
      facts,
    );
  }
  if (status === 429) return failed(`a start is throttled: 429${said}`, retryAdvice(result), facts);
  if (isUnknownWorkflow(context, result, said))
    return failed(
      `the workflow is not known, or not this key's: ${status}${said}`,
      'Set INTERACTLY_WORKFLOW_ID to the id of a workflow of this team and environment.',
      facts,
    );
  if (judged.kind === 'inconclusive' && judged.inconclusive.cause === 'run-input-refused')
    return inputRefused(context, result, said, facts);
  if (judged.kind === 'accepted')
    return failed(
      `a start is accepted with ${status}, but the response has no run id of 24 characters${isLost}`,
      owner(`a start responds with ${status} and without workflow_run._id`),
      facts,
    );
  return failed(
    `a start is refused with ${status}${said}`,
    owner(`an ordinary start is refused with ${status}${said}`),
    facts,
  );
}

/** The operation is deployed and the key taken, so what is not found or not allowed is the workflow. */
function isUnknownWorkflow({ operation }: DoctorContext, result: CallResult, said: string): boolean {
  const { response } = result;
  if (response === null) return false;
  if ([401, 403, 404].includes(response.status)) return true;
  const isNamed =
    /\bworkflow\b.{0,60}\b(not found|not exist|unknown|no such)|(unknown|no such) workflow\b/i.test(said);
  const refusal = readRefusal(operation, result.request.body, response);
  return refusal.judgesValue && (refusal.field === 'workflow_id' || (refusal.field === null && isNamed));
}

function inputRefused({ operation }: DoctorContext, result: CallResult, said: string, facts: Facts): Outcome {
  const status = result.response?.status ?? 0;
  const what = `the workflow does not take the base run input: ${status}${said}`;
  if (/thread/i.test(said))
    return failed(
      what,
      `Write ${THREAD} to run-input.json and set INTERACTLY_RUN_INPUT=run-input.json.`,
      facts,
    );
  const refusal =
    result.response === null ? null : readRefusal(operation, result.request.body, result.response);
  const place = [refusal?.field ?? 'dynamic_variables', ...(refusal?.inside ?? [])].join('.');
  return failed(
    what,
    `Put what the workflow needs (${place}) into a JSON file and name it in INTERACTLY_RUN_INPUT.`,
    { ...facts, place },
  );
}

/** What the target said, redacted, on one line and short. */
function saidText({ evidence }: CallResult): string {
  const text = (evidence.response?.body ?? '').replace(/\s+/g, ' ').trim();
  return text === '' ? '' : ` (${text.length > 160 ? `${text.slice(0, 160)}…` : text})`;
}

const AT_REST_COMMANDS = 'data, resume and pause';

function checkWorkflow(context: DoctorContext): Outcome {
  const { trial } = context.memory;
  if (trial === null) return unseen('no run was started');
  const { status, statusClass, settledMs, start, read, stop } = trial;
  const { patienceMs } = targetOf(context);
  const longestMs = Math.max(...[start, read, stop].map((one) => one?.tookMs ?? 0));
  const atATime = runsAtATime(context);
  const facts: Facts = {
    run_status: status,
    settled_ms: settledMs,
    longest_ms: longestMs,
    runs_at_a_time_seen: atATime.seen,
    runs_at_a_time_limit: atATime.limit,
  };
  switch (statusClass) {
    case null:
      return unseen('the status of the run was not told', facts);
    case 'at-rest':
      return passed(
        `it waits for input (${status ?? ''}) ${settledText(settledMs)}; ${paceText(longestMs)}; ${atATime.text}`,
        facts,
      );
    case 'terminal':
      return failed(
        `a run of it ends by itself (${status ?? ''}), so ${AT_REST_COMMANDS} can't be judged; npm run contract -- --commands start can`,
        'Set INTERACTLY_WORKFLOW_ID to a workflow that waits for input.',
        facts,
      );
    case 'at-work':
      if (trial.read?.result.response?.status !== 200)
        return unseen(
          `the run was at work (${status ?? ''}) when its start responded, and there is no GET to see more`,
          facts,
        );
      return failed(
        `a run of it was still at work (${status ?? ''}) after the patience of ${secondsOf(patienceMs)}`,
        `Set HARNESS_PATIENCE=${secondsOf(Math.min(2 * patienceMs, PATIENCE_MAX_MS))}, or take a quicker workflow.`,
        facts,
      );
  }
}

/** How many runs at a time are allowed, as far as it was seen: by this run, the list and what earlier runs have left. */
function runsAtATime(context: DoctorContext): {
  readonly seen: number;
  readonly limit: number | null;
  readonly text: string;
} {
  const { most, limit } = context.runsAtATime();
  const listed = (context.memory.activeListed ?? 0) + 1;
  const seen = Math.max(1, listed, most);
  const where =
    seen === 1
      ? 'only this one was tried'
      : seen === most
        ? 'by an earlier run here'
        : 'with those in the list';
  const counted = `at least ${numbered(seen, 'run')} at a time ${seen === 1 ? 'is' : 'are'} allowed (${where})`;
  return {
    seen,
    limit,
    text: limit === null ? counted : `an earlier run here met a limit of ${numbered(limit, 'run')} at a time`,
  };
}

const PATIENCE_MAX_MS = 600_000;

function secondsOf(ms: number): string {
  return `${Math.ceil(ms / 1000)}s`;
}

function settledText(settledMs: number | null): string {
  return settledMs === null
    ? 'after its start'
    : `${settledMs.toFixed(0)} ms after the response to its start`;
}

const RATE = 10;

/** Little's law: what is in flight is the rate times the time that each takes. */
function paceText(longestMs: number): string {
  const connections = Math.max(1, Math.ceil((RATE * longestMs) / 1000));
  return `a command takes up to ${longestMs.toFixed(0)} ms, so ${RATE}/s keep about ${numbered(connections, 'connection')} busy`;
}

function checkNightly(context: DoctorContext): Outcome {
  const forecast = context.nightly();
  if ('why' in forecast)
    return failed(forecast.why, 'Correct config/nightly.yaml: npm run nightly -- --plan', {});
  const { runs, requests, cap, loadAllowed } = forecast;
  const tokens = context.memory.trial?.tokens ?? null;
  const tokensText =
    tokens === null ? 'tokens not reported' : `about ${runs * tokens} tokens at ${tokens} a run`;
  const capText = cap === null ? 'no cap on loopback' : `the cap is ${cap}`;
  const facts: Facts = { runs, requests, cap, tokens: tokens === null ? null : runs * tokens };
  const what = `about ${numbered(runs, 'run')} (${capText}), about ${numbered(requests, 'request')}; ${tokensText}`;
  if (cap !== null && runs > cap)
    return failed(`${what}: over the cap, so it is refused`, `Set HARNESS_MAX_RUNS=${runs}.`, facts);
  if (!loadAllowed) {
    const { hostname } = new URL(targetOf(context).baseUrl);
    return failed(
      `${what}; load to ${hostname} is not allowed, so npm run nightly is refused (npm run contract is not)`,
      `Set HARNESS_ALLOW_HOSTS=${hostname} if its owners agree.`,
      facts,
    );
  }
  return passed(what, facts);
}
