import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse as parseYaml } from 'yaml';
import type { Evidence } from '../result/exchange.ts';
import { parseEvidence } from './evidence.ts';
import { fieldsOf, type Field } from './fields.ts';
import type { SchemaWorkflowRunAnswer, SchemaWorkflowRunRequest } from './generated/workflow-runs.ts';
import { isRecord, valueAt, type JsonRecord } from '../result/json.ts';
import { linesOf, type LineOf } from './lines.ts';
import { DescriptionError, placesOf, type RequestPlace } from './places.ts';
import {
  isRelated,
  operationsIn,
  relatedOperations,
  servedSchemas,
  type DescribedOperation,
  type RelatedOperations,
} from './related.ts';
import { compileSchemas, type SchemaCheck } from './schemas.ts';

/** A command of the operation, as the description's enum has it. */
export type Command = NonNullable<SchemaWorkflowRunRequest['command']>;

/** A rule that a check holds an exchange against. */
export interface Rule {
  readonly id: string;
  readonly text: string;
  readonly evidence: Evidence;
}

/** One documented field of the request body. */
export interface RequestField {
  readonly name: string;
  readonly schema: JsonRecord;
  /** JSON pointer into the description. */
  readonly pointer: string;
  readonly evidence: Evidence;
}

/** The one operation that the description describes; everything else is derived from it. */
export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly commands: readonly string[];
  readonly requestFields: readonly RequestField[];
  /** The fields again, and every constrained position inside them. */
  readonly requestPlaces: readonly RequestPlace[];
  readonly responseFields: readonly Field[];
  readonly rules: readonly Rule[];
  /** The rule of that id. @throws when the description has none: a bug in this tool. */
  rule(id: string): Rule;
  readonly examples: {
    readonly request: SchemaWorkflowRunRequest;
    readonly response: SchemaWorkflowRunAnswer;
  };
  readonly checkRequest: SchemaCheck;
  readonly checkResponseBody: SchemaCheck;
  readonly checkError: SchemaCheck;
  /** What kind of status a run has; null without one. An unknown status counts as at work. */
  statusClassOf(status: string | null): StatusClass | null;
  /** The known statuses of a kind that is told by them. */
  statusesOf(kind: Exclude<StatusClass, 'at-work'>): readonly string[];
  /** The operations beside this one, by their ids. */
  readonly related: RelatedOperations;
  /** What is described of each schema that a service may serve of itself, by its name, and where its references lead. */
  readonly served: { readonly schemas: Readonly<Record<string, JsonRecord>>; readonly root: unknown };
}

/** Whether a run works, waits for a command, or has ended. */
export type StatusClass = 'at-work' | 'at-rest' | 'terminal';

export { DescriptionError } from './places.ts';

const DESCRIPTION_PATH = 'openapi/workflow-runs.yaml';
const DESCRIPTION = fileURLToPath(new URL('workflow-runs.yaml', import.meta.url));

let loaded: { readonly text: string; readonly operation: Operation } | null = null;

/** Reads the committed description, whose operation is derived once for each text. The only place that opens the document. */
export function loadOperation(): Operation {
  const text = readFileSync(DESCRIPTION, 'utf8');
  if (loaded?.text !== text) loaded = { text, operation: readOperation(text) };
  return loaded.operation;
}

/** The committed description as seen from the folder of this tool, with the SHA-256 of its file. */
export function descriptionHash(): { readonly name: string; readonly sha256: string } {
  const sha256 = createHash('sha256').update(readFileSync(DESCRIPTION)).digest('hex');
  return { name: DESCRIPTION_PATH, sha256 };
}

/** Where the committed description is, as seen from the folder of this tool, and on which line a pointer into it leads. */
export function descriptionPlaces(): { readonly path: string; readonly lineOf: LineOf } {
  return { path: DESCRIPTION_PATH, lineOf: linesOf(readFileSync(DESCRIPTION, 'utf8')) };
}

/**
 * Reads a description's text.
 * @throws DescriptionError, always one sentence: it is no YAML, or a part of it can't be used.
 */
export function readOperation(text: string): Operation {
  try {
    return parseOperation(parseYaml(text));
  } catch (error) {
    if (error instanceof DescriptionError) throw error;
    const why = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
    throw new DescriptionError(`The description can't be used: ${why.replace(/[.:\s]+$/, '')}.`);
  }
}

