import type { JsonValue } from '../../result/json.ts';
import type { Operation } from '../../openapi/registry.ts';
import { NO_TEXT, ORDINARY, type Case, type Mutation } from './case.ts';

const LEVELS = 500;
const ID_LENGTH = 24;
const LONE_SURROGATE = '\ud800';

const nested = (depth: number): JsonValue => (depth === 0 ? 'bottom' : { down: nested(depth - 1) });

/** What stands in a string, or in its place, and how a title says it. */
const STRINGS = [
  ['surrogate', 'a lone surrogate', LONE_SURROGATE],
  ['no-utf8', 'a byte that is not UTF-8', NO_TEXT],
] as const;
const NUMBERS = [
  ['nan', 'NaN', 'NaN'],
  ['1e400', '1e400, which no double holds', '1e400'],
] as const;

/**
 * Values at the edge of JSON in each kind of place. A server may take them or refuse them; one that fails on them (when
 * it repeats them in a refusal, looks them up or writes them into its response) answers 500, which is never right.
 */
export function edgeCases(operation: Operation): readonly Case[] {
  const [map] = operation.requestFields.filter((field) => field.schema['additionalProperties'] === true);
  const inMap = map === undefined ? [] : mapCases(operation, map.name);
  return [
    ...inMap,
    ...STRINGS.flatMap(([what, title, text]) => [
      onRun(operation, `${what}-in-run-id`, `workflow_run_id with ${title}`, id('workflow_run_id', text)),
      onStart(operation, `${what}-in-command`, `command with ${title}`, {
        kind: 'set',
        path: ['command'],
        value: `start${text}`,
      }),
    ]),
    onStart(
      operation,
      'surrogate-in-workflow-id',
      'workflow_id with a lone surrogate',
      id('workflow_id', LONE_SURROGATE),
    ),
    ...NUMBERS.flatMap(([what, title, json]) => [
      onRun(operation, `${what}-in-run-id`, `workflow_run_id as ${title}`, {
        kind: 'literal',
        path: ['workflow_run_id'],
        json,
      }),
      onStart(operation, `${what}-in-command`, `command as ${title}`, {
        kind: 'literal',
        path: ['command'],
        json,
      }),
    ]),
  ];
}

/** On a live run, because a start that is accepted costs a run. NaN as a value has a case of its own among the bodies. */
function mapCases(operation: Operation, map: string): readonly Case[] {
  const key = 'harness_edge';
  const set = (path: string, value: JsonValue): Mutation => ({ kind: 'set', path: [map, path], value });
  return [
    ...STRINGS.flatMap(([what, title, text]) => [
      onRun(operation, `${what}-in-value`, `a value of ${map} with ${title}`, set(key, `a${text}b`)),
      onRun(operation, `${what}-in-key`, `a key of ${map} with ${title}`, set(`${key}${text}`, 1)),
    ]),
    onRun(operation, '1e400-in-value', `a value of ${map} as 1e400, which no double holds`, {
      kind: 'literal',
      path: [map, key],
      json: '1e400',
    }),
    onRun(
      operation,
      'deep-value',
      `a value of ${map} with ${LEVELS} levels of nesting`,
      set(key, nested(LEVELS)),
    ),
  ];
}

/** An id of the documented length, so that it is looked up. */
function id(field: string, end: string): Mutation {
  return { kind: 'set', path: [field], value: `${'5eb7cf5a86d9755df3a6c593'.slice(0, ID_LENGTH - 1)}${end}` };
}

function onStart(operation: Operation, what: string, title: string, mutation: Mutation): Case {
  const rule = operation.rule('edge-values');
  return {
    ...ORDINARY,
    id: `open-question/edge/${what}`,
    title,
    group: 'open-question',
    intent: 'characterise',
    rule: rule.id,
    constraint: `#/paths/${operation.path.replaceAll('/', '~1')}/post/x-rules/${rule.id}`,
    evidence: rule.evidence,
    field: 'path' in mutation ? String(mutation.path[0]) : null,
    mutation,
    characterisation: { rule: rule.id, confirmedBy: [400, 413, 422] },
  };
}

function onRun(operation: Operation, what: string, title: string, mutation: Mutation): Case {
  const spend = { base: 'address', command: 'data', spend: 'free' } as const;
  return { ...onStart(operation, what, `data to a live run: ${title}`, mutation), ...spend };
}
