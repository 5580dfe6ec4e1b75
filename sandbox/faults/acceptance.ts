import { isJsonObject } from '../body.ts';
import type { Command } from '../run.ts';
import type { JsonObject } from '../hooks.ts';
import { MAP_FIELDS } from '../validation.ts';
import { faultsOf, type FaultRow } from './fault.ts';

/** Documented values that are refused, each with a refusal that names the field. */
export const ACCEPTANCE_FAULTS = faultsOf('acceptance', 'positive-data-acceptance', [
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
  ...MAP_FIELDS.map((field) =>
    refused(
      `absent-${field.replaceAll('_', '-')}`,
      field,
      `a body without ${field} is refused`,
      (body) => body[field] === undefined,
    ),
  ),
  ...MAP_FIELDS.map((field) =>
    refused(
      `empty-${field.replaceAll('_', '-')}`,
      field,
      `an empty ${field} is refused`,
      (body) => isJsonObject(body[field]) && Object.keys(body[field]).length === 0,
    ),
  ),
  refused('nested-variables', 'dynamic_variables', 'a variable that is no string is refused', (body) =>
    some(body, (value) => typeof value !== 'string'),
  ),
  refused('deep-variables', 'dynamic_variables', 'a variable more than 16 levels deep is refused', (body) =>
    some(body, (value) => depthOf(value) > 16),
  ),
  refused('wide-variables', 'dynamic_variables', 'a variable of more than 500 keys is refused', (body) =>
    some(body, (value) => isJsonObject(value) && Object.keys(value).length > 500),
  ),
  refused('long-variables', 'dynamic_variables', 'a text of more than 32 KiB is refused', (body) =>
    some(body, (value) => typeof value === 'string' && value.length > 32_768),
  ),
  refused('control-characters', 'runtime_variables', 'control characters are refused', (body) =>
    some(body, (value) => JSON.stringify(value).includes('\\u0001'), 'runtime_variables'),
  ),
  refused('dollar-keys', 'miscellaneous', 'keys that start with a dollar sign are refused', (body) =>
    some(
      body,
      (value) => isJsonObject(value) && Object.keys(value).some((key) => key.startsWith('$')),
      'miscellaneous',
    ),
  ),
  refused('empty-keys', 'dynamic_variables', 'an empty key is refused', (body) =>
    some(body, (value) => isJsonObject(value) && Object.hasOwn(value, '')),
  ),
  { ...refusedCommand('stop'), rule: 'command-acceptance' },
  { ...refusedCommand('pause'), rule: 'command-acceptance' },
]);

function refused(name: string, field: string, line: string, breaks: (body: JsonObject) => boolean): FaultRow {
  const issue = { loc: ['body', field], msg: 'Field required', type: 'missing' };
  return {
    name: `${name}-refused`,
    line,
    hooks: {
      judge: (issues, { body }) => (body !== undefined && breaks(body) ? [...issues, issue] : issues),
    },
  };
}

function refusedCommand(name: Command): FaultRow {
  const line = `${name} is refused with 422 as an unknown command`;
  return refused(name, 'command', line, (body) => body['command'] === name);
}

function some(body: JsonObject, breaks: (value: unknown) => boolean, field = 'dynamic_variables'): boolean {
  const map = body[field];
  return isJsonObject(map) && Object.values(map).some(breaks);
}

function depthOf(value: unknown): number {
  return isJsonObject(value) ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;
}
