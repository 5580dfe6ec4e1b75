import type { SchemaValidationObjection } from '../openapi/generated/workflow-runs.ts';
import { isJsonObject } from './body.ts';
import type { JsonObject } from './hooks.ts';
import type { Command, RunInput } from './run.ts';

/** The request fields that hold a map. */
export type MapField = {
  [Field in keyof RunInput]: RunInput[Field] extends JsonObject ? Field : never;
}[keyof RunInput];

/** The request fields that hold an id. */
export type IdField = Exclude<keyof RunInput, MapField | 'command'>;

/** The map fields, in the page's order. */
export const MAP_FIELDS = [
  'dynamic_variables',
  'runtime_variables',
  'miscellaneous',
  'thread_to_node_inputs',
] as const satisfies readonly MapField[];

/** The id fields, in the page's order. */
export const ID_FIELDS = ['workflow_id', 'workflow_run_id'] as const satisfies readonly IdField[];

/** Required length of an id, counted in code points. */
export const ID_LENGTH = 24;

/** Every objection to a body, field by field; unknown fields are not looked at. */
export function issuesOf(body: JsonObject): readonly SchemaValidationObjection[] {
  return [
    ...MAP_FIELDS.map((field) => mapIssue(field, body)),
    commandIssue(body),
    ...ID_FIELDS.map((field) => idIssue(field, body)),
  ].filter((issue) => issue !== undefined);
}

/** The input that a valid body holds, absent fields filled in. */
export function readInput(body: JsonObject): RunInput {
  return {
    dynamic_variables: mapOf(body['dynamic_variables']),
    runtime_variables: mapOf(body['runtime_variables']),
    miscellaneous: mapOf(body['miscellaneous']),
    command: isCommand(body['command']) ? body['command'] : 'start',
    workflow_id: idOf(body['workflow_id']),
    workflow_run_id: idOf(body['workflow_run_id']),
    thread_to_node_inputs: mapOf(body['thread_to_node_inputs']),
  };
}

/** True for one of the five documented commands. */
export function isCommand(value: unknown): value is Command {
  return typeof value === 'string' && Object.hasOwn(COMMANDS, value);
}

/** True for a request field that the page documents. */
export function isDocumentedField(name: string): boolean {
  return name === 'command' || [...MAP_FIELDS, ...ID_FIELDS].some((field) => field === name);
}

const COMMANDS = {
  start: true,
  data: true,
  resume: true,
  pause: true,
  stop: true,
} as const satisfies Record<Command, true>;

function mapIssue(field: MapField, body: JsonObject): SchemaValidationObjection | undefined {
  if (!Object.hasOwn(body, field) || isJsonObject(body[field])) return undefined;
  return { loc: ['body', field], msg: 'Input should be a valid dictionary', type: 'dict_type' };
}

function commandIssue(body: JsonObject): SchemaValidationObjection | undefined {
  if (!Object.hasOwn(body, 'command') || isCommand(body['command'])) return undefined;
  const names = Object.keys(COMMANDS).map((command) => `'${command}'`);
  const msg = `Input should be ${names.join(', ').replace(/, (?=[^,]*$)/, ' or ')}`;
  return { loc: ['body', 'command'], msg, type: 'enum' };
}

function idIssue(field: IdField, body: JsonObject): SchemaValidationObjection | undefined {
  const value = body[field];
  if (value === undefined || value === null) return undefined;
  const loc = ['body', field];
  if (typeof value !== 'string') return { loc, msg: 'Input should be a valid string', type: 'string_type' };
  const length = codePoints(value);
  if (length < ID_LENGTH) {
    return { loc, msg: `String should have at least ${ID_LENGTH} characters`, type: 'string_too_short' };
  }
  if (length > ID_LENGTH) {
    return { loc, msg: `String should have at most ${ID_LENGTH} characters`, type: 'string_too_long' };
  }
  return undefined;
}

function codePoints(text: string): number {
  return text.length > 2 * ID_LENGTH ? text.length : Array.from(text).length;
}

function mapOf(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}

function idOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
