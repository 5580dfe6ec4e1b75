import type { JsonValue } from '../../result/json.ts';
import type { Operation } from '../../openapi/registry.ts';
import type { HeaderPair } from '../../result/exchange.ts';
import { ORDINARY, type Case, type Mutation } from './case.ts';

/** What the page leaves open: asked and recorded, never failed by itself. */
export function openQuestionCases(operation: Operation): readonly Case[] {
  return [
    unknownWorkflowCase(operation),
    ...alphabetCases(operation),
    ...crossFieldCases(operation),
    ...contentTypeCases(operation),
    ...lenienceCases(operation),
    ...methodCases(operation),
  ];
}

interface Question {
  readonly id: string;
  readonly title: string;
  readonly rule: string;
  readonly confirmedBy: readonly number[];
  readonly mutation: Mutation;
}

function questionCase(operation: Operation, question: Question): Case {
  return {
    ...ORDINARY,
    id: `open-question/${question.id}`,
    title: question.title,
    group: 'open-question',
    intent: 'characterise',
    rule: question.rule,
    constraint: `#/paths/${operation.path.replaceAll('/', '~1')}/post/x-rules/${question.rule}`,
    evidence: operation.rule(question.rule).evidence,
    mutation: question.mutation,
    spend: question.confirmedBy.includes(200) ? 'starts' : 'may-start',
    characterisation: { rule: question.rule, confirmedBy: question.confirmedBy },
  };
}

/** Unknown runs. That one is never made up is entailed, so these calls break a rule when accepted. */
export function unknownRunCases(operation: Operation): readonly Case[] {
  const commands = operation.commands.filter((command) => command !== 'start');
  return commands.map((command) => unknownRunCase(operation, command));
}

/** A command to a run that does not exist. */
export function unknownRunCase(operation: Operation, command: string): Case {
  const entailed = operation.rule('run-addressing');
  return {
    ...ORDINARY,
    id: `open-question/unknown-run/${command}`,
    title: `refuses ${command} to a run that does not exist`,
    group: 'open-question',
    command,
    intent: 'break',
    rule: entailed.id,
    constraint: '#/components/schemas/WorkflowRunRequest/properties/workflow_run_id',
    evidence: entailed.evidence,
    field: 'workflow_run_id',
    base: 'address',
    mutation: { kind: 'unknown-id', field: 'workflow_run_id' },
    characterisation: { rule: 'unknown-run-status', confirmedBy: [404] },
  };
}

function unknownWorkflowCase(operation: Operation): Case {
  const workflow = questionCase(operation, {
    id: 'unknown-workflow',
    title: 'start of a workflow that does not exist',
    rule: 'unknown-workflow-status',
    confirmedBy: [404],
    mutation: { kind: 'unknown-id', field: 'workflow_id' },
  });
  return { ...workflow, field: 'workflow_id' };
}

/** Ids of the documented length, counted in code points, that are no hexadecimal numbers: are they looked up, or refused? */
function alphabetCases(operation: Operation): readonly Case[] {
  const ids = operation.requestFields.filter(
    (field) => typeof field.schema['minLength'] === 'number' && field.schema['pattern'] === undefined,
  );
  return ids.flatMap((field) => {
    const length = Number(field.schema['minLength']);
    const fills: readonly (readonly [string, string, string])[] = [
      ['other-letters', 'letters that are no hexadecimal digits', 'z'],
      ['wide-characters', 'characters of two UTF-16 units each', '🎉'],
    ];
    return fills.map(([what, title, char]): Case => ({
      ...questionCase(operation, {
        id: `id-alphabet/${field.name}/${what}`,
        title: `${field.name} of ${length} ${title}`,
        rule: 'id-alphabet',
        confirmedBy: [404],
        mutation: { kind: 'set', path: [field.name], value: char.repeat(length) },
      }),
      field: field.name,
      ...(field.name === 'workflow_id' ? {} : { base: 'address', command: 'data' }),
    }));
  });
}

const REFUSALS = [400, 404, 409, 422];

