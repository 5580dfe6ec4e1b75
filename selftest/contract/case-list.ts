/**
 * Every case that the description gives, one line each, and the cases of a description that uses every keyword which ours
 * does without. `npm run generate` writes both down anew; read the difference.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { ORDINARY, type Case } from '../../contract/cases/case.ts';
import { deriveCases } from '../../contract/cases/catalogue.ts';
import { coveringRows } from '../../contract/cases/pairwise.ts';
import { valueAt } from '../../result/json.ts';
import { loadOperation, parseOperation, type Operation } from '../../openapi/registry.ts';

export const CASE_LIST = fileURLToPath(new URL('case-list.txt', import.meta.url));
const DESCRIPTION = new URL('../../openapi/workflow-runs.yaml', import.meta.url);
const LONGEST_VALUE = 400;

/** The whole list as text. */
export function caseList(): string {
  const added = operationWithEveryKeyword();
  const isAdded = ({ id }: Case): boolean => /added_|positive\/pairs/.test(id);
  return [
    '# Every case of the description, in the order in which it is asked; what is as in most cases is left out.',
    ...deriveCases(loadOperation()).map(lineOf),
    '',
    '# The cases of fields with keywords that the description does without today.',
    ...deriveCases(added).filter(isAdded).map(lineOf),
    '',
    '# The first and the last fields of the request changing places, and an id of any length: the cases that differ.',
    ...differing(deriveCases(operationTurnedRound())),
    '',
    '# The cases of a request without maps that differ.',
    ...differing(deriveCases(operationWithoutMaps())),
    '',
    '# Rows that bring each pair of levels together, by the number of levels of each field.',
    ...[
      [2, 2],
      [3, 2],
      [2, 3, 2],
      [4, 3, 2],
      [3, 3, 3, 2, 2, 3],
    ].map(
      (sizes) =>
        `${sizes.join(' ')}: ${coveringRows(sizes)
          .map((row) => row.join(''))
          .join(' ')}`,
    ),
    '',
  ].join('\n');
}

/** The cases that our description does not have in these words; pairs and values aside, which all change with the maps. */
function differing(cases: readonly Case[]): readonly string[] {
  const ours = new Set(deriveCases(loadOperation()).map(lineOf));
  return cases
    .filter(({ id }) => !/^(positive\/pairs|value)\//.test(id))
    .map(lineOf)
    .filter((line) => !ours.has(line));
}

function lineOf(testCase: Case): string {
  const { id, title, evidence, ...rest } = testCase;
  const own = Object.entries(rest).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify((ORDINARY as Record<string, unknown>)[key]),
  );
  const said = own.map(([key, value]) => `${key}=${shortened(JSON.stringify(value))}`);
  return inAscii([id, title, evidence.level, ...said].join(' | '));
}

/** Characters that look alike, or cannot be seen at all, by their numbers. */
function inAscii(text: string): string {
  return text.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A long value by its length and its hash. */
function shortened(text: string): string {
  if (text.length <= LONGEST_VALUE) return text;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return `${text.slice(0, 60)}… ${text.length} characters, ${hash}`;
}

interface RequestSchema {
  required?: readonly string[];
  properties: Record<string, Record<string, unknown>>;
}

/** Our description with another schema of the request. */
function operationWith(change: (request: RequestSchema) => void): Operation {
  const document = parse(readFileSync(DESCRIPTION, 'utf8')) as unknown;
  change(valueAt(document, ['components', 'schemas', 'WorkflowRunRequest']) as RequestSchema);
  return parseOperation(document);
}

function operationTurnedRound(): Operation {
  return operationWith((request) => {
    request.properties = Object.fromEntries(Object.entries(request.properties).reverse());
    delete request.properties['workflow_run_id']?.['maxLength'];
  });
}

function operationWithoutMaps(): Operation {
  return operationWith((request) => {
    request.properties = Object.fromEntries(
      Object.entries(request.properties).filter(([, schema]) => schema['type'] !== 'object'),
    );
  });
}

/** Our description with fields that have every keyword from which cases are derived. */
function operationWithEveryKeyword(): Operation {
  const evidence = { level: 'related', source: 'a later page' };
  const fields: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    added_whole: { type: 'integer', minimum: 3, maximum: 9 },
    added_fives: { type: 'integer', multipleOf: 5 },
    added_ones: { type: 'integer', multipleOf: 1 },
    added_share: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 1, multipleOf: 0.25 },
    added_code: { type: 'string', pattern: '^[A-Y]+$', minLength: 2, maxLength: 4 },
    added_letter: { type: 'string', pattern: '^[A-Z-]*$', minLength: 0 },
    added_any: { type: 'string', pattern: '^', minLength: 1 },
    added_mode: { type: 'string', enum: ['calm', 'brisk'] },
    added_choice: { type: 'string', enum: ['calm', 'brisk'], default: 'calm' },
    added_nullable: { type: ['string', 'null'] },
    added_flag: { type: 'boolean' },
    added_list: { type: 'array', items: { type: 'string', minLength: 2, 'x-evidence': evidence } },
    added_closed: {
      type: 'object',
      additionalProperties: false,
      required: ['tone'],
      properties: { tone: { type: 'string', minLength: 1, maxLength: 3, 'x-evidence': evidence } },
    },
  };
  return operationWith((request) => {
    request.required = [...(request.required ?? []), 'added_whole'];
    for (const [name, schema] of Object.entries(fields))
      request.properties[name] = { ...schema, 'x-evidence': evidence };
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(CASE_LIST, caseList());