/**
 * Derives the operation from a parsed description.
 * @throws DescriptionError when a part that everything rests on is missing or malformed.
 */
export function parseOperation(document: unknown): Operation {
  const schemas = recordAt(document, ['components', 'schemas']);
  const all = operationsIn(recordAt(document, ['paths']));
  const { path, method, operation } = underTest(all);
  const rules = Object.entries(recordAt(operation, ['x-rules'])).map(([id, rule]) => parseRule(id, rule));
  const ruleById = new Map(rules.map((rule) => [rule.id, rule]));
  const compiled = compileSchemas(schemas);
  const requestSchema = recordAt(schemas, ['WorkflowRunRequest']);
  const classOfStatus = ['WorkflowRunState', 'properties', 'status', 'x-status-class'];
  const terminal = stringsAt(schemas, [...classOfStatus, 'terminal']);
  const atRest = stringsAt(schemas, [...classOfStatus, 'at_rest']);
  return {
    method,
    path,
    commands: stringsAt(requestSchema, ['properties', 'command', 'enum']),
    requestFields: requestFieldsOf(requestSchema),
    requestPlaces: placesOf(schemas, 'WorkflowRunRequest'),
    responseFields: fieldsOf(schemas, 'WorkflowRunAnswer'),
    rules,
    rule(id) {
      const rule = ruleById.get(id);
      if (rule === undefined)
        throw new DescriptionError(`The description has no rule "${id}" under x-rules.`);
      return rule;
    },
    examples: examplesOf(operation),
    checkRequest: compiled.check('WorkflowRunRequest'),
    checkResponseBody: compiled.check('WorkflowRunAnswer'),
    checkError: compiled.check('ErrorAnswer'),
    statusClassOf(status) {
      if (status === null) return null;
      if (terminal.includes(status)) return 'terminal';
      return atRest.includes(status) ? 'at-rest' : 'at-work';
    },
    statusesOf: (kind) => (kind === 'terminal' ? terminal : atRest),
    related: relatedOperations(all, schemas),
    served: { schemas: servedSchemas(all, schemas), root: document },
  };
}

function recordAt(from: unknown, path: readonly string[]): JsonRecord {
  const value = valueAt(from, path);
  if (!isRecord(value)) throw new DescriptionError(`The description has no object at ${path.join('.')}.`);
  return value;
}

function stringsAt(from: unknown, path: readonly string[]): readonly string[] {
  const value = valueAt(from, path);
  if (!Array.isArray(value) || value.length === 0)
    throw new DescriptionError(`The description has no list at ${path.join('.')}.`);
  return value.map(String);
}

function underTest(all: readonly DescribedOperation[]): DescribedOperation {
  const [first, ...others] = all.filter((one) => !isRelated(one));
  if (first === undefined || others.length > 0)
    throw new DescriptionError(
      'The description must have exactly one operation whose x-evidence is not related: the one under test.',
    );
  return first;
}

function parseRule(id: string, rule: unknown): Rule {
  const evidence = parseEvidence(valueAt(rule, ['x-evidence']));
  const text = valueAt(rule, ['text']);
  if (evidence === null || typeof text !== 'string')
    throw new DescriptionError(`The rule "${id}" needs a text and an x-evidence.`);
  return { id, text, evidence };
}

function requestFieldsOf(schema: JsonRecord): readonly RequestField[] {
  return Object.entries(recordAt(schema, ['properties'])).map(([name, node]) => {
    const evidence = parseEvidence(valueAt(node, ['x-evidence']));
    if (!isRecord(node) || evidence === null)
      throw new DescriptionError(`The request field "${name}" needs an x-evidence.`);
    return {
      name,
      schema: node,
      pointer: `#/components/schemas/WorkflowRunRequest/properties/${name}`,
      evidence,
    };
  });
}

/** The examples are held against their schemas by a self-test, so their types are taken as said. */
function examplesOf(operation: JsonRecord): Operation['examples'] {
  const example = ['content', 'application/json', 'examples', 'page', 'value'];
  return {
    request: recordAt(operation, ['requestBody', ...example]),
    response: recordAt(operation, ['responses', '200', ...example]) as unknown as SchemaWorkflowRunAnswer,
  };
}