function crossFieldCases(operation: Operation): readonly Case[] {
  const withoutRun = operation.commands
    .filter((command) => command !== 'start')
    .map((command): Case => ({
      ...questionCase(operation, {
        id: `without-run/${command}`,
        title: `${command} without workflow_run_id`,
        rule: 'command-without-run',
        confirmedBy: REFUSALS,
        mutation: { kind: 'omit', field: 'workflow_run_id' },
      }),
      base: 'address',
      command,
    }));
  const withoutWorkflow = (what: string, mutation: Mutation): Case =>
    questionCase(operation, {
      id: `start-without-workflow/${what}`,
      title: `start with workflow_id ${what}`,
      rule: 'start-without-workflow',
      confirmedBy: REFUSALS,
      mutation,
    });
  const unknownField: JsonValue = 'harness';
  return [
    ...withoutRun,
    withoutWorkflow('absent', { kind: 'omit', field: 'workflow_id' }),
    withoutWorkflow('null', { kind: 'set', path: ['workflow_id'], value: null }),
    {
      ...questionCase(operation, {
        id: 'unknown-field',
        title: 'start with a field that the page does not name',
        rule: 'unknown-request-field',
        confirmedBy: [200],
        mutation: { kind: 'set', path: ['harness_unknown_field'], value: unknownField },
      }),
    },
  ];
}

function contentTypeCases(operation: Operation): readonly Case[] {
  const types: readonly (readonly [string, string, readonly HeaderPair[]])[] = [
    ['missing', 'no content type', []],
    ['text', 'the content type text/plain', [['content-type', 'text/plain']]],
    ['form', 'the content type of a form', [['content-type', 'application/x-www-form-urlencoded']]],
    [
      'charset',
      'a charset that the body does not have',
      [['content-type', 'application/json; charset=utf-16']],
    ],
  ];
  return types.map(([what, title, headers]) => ({
    ...questionCase(operation, {
      id: `content-type/${what}`,
      title: `start with ${title}`,
      rule: 'content-type-leniency',
      confirmedBy: [400, 415, 422],
      mutation: { kind: 'none' },
    }),
    headers,
  }));
}

/** Bodies and headers that a parser may take or refuse as it likes. */
function lenienceCases(operation: Operation): readonly Case[] {
  const question = (id: string, title: string, confirmedBy: readonly number[], mutation: Mutation): Case =>
    questionCase(operation, { id, title, rule: id, confirmedBy, mutation });
  return [
    question('byte-order-mark', 'start with a byte order mark', [400, 422], {
      kind: 'raw',
      text: '\ufeff{body}',
    }),
    question('duplicate-keys', 'start that names the command twice', [200], {
      kind: 'raw',
      text: '{"command":"start",{members}}',
    }),
    question('large-body', 'start with a body of 1 MiB', [200], {
      kind: 'variables',
      variables: [
        {
          key: 'harness_value',
          fields: ['miscellaneous'],
          json: JSON.stringify('x'.repeat(1_048_576)),
        },
      ],
    }),
    {
      ...question('accept-leniency', 'start that accepts HTML alone', [200], { kind: 'none' }),
      headers: [
        ['content-type', 'application/json'],
        ['accept', 'text/html'],
      ],
    },
    {
      ...question('scheme-case', 'start with the scheme in lower case', [200], { kind: 'none' }),
      credential: { kind: 'header', template: 'bearer {key}' },
    },
    {
      ...question('two-keys', 'start with a wrong key and the right one', [400, 401, 403], { kind: 'none' }),
      credential: { kind: 'two-headers', templates: ['Bearer harness-wrong-key', 'Bearer {key}'] },
    },
  ];
}

function methodCases(operation: Operation): readonly Case[] {
  const methods = ['GET', 'HEAD', 'OPTIONS', 'TRACE'].map((method): Case => ({
    ...questionCase(operation, {
      id: `method/${method.toLowerCase()}`,
      title: `the method ${method}`,
      rule: 'other-methods',
      confirmedBy: [405],
      mutation: { kind: 'none' },
    }),
    method,
    spend: 'free',
  }));
  const slash = questionCase(operation, {
    id: 'trailing-slash',
    title: 'start with a trailing slash on the path',
    rule: 'trailing-slash',
    confirmedBy: [307, 308, 404],
    mutation: { kind: 'none' },
  });
  return [...methods, { ...slash, pathSuffix: '/' }];
}
