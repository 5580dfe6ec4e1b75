import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { runChecks, unmatched } from '../../contract/checks/check.ts';
import { violationOf } from '../../contract/checks/violation.ts';
import { parseEvidence } from '../../openapi/evidence.ts';
import { isRecord, valueAt } from '../../result/json.ts';
import { DescriptionError, loadOperation, parseOperation, readOperation } from '../../openapi/registry.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');
const text = read('../../openapi/workflow-runs.yaml');
const document = (): Record<string, unknown> => parse(text) as Record<string, unknown>;
const operation = loadOperation();

interface Documented {
  readonly part: string;
  readonly name: string;
  readonly type: string;
  readonly marks: readonly string[];
}

const documented: readonly Documented[] = read('fields.txt')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => {
    const [part = '', name = '', type = '', ...marks] = line.split(' ');
    return { part, name, type, marks };
  });

function nodeAt(pointer: string): Record<string, unknown> {
  const path = pointer
    .slice(2)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const node = valueAt(document(), path);
  assert.ok(isRecord(node), pointer);
  return { ...node };
}

function marksOf(node: Record<string, unknown>, isRequired: boolean): readonly string[] {
  return [
    ...(Array.isArray(node['enum']) ? [`enum=${node['enum'].join(',')}`] : []),
    ...('default' in node ? [`default=${String(node['default'])}`] : []),
    ...('minLength' in node && node['minLength'] === node['maxLength'] && !('x-null-evidence' in node)
      ? [`length=${String(node['minLength'])}`]
      : []),
    ...(typeof node['format'] === 'string' ? [node['format']] : []),
    ...(isRequired ? ['required'] : []),
  ];
}

test('the description names exactly the request fields of the page, with their types and bounds', () => {
  const described = operation.requestFields.map((field) =>
    `${field.name} ${[field.schema['type']].flat().join('|')} ${marksOf({ ...field.schema }, false).join(' ')}`.trim(),
  );
  const page = documented
    .filter((one) => one.part === 'request')
    .map((one) => `${one.name} ${one.type} ${one.marks.join(' ')}`.trim());
  assert.deepEqual(described, page);
});

test('the description names exactly the response fields of the page, with their types and formats', () => {
  const described = operation.responseFields.map((field) => {
    const node = nodeAt(field.pointer);
    const type = node['type'] === undefined ? 'unknown' : [node['type']].flat().map(String).join('|');
    const marks = marksOf(node, field.pattern === '/workflow_run').filter(
      (mark) => !mark.startsWith('length='),
    );
    return [field.pattern, type, ...marks].join(' ');
  });
  const page = documented
    .filter((one) => one.part === 'response')
    .map((one) => [one.name, one.type, ...one.marks].join(' '));
  assert.deepEqual(described, page);
});

test("the page's examples validate against their schemas", () => {
  assert.deepEqual(operation.checkRequest(operation.examples.request), []);
  assert.deepEqual(operation.checkResponseBody(operation.examples.response), []);
});

test('each documented response field stands in the example, with the type that the schema says', () => {
  const example = JSON.stringify(operation.examples.response);
  for (const { name } of documented.filter((one) => one.part === 'response')) {
    const last = name.split('/').at(-1) ?? '';
    assert.ok(last === '[]' || example.includes(`"${last}"`), name);
  }
});

test('every schema node and every rule carries its evidence', () => {
  const missing: string[] = [];
  const visit = (node: unknown, path: string): void => {
    if (!isRecord(node)) return;
    const isSchema =
      'type' in node && typeof node['type'] !== 'object'
        ? ['properties', 'items', 'format', 'enum', 'minLength', 'additionalProperties'].some(
            (key) => key in node,
          )
        : false;
    const underError =
      path.includes('ErrorAnswer') || path.includes('ValidationObjection') || path.includes('/headers/');
    if (isSchema && !underError && parseEvidence(node['x-evidence']) === null) missing.push(path);
    for (const [key, child] of Object.entries(node))
      if (!key.startsWith('x-') && key !== 'examples') visit(child, `${path}/${key}`);
  };
  visit(valueAt(document(), ['components', 'schemas']), '');
  assert.deepEqual(missing, []);
  for (const rule of operation.rules) assert.ok(rule.evidence.source.length > 5, rule.id);
});

