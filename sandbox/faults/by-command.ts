import { isJsonObject } from '../body.ts';
import { authenticate } from '../admission.ts';
import type { Hooks, JsonObject, Outcome, Scene } from '../hooks.ts';
import { refusal } from '../reply.ts';
import type { Command, Status } from '../run.ts';
import { MAP_FIELDS } from '../validation.ts';
import { faultsOf } from './fault.ts';

/** Defects of one command alone, or of one command in one state. */
export const BY_COMMAND_FAULTS = [
  ...faultsOf('authentication', 'ignored-auth', [
    keyless('data'),
    keyless('resume'),
    keyless('pause'),
    keyless('stop'),
  ]),
  ...faultsOf('validation', 'negative-data-rejection', [
    unjudged('resume'),
    unjudged('pause'),
    unjudged('stop'),
  ]),
  ...faultsOf('status', 'server-error-absence', [
    brokenIn('paused', 'data'),
    brokenIn('paused', 'pause'),
    brokenIn('paused', 'stop'),
    brokenIn('waiting_for_user_input', 'resume'),
    {
      name: 'start-of-run-500',
      line: 'a start that names a run is answered with 500',
      hooks: { forbid: (earlier, { input }) => (isStartOfRun(input) ? crash() : earlier) },
    },
    {
      name: 'nul-500',
      line: 'a body with the character U+0000 is answered with 500',
      hooks: {
        forbid: (earlier, { call }) => (call.body.includes('\\u0000') ? crash() : earlier),
      },
    },
  ]),
  ...faultsOf('identity', 'run-identity', [
    {
      name: 'start-of-run-anew',
      line: 'a start that names a run is answered with a new run',
      hooks: { apply: anew((scene) => isStartOfRun(scene.input)) },
    },
  ]),
  ...faultsOf('identity', 'run-addressing', [
    {
      name: 'unknown-run-started-anew',
      line: 'data that names a workflow and an unknown run is answered with a new run',
      hooks: { apply: anew(({ input }) => input?.command === 'data' && input.workflow_id !== null) },
    },
  ]),
];

function keyless(command: Command): { readonly name: string; readonly line: string; readonly hooks: Hooks } {
  return {
    name: `keyless-${command}-accepted`,
    line: `the key is looked at after the body, and for ${command} to a run not at all`,
    hooks: {
      admit: (refused, { call }) => (call.method === 'POST' ? undefined : refused),
      forbid: (earlier, { call, key, input }) =>
        input?.command === command ? earlier : (authenticate(call, key) ?? earlier),
    },
  };
}

function unjudged(command: Command): { readonly name: string; readonly line: string; readonly hooks: Hooks } {
  const mended = (body: JsonObject): JsonObject => ({
    ...body,
    ...Object.fromEntries(
      MAP_FIELDS.filter((field) => Object.hasOwn(body, field) && !isJsonObject(body[field])).map((field) => [
        field,
        {},
      ]),
    ),
  });
  return {
    name: `invalid-${command}-accepted`,
    line: `a map that is none is taken as {} in ${command}`,
    hooks: { receive: (body) => (body['command'] === command ? mended(body) : body) },
  };
}

function brokenIn(
  status: Status,
  command: Command,
): { readonly name: string; readonly line: string; readonly hooks: Hooks } {
  const state = status === 'paused' ? 'paused' : 'waiting';
  return {
    name: `${state}-${command}-500`,
    line: `${command} to a run that is ${state} is answered with 500`,
    hooks: {
      forbid: (earlier, { input, store }) =>
        input?.command === command && store.find(input.workflow_run_id ?? '')?.status === status
          ? crash()
          : earlier,
    },
  };
}

function isStartOfRun(input: Scene['input']): boolean {
  return input?.command === 'start' && input.workflow_run_id !== null;
}

function crash(): ReturnType<typeof refusal> {
  return refusal(500, 'Internal Server Error', 'crash');
}

/** A new run in place of a refusal. */
function anew(isMeant: (scene: Scene) => boolean): (outcome: Outcome, scene: Scene) => Outcome {
  return (outcome, scene) =>
    'refusal' in outcome && isMeant(scene)
      ? { run: scene.store.create(scene.workflowId, 'waiting_for_user_input') }
      : outcome;
}
