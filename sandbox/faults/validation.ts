import { isJsonObject } from '../body.ts';
import type { Hooks, JsonObject, Scene } from '../hooks.ts';
import { ID_LENGTH, MAP_FIELDS, isCommand, type IdField, type MapField } from '../validation.ts';
import type { Command } from '../run.ts';
import { faultsOf, type FaultRow } from './fault.ts';

/** Request rules that are not enforced. */
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
    command(
      'capitalised-command',
      'Start and the like are accepted',
      (value) => isText(value) && /^[A-Z][a-z]+$/.test(value) && isCommand(value.toLowerCase()),
    ),
    command(
      'padded-command',
      'blanks around a command are cut off',
      (value) => isText(value) && value !== value.trim() && isCommand(value.trim()),
    ),
    command('empty-command', 'an empty command is taken as start', (value) => value === ''),
    command('continue-command', 'the command continue is taken as data', (value) => value === 'continue'),
    command(
      'joined-command',
      'of two commands joined by a comma the first is taken',
      (value) => isText(value) && value.includes(','),
    ),
    command(
      'lookalike-command',
      'letters that only look right are taken for the right ones',
      (value) => isText(value) && /[\u0370-\u0580]/.test(value),
    ),
    command('list-command', 'a list is accepted as command', Array.isArray),
    command('null-text-command', 'the command "null" is taken as none', (value) => value === 'null'),
    command('boolean-command', 'a boolean is accepted as command', (value) => typeof value === 'boolean'),
    command('object-command', 'an object is accepted as command', isJsonObject),
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
    ...ids('boolean', 'is a boolean', (value) => typeof value === 'boolean'),
    ...ids('list', 'is a list', Array.isArray),
    ...ids('object', 'is an object', isJsonObject),
    ...ids(
      'wide',
      'has 24 UTF-16 units and fewer characters',
      (value) => isText(value) && value.length === ID_LENGTH && Array.from(value).length < ID_LENGTH,
    ),
    ...MAP_FIELDS.map((field) => map(field, 'list', Array.isArray)),
    ...MAP_FIELDS.map((field) => map(field, 'null', (value) => value === null)),
    ...MAP_FIELDS.map((field) => map(field, 'string', isText)),
    ...MAP_FIELDS.map((field) => map(field, 'number', (value) => typeof value === 'number')),
    ...MAP_FIELDS.map((field) => map(field, 'boolean', (value) => typeof value === 'boolean')),
    ...MAP_FIELDS.map((field) => map(field, 'pairs', (value) => Array.isArray(value) && value.length > 0)),
    {
      name: 'invalid-data-accepted',
      line: 'a map that is none is taken as {} in data to a run, and refused in a start',
      hooks: {
        receive: (body) =>
          body['command'] === 'data'
            ? {
                ...body,
                ...Object.fromEntries(
                  MAP_FIELDS.filter((field) => Object.hasOwn(body, field) && !isJsonObject(body[field])).map(
                    (field) => [field, {}],
                  ),
                ),
              }
            : body,
      },
    },
  ]),
  ...faultsOf('validation', 'malformed-body-rejection', [
    malformed(
      'malformed-json-accepted',
      'a body that is not JSON starts a run',
      (text) => text !== '' && parsed(text) === undefined,
    ),
    malformed(
      'trailing-comma-accepted',
      'a trailing comma is let pass',
      (text) => parsed(text) === undefined && parsed(text.replace(/,\s*}$/, '}')) !== undefined,
    ),
    malformed('single-quotes-accepted', 'single quotes are let pass', (text) => text.startsWith("{'")),
    {
      ...malformed('nan-accepted', 'NaN is let pass as a number', (text) => /:NaN\b/.test(text)),
      rule: 'json-number-conformance',
      weight: 'warning',
    },
    malformed('comment-accepted', 'a comment before the body is let pass', (text) => text.startsWith('/*')),
    malformed('unquoted-accepted', 'names without quotes are let pass', (text) => /^\{\w/.test(text)),
    malformed(
      'truncated-accepted',
      'a body that was cut off is completed',
      (text) =>
        parsed(text) === undefined && [`${text}}`, `${text}"}`].some((whole) => parsed(whole) !== undefined),
    ),
    malformed(
      'two-values-accepted',
      'of two values in one body the first is taken',
      (text) => parsed(text) === undefined && text.includes('}{'),
    ),
    malformed('form-accepted', 'a form is taken in place of JSON', (text) => /^\w+=\w+$/.test(text)),
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

function malformed(name: string, line: string, breaks: (text: string) => boolean): FaultRow {
  const hooks: Hooks = {
    parse: (result, { call, workflowId }) =>
      breaks(call.body.toString()) ? { value: { workflow_id: workflowId } } : result,
  };
  return { name, line, hooks };
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
