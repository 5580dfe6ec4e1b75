import { showRun } from './run-response.ts';
import { isJsonObject, notAnObject, parseBody } from './body.ts';
import type { Call } from './call.ts';
import { authenticate, route, RUNS_PATH, runIdOf } from './admission.ts';
import type { Pipeline, Scene } from './hooks.ts';
import { obey, type Lifecycle, type Pace } from './lifecycle.ts';
import { jsonReply, issuesRefusal, refusal, type Reply } from './reply.ts';
import type { RunInput } from './run.ts';
import type { Store } from './store.ts';
import { issuesOf, readInput } from './validation.ts';

/** All that one sandbox responds from. */
export interface SandboxContext {
  readonly key: string;
  /** The key of another team, which has no runs here; null where there is one team. */
  readonly otherKey: string | null;
  readonly workflowId: string;
  readonly store: Store;
  readonly pipeline: Pipeline;
  readonly lifecycle: Lifecycle;
  readonly pace: Pace;
  /** Calls per run id that were carried out but not yet answered. */
  readonly pending: Map<string, number>;
}

/** A reply, with the input that it answers when the body was valid. */
export interface Handled {
  readonly reply: Reply;
  readonly input: RunInput | undefined;
}

/** Handles one call: path, key, body, command, response; the body is read only for a call that was let in. */
export async function handleCall(
  context: SandboxContext,
  arrived: Call,
  body: () => Promise<Buffer | undefined>,
): Promise<Handled> {
  const { pipeline } = context;
  const scene = sceneOf(context, arrived);
  const call = pipeline.request(arrived, scene);
  const isOtherTeam = context.otherKey !== null && authenticate(call, context.otherKey) === undefined;
  const called = { ...scene, call, isOtherTeam };
  const keyRefused = isOtherTeam ? undefined : authenticate(call, context.key);
  const refused = route(call) ?? pipeline.admit(keyRefused, called);
  if (refused !== undefined) {
    const sent = keyRefused === undefined && mayBeRelated(call) ? await body() : undefined;
    return finish(
      context,
      refused,
      sent === undefined ? called : { ...called, call: { ...call, body: sent } },
    );
  }
  const readId = runIdOf(call);
  if (readId !== undefined) return finish(context, readRun(context, readId, called), called);
  const bytes = await body();
  if (bytes === undefined) return finish(context, refusal(413, 'Request Entity Too Large', 'size'), called);
  return command(context, { ...called, call: { ...call, body: bytes } });
}

/** A call of a path below a run, whose body a profile may respond to. */
function mayBeRelated({ method, path }: Call): boolean {
  const isBelow = path.startsWith(`${RUNS_PATH}/`) && path.length > RUNS_PATH.length + 1;
  return isBelow && !['GET', 'HEAD', 'OPTIONS'].includes(method);
}

function command(context: SandboxContext, scene: Scene): Handled {
  const parsed = readCommand(context.pipeline, scene);
  if ('refusal' in parsed) return finish(context, parsed.refusal, scene);
  const { input } = parsed;
  const alongside = input.workflow_run_id === null ? 0 : (context.pending.get(input.workflow_run_id) ?? 0);
  const spoken = { ...scene, input, alongside };
  const forbidden = context.pipeline.forbid(ofAnotherTeam(spoken), spoken);
  if (forbidden !== undefined) return finish(context, forbidden, spoken);
  const outcome = context.pipeline.apply(obey(input, { ...context, scene: spoken }), spoken);
  if ('refusal' in outcome) return finish(context, outcome.refusal, spoken);
  const shown = showRun(outcome.run, context.pipeline, spoken);
  return finish(context, jsonReply(200, shown, 'accepted'), { ...spoken, run: outcome.run });
}

/** To another team nothing of this one exists. */
function ofAnotherTeam({ isOtherTeam, input }: Scene): Reply | undefined {
  if (!isOtherTeam) return undefined;
  return (input?.workflow_run_id ?? null) === null
    ? refusal(404, 'Workflow not found', 'workflow')
    : refusal(404, 'Workflow run not found', 'run');
}

function readCommand(
  pipeline: Pipeline,
  scene: Scene,
): { readonly input: RunInput } | { readonly refusal: Reply } {
  const parsed = pipeline.parse(parseBody(scene.call), scene);
  if ('refusal' in parsed) return parsed;
  if (!isJsonObject(parsed.value)) return { refusal: notAnObject() };
  const body = pipeline.receive(parsed.value, scene);
  const issues = pipeline.judge(issuesOf(body), { ...scene, body });
  if (issues.length > 0) return { refusal: issuesRefusal(issues, 'field') };
  return { input: readInput(body) };
}

function readRun(context: SandboxContext, id: string, scene: Scene): Reply {
  const run = context.store.find(id);
  if (run === undefined || scene.isOtherTeam) return refusal(404, 'Workflow run not found', 'run');
  return jsonReply(200, showRun(run, context.pipeline, scene), 'read');
}

function finish(context: SandboxContext, reply: Reply, scene: Scene): Handled {
  return { reply: context.pipeline.reply(reply, scene), input: scene.input };
}

function sceneOf({ key, workflowId, store }: SandboxContext, call: Call): Scene {
  const unknown = { body: undefined, input: undefined, run: undefined };
  return { key, workflowId, store, call, isOtherTeam: false, alongside: 0, ...unknown };
}
