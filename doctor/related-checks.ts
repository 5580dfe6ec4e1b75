import { runIdOf } from '../api/response.ts';
import type { ApiResponse, CallResult } from '../api/exchange.ts';
import type { RelatedId } from '../openapi/related.ts';
import { isRecord } from '../result/json.ts';
import { readList } from '../target/listed-runs.ts';
import { absent, failed, passed, unseen, type CheckRow, type Outcome } from './check.ts';
import { probesOf, targetOf, type DoctorContext } from './context.ts';
import { kindOf, saidIn } from './deployment.ts';
import { numbered } from './leftovers.ts';
import { exchangeToOwner } from './owner.ts';
import { factsOf, retryAdvice } from './path-checks.ts';
import type { ProbeName } from './probes.ts';

const NEEDS = ['settings', 'base-url', 'name', 'tcp', 'tls', 'path', 'key', 'headers'];

/**
 * The questions about operations beside the one under test. They are used where they are there, and never required: one
 * that is not there is absent. One fails that refuses a key that is taken, or shows that the environment does not respond.
 */
const ROWS: Readonly<Record<RelatedId, CheckRow<DoctorContext> | null>> = {
  getWorkflowRunSchemas: related('schema', 'Live schema', 'schema', schemaShown),
  listWorkflowRuns: related('list', 'List of runs', 'list', listShown),
  getWorkflowRun: related('get-run', 'Run by id', 'unknown-run-by-get', getShown),
  deleteWorkflowRun: null, // no free call shows it
};
export const RELATED_CHECKS = Object.values(ROWS).filter((row) => row !== null);

type Shown = (response: ApiResponse, result: CallResult, context: DoctorContext) => Outcome | null;

function related(id: string, title: string, probe: ProbeName, shown: Shown): CheckRow<DoctorContext> {
  const check = (context: DoctorContext): Promise<Outcome> => checkRelated(context, probe, shown);
  return { id, title, needs: NEEDS, cost: 'free', check };
}

/** @param shown what a response says in which the operation itself may speak; null for that it is not there. */
async function checkRelated(context: DoctorContext, probe: ProbeName, shown: Shown): Promise<Outcome> {
  const { result } = await probesOf(context).send(probe);
  const { response } = result;
  const call = `${result.request.method} ${result.request.path}`;
  const facts = factsOf(result);
  if (response === null && result.evidence.failure?.kind === 'too-large')
    return passed('there, with a response too large to be read', facts);
  const outcome = response === null ? null : shown(response, result, context);
  if (outcome !== null) return outcome;
  const owner = (message: string): string => exchangeToOwner(message, result, new Date(context.nowMs()));
  switch (kindOf(result)) {
    case 'throttled':
      return failed('throttled: 429', retryAdvice(result), facts);
    case 'silent': {
      const message = `${call} got no response (${result.evidence.failure?.message ?? ''})`;
      return failed(message, owner(message), facts);
    }
    case 'down': {
      const message = `${call} responds with ${response?.status ?? 0}`;
      return failed(message, owner(message), facts);
    }
    case 'auth': {
      if (await isSaidOfAnyPath(context, result))
        return absent(`${response?.status ?? 0}, as any path that does not exist`, facts);
      const message = `${call} refuses with ${response?.status ?? 0} a key that ${context.operation.method} ${context.operation.path} takes`;
      return failed(message, owner(message), facts);
    }
    case 'not-found':
      return notFound(context, probe, result);
    case 'success':
    case 'redirect':
    case 'page':
    case 'no-such-method':
    case 'refused':
      return absent(`not there (${response?.status ?? 0})`, facts);
    case 'server-error': // some frameworks say 500 where a path has another method alone
      return absent(`not usable (${response?.status ?? 0})`, facts);
  }
}

/** A 404 to a run that does not exist speaks for the operation where it says something else than of a path that does not. */
async function notFound(context: DoctorContext, probe: ProbeName, result: CallResult): Promise<Outcome> {
  const facts = factsOf(result);
  const status = result.response?.status ?? 0;
  // A gateway that says 403 for what it does not route never says it of a run that does not exist.
  if (probe !== 'unknown-run-by-get' || status !== 404) return absent(`not there (${status})`, facts);
  if (await isSaidOfAnyPath(context, result))
    return unseen('not shown by a run that does not exist (404, as any path): the paid run shows it', facts);
  return passed('there: 404 for a run that does not exist', facts);
}

/** True when the target says the same of a path that no server has. */
async function isSaidOfAnyPath(context: DoctorContext, result: CallResult): Promise<boolean> {
  const { result: nowhere } = await probesOf(context).send('no-such-path-by-get');
  return saidIn(context.operation, nowhere) === saidIn(context.operation, result);
}

function isSuccess({ status }: ApiResponse): boolean {
  return status >= 200 && status <= 299;
}

function schemaShown(response: ApiResponse, result: CallResult): Outcome | null {
  if (!isSuccess(response) || response.body.kind !== 'json' || !isRecord(response.body.value)) return null;
  if ('workflow_run' in response.body.value) return null; // read as a run whose id is "schema"
  const names = Object.keys(response.body.value);
  const list = names.slice(0, 4).join(', ');
  return passed(`there: ${list}${names.length > 4 ? ` and ${names.length - 4} more` : ''}`, {
    ...factsOf(result),
    schemas: names.slice(0, 20),
  });
}

function listShown(response: ApiResponse, result: CallResult, context: DoctorContext): Outcome | null {
  if (isSuccess(response)) {
    if (response.body.kind !== 'json') return null;
    const listed = readList(context.operation, targetOf(context).workflowId, response.body.value);
    if (listed === null) return passed('there', factsOf(result));
    const active = listed.active.length;
    context.memory.activeListed = active;
    const more = listed.isWhole ? '' : ' in the newest part of it';
    return passed(`there: ${numbered(active, 'active run')} of this workflow${more}`, {
      ...factsOf(result),
      active,
    });
  }
  const wantsOthers = [400, 422].includes(response.status) && response.body.kind === 'json';
  return wantsOthers
    ? passed(`there: ${response.status} for want of other parameters`, factsOf(result))
    : null;
}

function getShown(response: ApiResponse, result: CallResult): Outcome | null {
  if (isSuccess(response))
    return runIdOf(response) === null
      ? null
      : passed('there, also for a run that does not exist', factsOf(result));
  const isThere = [400, 410, 422].includes(response.status) && response.body.kind === 'json';
  return isThere ? passed(`there: ${response.status} for a run that does not exist`, factsOf(result)) : null;
}
