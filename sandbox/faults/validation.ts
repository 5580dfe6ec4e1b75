import { isJsonObject } from '../body.ts';
import type { Hooks, JsonObject, Scene } from '../hooks.ts';
import { ID_LENGTH, MAP_FIELDS, isCommand, type IdField, type MapField } from '../validation.ts';
import type { Command } from '../run.ts';
import { faultsOf, type FaultRow } from './fault.ts';

/** Request rules that are not enforced, and documented values that are refused. */
export const VALIDATION_FAULTS = [
  ...faultsOf('validation', 'negative-data-rejection', [
    command(
      'unknown-command',
      'an unknown command is taken as start',
      (value) => !isCommand(value) && isText(value),
    ),
    command(
      'upper-case-command',
      'START and the like are accepted',
      (value) => isText(value) && !isCommand(value) && isCommand(value.toLowerCase()),
    ),
    command('null-command', 'command null is taken as start', (value) => value === null),
    command('number-command', 'a number is accepted as command', (value) => typeof value === 'number'),
    ...ids(
      'short',
      'is shorter than 24',
      (value) => isText(value) && value !== '' && value.length < ID_LENGTH,
    ),
    ...ids('long', 'is longer than 24', (value) => isText(value) && Array.from(value).length > ID_LENGTH),
    ...ids('empty', 'is empty', (value) => value === ''),
    ...ids('number', 'is a number', (value) => typeof value === 'number'),
    ...MAP_FIELDS.map((field) => map(field, 'list', Array.isArray)),
    ...MAP_FIELDS.map((field) => map(field, 'null', (value) => value === null)),
    map('dynamic_variables', 'string', isText),
    map('runtime_variables', 'number', (value) => typeof value === 'number'),
    map('miscellaneous', 'boolean', (value) => typeof value === 'boolean'),
  ]),
  ...faultsOf('validation', 'positive-data-acceptance', [
    refused(
      'null-run-id',
      'workflow_run_id',
      'workflow_run_id null is refused',
      (body) => body['workflow_run_id'] === null,
    ),
    refused(
      'null-workflow-id',
      'workflow_id',
      'workflow_id null is refused',
      (body) => body['workflow_id'] === null,
    ),
    refused(
      'absent-command',
      'command',
      'a body without command is refused',
      (body) => body['command'] === undefined,
    ),
    refused(
      'absent-map',
      'miscellaneous',
      'a body without miscellaneous is refused',
      (body) => body['miscellaneous'] === undefined,
    ),
    refused('nested-variables', 'dynamic_variables', 'a variable that is no string is refused', hasNested),
    { ...refusedCommand('stop'), rule: 'command-acceptance' },
    { ...refusedCommand('pause'), rule: 'command-acceptance' },
  ]),
  ...faultsOf('validation', 'malformed-body-rejection', [
    malformed(
      'malformed-json-accepted',
      'a body that is not JSON starts a run',
      (text) => text !== '' && parsed(text) === undefined,
    ),
    malformed('empty-body-accepted', 'an empty body starts a run', (text) => text === ''),
    malformed('list-body-accepted', 'a list as body starts a run', (text) => Array.isArray(parsed(text))),
    malformed('scalar-body-accepted', 'a string, number or null as body starts a run', isScalar),
  ]),
];

function command(name: string, line: string, breaks: (value: unknown) => boolean): FaultRow {
  const repair = (value: unknown): Command => {
    const lower = isText(value) ? value.toLowerCase() : undefined;
    return isCommand(lower) ? lower : 'start';
  };
  const receive = (body: JsonObject): JsonObject =>
    Object.hasOwn(body, 'command') && breaks(body['command'])
      ? { ...body, command: repair(body['command']) }
      : body;
  return { name: `${name}-accepted`, line, hooks: { receive } };
}

function ids(name: string, words: string, breaks: (value: unknown) => boolean): readonly FaultRow[] {
  const row = (field: IdField, spelling: string): FaultRow => ({
    name: `${name}-${spelling}-accepted`,
    line: `a ${field} that ${words} is accepted`,
    hooks: {
      receive: (body, scene) =>
        breaks(body[field]) ? { ...body, [field]: idFor(field, body, scene) } : body,
    },
  });
  return [row('workflow_id', 'workflow-id'), row('workflow_run_id', 'run-id')];
}

function idFor(field: IdField, body: JsonObject, { workflowId, store }: Scene): string | null {
  if (field === 'workflow_id') return workflowId;
  const starts = body['command'] === undefined || body['command'] === 'start';
  return starts ? null : (store.newest()?.id ?? null);
}

function map(field: MapField, kind: string, breaks: (value: unknown) => boolean): FaultRow {
  return {
    name: `${kind}-${field.replaceAll('_', '-')}-accepted`,
    line: `${field} may be ${kind === 'null' ? kind : `a ${kind}`}, and is taken as {}`,
    hooks: {
      receive: (body) =>
        Object.hasOwn(body, field) && breaks(body[field]) ? { ...body, [field]: {} } : body,
    },
  };
}

function refused(name: string, field: string, line: string, breaks: (body: JsonObject) => boolean): FaultRow {
  const objection = { loc: ['body', field], msg: 'Field required', type: 'missing' };
  return {
    name: `${name}-refused`,
    line,
    hooks: {
      judge: (objections, { body }) =>
        body !== undefined && breaks(body) ? [...objections, objection] : objections,
    },
  };
}

function refusedCommand(name: Command): FaultRow {
  const line = `${name} is refused with 422 as an unknown command`;
  return refused(name, 'command', line, (body) => body['command'] === name);
}

function malformed(name: string, line: string, breaks: (text: string) => boolean): FaultRow {
  const hooks: Hooks = {
    parse: (result, { call, workflowId }) =>
      breaks(call.body.toString()) ? { value: { workflow_id: workflowId } } : result,
  };
  return { name, line, hooks };
}

function hasNested(body: JsonObject): boolean {
  const variables = body['dynamic_variables'];
  return isJsonObject(variables) && Object.values(variables).some((value) => !isText(value));
}

function isScalar(text: string): boolean {
  const value = parsed(text);
  return value !== undefined && !isJsonObject(value) && !Array.isArray(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}