test('every rule that can be broken has a check, and every check a rule', () => {
  assert.deepEqual(unmatched(operation), { rulesWithoutCheck: [], checksWithoutRule: [] });
  const misspelt = readOperation(text.replace(/^( +)known-run:/m, '$1known-rum:'));
  assert.deepEqual(unmatched(misspelt), {
    rulesWithoutCheck: ['known-rum'],
    checksWithoutRule: ['known-run'],
  });
});

test('a check counts itself where it applies, and may find no violation of another rule', () => {
  const looked: string[] = [];
  const broken = violationOf(operation.rule('key-echo'), 'seen', { kind: 'in-body' });
  const row = (applies: boolean) => ({ applies: () => applies, check: () => [broken] });
  const run = (checks: Parameters<typeof runChecks<null>>[0]): unknown =>
    runChecks(checks, null, (id) => looked.push(id));
  assert.deepEqual(run({ 'key-echo': row(true), 'known-run': row(false) }), [broken]);
  assert.deepEqual(looked, ['key-echo']);
  assert.throws(() => run({ 'known-run': row(true) }), /known-run found a violation of key-echo/);
});

test('the committed types and the committed result schema are those that the sources give', () => {
  const dir = mkdtempSync(join(tmpdir(), 'fresh-'));
  const bin = (name: string): string => new URL(`../../node_modules/.bin/${name}`, import.meta.url).pathname;
  const root = new URL('../../', import.meta.url).pathname;
  try {
    execFileSync(
      bin('openapi-typescript'),
      [
        'openapi/workflow-runs.yaml',
        '--enum-values',
        '--default-non-nullable',
        'false',
        '--root-types',
        '--immutable',
        '-o',
        join(dir, 'types.ts'),
      ],
      { cwd: root, stdio: 'pipe' },
    );
    execFileSync(
      bin('ts-json-schema-generator'),
      [
        '--path',
        'result/result.ts',
        '--type',
        'RunResult',
        '--tsconfig',
        'tsconfig.json',
        '-o',
        join(dir, 'schema.json'),
      ],
      { cwd: root, stdio: 'pipe' },
    );
    assert.equal(
      readFileSync(join(dir, 'types.ts'), 'utf8'),
      read('../../openapi/generated/workflow-runs.ts'),
      'run: npm run generate',
    );
    assert.equal(
      readFileSync(join(dir, 'schema.json'), 'utf8').trim(),
      read('../../reports/result.schema.json').trim(),
      'run: npm run generate',
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test('a description that lacks what everything rests on is refused in one sentence', () => {
  const broken: readonly (readonly [string, (document: Record<string, unknown>) => void])[] = [
    ['no paths', (d) => delete d['paths']],
    ['two paths', (d) => Object.assign(d['paths'] as object, { '/other': {} })],
    ['no schemas', (d) => delete d['components']],
    [
      'a rule without evidence',
      (d) =>
        delete (
          valueAt(d, ['paths', operation.path, 'post', 'x-rules', 'run-identity']) as Record<string, unknown>
        )['x-evidence'],
    ],
  ];
  for (const [what, breakIt] of broken) {
    const edited = document();
    breakIt(edited);
    assert.throws(
      () => parseOperation(edited),
      (error) => error instanceof DescriptionError && !error.message.includes('\n'),
      what,
    );
  }
});

test('an unknown keyword in a schema stops the description from being used', () => {
  const edited = document();
  Object.assign(valueAt(edited, ['components', 'schemas', 'WorkflowRunState']) as object, {
    requird: ['status'],
  });
  assert.throws(() => parseOperation(edited), /requird/);
});
