import type { JsonValue } from '../../openapi/json.ts';
import type { Operation, RequestField } from '../../openapi/registry.ts';
import { ORDINARY, type Case } from './case.ts';

/** Our variables carry a prefix, so that they never overwrite one that the workflow reads. */
const EVERY_TYPE: JsonValue = {
  harness_text: ' Ünicode 🎉 ',
  harness_whole: 7,
  harness_broken: 0.25,
  harness_yes: true,
  harness_none: null,
  harness_list: [1, 'a'],
  harness_map: { a: { b: [] } },
};

/** Cases that keep every constraint, one field at a time: absent, null where allowed, empty, and filled. */
export function positiveCases(operation: Operation): readonly Case[] {
  return operation.requestFields.flatMap((field) => [
    ...absentCases(operation, field),
    ...nullCases(operation, field),
    ...mapCases(operation, field),
  ]);
}

/** A start cannot do without its workflow, so that field is varied on a call to a live run. */
function keep(operation: Operation, field: RequestField, what: string, title: string, keyword: string): Case {
  const isWorkflowId = field.name === 'workflow_id';
  return {
    ...ORDINARY,
    ...(isWorkflowId ? { base: 'address', command: 'data', spend: 'free' } : { spend: 'starts' }),
    id: `positive/${field.name}/${what}`,
    title: `accepts ${field.name} ${title}${isWorkflowId ? '' : ' on start'}`,
    group: 'positive',
    intent: 'keep',
    rule: 'positive-data-acceptance',
    constraint: `${field.pointer}/${keyword}`,
    evidence: operation.rule('positive-data-acceptance').evidence,
    field: field.name,
  };
}

function absentCases(operation: Operation, field: RequestField): readonly Case[] {
  const title = 'default' in field.schema ? `absent (default ${String(field.schema['default'])})` : 'absent';
  return [
    { ...keep(operation, field, 'absent', title, 'required'), mutation: { kind: 'omit', field: field.name } },
  ];
}

function nullCases(operation: Operation, field: RequestField): readonly Case[] {
  if (![field.schema['type']].flat().includes('null')) return [];
  return [
    {
      ...keep(operation, field, 'null', 'null', 'type'),
      mutation: { kind: 'set', path: [field.name], value: null },
    },
  ];
}

function mapCases(operation: Operation, field: RequestField): readonly Case[] {
  if (field.schema['type'] !== 'object') return [];
  const rows: readonly (readonly [string, string, JsonValue])[] = [
    ['empty', 'empty', {}],
    ['every-type', 'with a value of each JSON type', EVERY_TYPE],
  ];
  return rows.map(([what, title, value]) => ({
    ...keep(operation, field, what, title, 'additionalProperties'),
    mutation: { kind: 'set', path: [field.name], value },
  }));
}
