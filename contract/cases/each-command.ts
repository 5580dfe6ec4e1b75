import type { Operation } from '../../openapi/registry.ts';
import type { Credential } from '../../api/exchange.ts';
import { ORDINARY, type Case, type Mutation } from './case.ts';
import { QUERY_OPERATOR } from './negative.ts';
import { unknownRunCase } from './open-questions.ts';

/**
 * What must hold of every command that addresses a run, not of start and data alone: it wants a key, and a body that
 * keeps the constraints. A server that dispatches by command may look at either only on some of the ways. They come
 * last, because one that is wrongly carried out ends or pauses the live run under the others.
 */
export function eachCommandCases(operation: Operation): readonly Case[] {
  const addressing = operation.commands.filter((command) => command !== 'start');
  const others = addressing.filter((command) => command !== 'data');
  return [
    startOfRunCase(operation),
    unknownRunBesideWorkflow(operation),
    ...[
      ...addressing.flatMap((command) => keyCases(operation, command)),
      ...others.flatMap((command) => idCases(operation, command)),
      ...others.flatMap((command) => invalidCase(operation, command)),
    ].map(whereItBelongs),
  ];
}

/** A run that waits takes data, pause and stop; resume is for one that was paused. */
function whereItBelongs(testCase: Case): Case {
  return testCase.command === 'resume' ? { ...testCase, state: 'paused' } : testCase;
}

const ON_RUN = { ...ORDINARY, base: 'address', intent: 'break' } as const;

/** Whoever forgets to look at the key lets any in; whoever only reads it lets a wrong one in. */
function keyCases(operation: Operation, command: string): readonly Case[] {
  const rule = operation.rule('ignored-auth');
  const spoilt: readonly (readonly [string, string, Credential])[] = [
    ['none', 'without credentials', { kind: 'none' }],
    ['wrong-key', 'with a wrong key', { kind: 'header', template: 'Bearer harness-wrong-key' }],
  ];
  return spoilt.map(([what, title, credential]) => ({
    ...ON_RUN,
    id: `authentication/${what}/${command}`,
    title: `refuses ${command} to a live run ${title}`,
    group: 'authentication',
    command,
    rule: rule.id,
    constraint: '#/components/securitySchemes/bearerKey',
    evidence: rule.evidence,
    credential,
    characterisation: { rule: 'refused-key-status', confirmedBy: [401] },
  }));
}

/** The id by which a command finds its run: too long, and as an object, of which one asks for any run that there is. */
function idCases(operation: Operation, command: string): readonly Case[] {
  const field = 'workflow_run_id';
  const place = operation.requestPlaces.find(({ path }) => path.length === 1 && path[0] === field);
  if (place === undefined) return [];
  const { maxLength } = place.schema;
  const faults: readonly (readonly [string, string, keyword: string, Mutation])[] = [
    ...(typeof maxLength === 'number'
      ? ([
          [
            `length-${maxLength + 1}`,
            `of ${maxLength + 1} characters`,
            'maxLength',
            { kind: 'resize', field, length: maxLength + 1 },
          ],
        ] as const)
      : []),
    ['type-object', 'as an object that holds it', 'type', { kind: 'wrap', field }],
    ['query-operator', 'as a query operator', 'type', { kind: 'set', path: [field], value: QUERY_OPERATOR }],
  ];
  return faults.map(([what, title, keyword, mutation]) => ({
    ...ON_RUN,
    id: `negative/${field}/${what}/${command}`,
    title: `refuses ${field} ${title}, in ${command} to a live run`,
    group: 'negative',
    command,
    rule: 'negative-data-rejection',
    constraint: `${place.pointer}/${keyword}`,
    evidence: place.evidence,
    field,
    mutation,
    characterisation: { rule: 'invalid-body-status', confirmedBy: [422] },
  }));
}

/** One fault is enough: which constraints are looked at is tried with start and data. */
function invalidCase(operation: Operation, command: string): readonly Case[] {
  const place = operation.requestPlaces.find(
    ({ path, schema }) => path.length === 1 && schema['type'] === 'object',
  );
  if (place === undefined) return [];
  const [field = ''] = place.path;
  return [
    {
      ...ON_RUN,
      id: `negative/${field}/type-array/${command}`,
      title: `refuses ${field} as an array, in ${command} to a live run`,
      group: 'negative',
      command,
      rule: 'negative-data-rejection',
      constraint: `${place.pointer}/type`,
      evidence: place.evidence,
      field: String(field),
      mutation: { kind: 'set', path: [field], value: [] },
      characterisation: { rule: 'invalid-body-status', confirmedBy: [422] },
    },
  ];
}

/** The page's own example names a workflow and a run: with an unknown run, no run of the workflow takes its place. */
function unknownRunBesideWorkflow(operation: Operation): Case {
  const command = 'data';
  return {
    ...unknownRunCase(operation, command),
    id: `open-question/unknown-run/${command}-with-workflow`,
    title: `refuses ${command} that names a workflow and a run that does not exist`,
    mutation: { kind: 'unknown-id', field: 'workflow_run_id', withWorkflow: true },
  };
}

/** A start that names a live run: what it does is left open; whose run an accepted one is answered with is not. */
function startOfRunCase(operation: Operation): Case {
  const rule = operation.rule('start-of-run');
  return {
    ...ON_RUN,
    id: 'open-question/start-of-run',
    title: 'start that names a live run',
    group: 'open-question',
    intent: 'characterise',
    command: 'start',
    rule: rule.id,
    constraint: `#/paths/${operation.path.replaceAll('/', '~1')}/post/x-rules/${rule.id}`,
    evidence: rule.evidence,
    characterisation: { rule: rule.id, confirmedBy: [400, 409, 422] },
  };
}
