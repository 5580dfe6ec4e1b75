import { runIdOf } from '../../../api/response.ts';
import { checkAnyResponse } from '../../checks/any-response.ts';
import { violationOf, type Violation } from '../../checks/violation.ts';
import type { CallResult } from '../../../api/exchange.ts';
import { commandBody, post } from '../../../api/request.ts';
import { flowOf } from '../../budget/flows.ts';
import type { Command } from '../../../openapi/registry.ts';
import { BudgetExhausted, NO_REQUEST_LEFT } from '../request-budget.ts';
import type { Undecided } from '../test-item.ts';
import type { Recorder } from '../recorder.ts';
import { reportFindings } from '../report-findings.ts';
import type { Session } from '../session.ts';
import { newRunFlow, step, type RunFlow } from './run-flow.ts';

const about = flowOf('team/commands');

/** Commands with the key of another team to a run of this one (OWASP API1:2023). */
export async function reachesNothing(session: Session, recorder: Recorder): Promise<Undecided | null> {
  if (!(await isOtherKeyValid(session, recorder)))
    return {
      outcome: 'inconclusive',
      reason: 'the target refuses INTERACTLY_OTHER_KEY: access across teams was not seen',
    };
  const flow = newRunFlow(about);
  await step(session, recorder, flow, 'start');
  if (flow.runId === null) return { outcome: 'inconclusive', reason: 'the run was not started' };
  for (const command of ['data', 'pause', 'start'] as const)
    await tryCommand(session, recorder, flow, command);
  await step(session, recorder, flow, 'pause');
  for (const command of ['resume', 'stop'] as const) await tryCommand(session, recorder, flow, command);
  await step(session, recorder, flow, 'stop');
  return null;
}

/** A free call, refused for its body: a key that is refused instead is no key of any team. */
async function isOtherKeyValid(session: Session, recorder: Recorder): Promise<boolean> {
  const body = { command: 'harness_unknown', workflow_id: session.target.workflowId };
  const result = await send(session, recorder, JSON.stringify(body));
  const status = result.response?.status ?? 0;
  return status >= 400 && status <= 499 && ![401, 403, 429].includes(status);
}

async function send(session: Session, recorder: Recorder, body: string): Promise<CallResult> {
  if (!session.requests.take()) throw new BudgetExhausted(NO_REQUEST_LEFT);
  const request = { ...post(session.operation, {}), body, credential: { kind: 'other-team' } as const };
  const result = await session.client.send(request);
  recorder.request(result.response?.status ?? null, result.evidence.response?.headers);
  return result;
}

async function tryCommand(
  session: Session,
  recorder: Recorder,
  flow: RunFlow,
  command: Command,
): Promise<void> {
  const canary = session.canary(about.id);
  const runId = flow.runId ?? '';
  const named = command === 'start' ? { workflow_id: session.target.workflowId } : {};
  const body = { ...commandBody(session.subject(runId), command, runId, canary), ...named };
  if (command === 'start' && !session.runs.reserve(1))
    throw new BudgetExhausted('the budget of workflow runs is used up');
  const result = await send(session, recorder, JSON.stringify(body));
  const { response } = result;
  const id = runIdOf(response);
  if (id !== null && id !== runId) session.runs.started(id, about.id);
  else if (command === 'start') session.runs.release(1);
  if (response === null) return;
  recorder.looked(command, ['team-isolation']);
  reportFindings(session, recorder, about, result, command, [
    ...checkAnyResponse(session.operation, response),
    ...reached(session, flow, command, result),
  ]);
}

/** A 2xx, or data of the run in a refusal. */
function reached(
  session: Session,
  flow: RunFlow,
  command: Command,
  { response }: CallResult,
): readonly Violation[] {
  if (response === null) return [];
  const rule = session.operation.rule('team-isolation');
  if (response.status >= 200 && response.status <= 299) {
    const title = `${command} with a key of another team reached a run of this team: it was accepted with ${response.status}.`;
    return [violationOf(rule, title, { kind: `reached/${command}` })];
  }
  const text = [response.text, ...response.headers.map(([, value]) => value)].join('\n');
  if (!flow.sent.some(({ canary }) => text.includes(canary.value))) return [];
  const title = `The refusal of ${command} with a key of another team shows data of the run.`;
  return [violationOf(rule, title, { kind: 'data-in-refusal' })];
}
