import { jsonBody } from '../../api/request-body.ts';
import { commandBody, startBody, type Canary, type Subject } from '../../api/request.ts';
import type { WireRequest } from '../../api/exchange.ts';
import type { Operation } from '../../openapi/registry.ts';
import { isRecord, type JsonRecord } from '../../result/json.ts';
import { NO_TEXT, type Case, type Mutation, type Variable } from './case.ts';

/** The request of a case, or null when it needs a live run and there is none. */
export function requestOf(
  operation: Operation,
  testCase: Case,
  subject: Subject,
  canary: Canary,
): WireRequest | null {
  const base = baseBody(testCase, subject, canary);
  if (base === null) return null;
  return {
    method: testCase.method,
    path: operation.path + testCase.pathSuffix,
    credential: testCase.credential,
    headers: testCase.headers,
    body: ['GET', 'HEAD', 'OPTIONS', 'TRACE'].includes(testCase.method)
      ? null
      : asWritten(mutated(base, testCase, subject.workflowId)),
    ...(testCase.framing === undefined ? {} : { framing: testCase.framing }),
  };
}

/**
 * The request with no more in its body than the command, the ids and what the case is about; null when that is all
 * there is, when the body's text matters, or when the case keeps every rule, so that all of it counts.
 */
export function leastRequest(operation: Operation, testCase: Case, request: WireRequest): WireRequest | null {
  const { mutation, intent } = testCase;
  if (intent === 'keep' || !['none', 'set', 'omit', 'unknown-id', 'resize', 'wrap'].includes(mutation.kind))
    return null;
  const body = jsonBody(request);
  if (body === null) return null;
  const documented = operation.requestFields.map((field) => field.name);
  const wanted = ['command', 'workflow_id', 'workflow_run_id', testCase.field];
  const kept = Object.entries(body).filter(([name]) => wanted.includes(name) || !documented.includes(name));
  if (kept.length === Object.keys(body).length) return null;
  return { ...request, body: JSON.stringify(Object.fromEntries(kept)) };
}

function baseBody(testCase: Case, subject: Subject, canary: Canary): JsonRecord | null {
  if (testCase.base === 'start') return startBody(subject, canary);
  if (subject.liveRunId === null) return null;
  return { ...commandBody(subject, 'data', subject.liveRunId, canary), command: testCase.command };
}

/** The text, or its bytes where it has places that no text can fill. */
function asWritten(text: string): string | Uint8Array {
  if (!text.includes(NO_TEXT)) return text;
  const parts = text.split(NO_TEXT).map((part) => Buffer.from(part, 'utf8'));
  return Buffer.concat(parts.flatMap((part, i) => (i === 0 ? [part] : [Buffer.from([0xff]), part])));
}

/** A body as text, with what a case changes of it. */
export function mutated(
  base: JsonRecord,
  testCase: Pick<Case, 'mutation' | 'intent'>,
  workflowId: string,
): string {
  const mutation: Mutation = testCase.mutation;
  switch (mutation.kind) {
    case 'none':
      return JSON.stringify(base);
    case 'omit':
      return JSON.stringify(
        Object.fromEntries(Object.entries(base).filter(([key]) => key !== mutation.field)),
      );
    case 'compose': {
      const kept = Object.entries(base).filter(([key]) => !mutation.omit.includes(key));
      const set = Object.entries(mutation.set).map(([key, value]) => [
        key,
        filled(base[key], value, testCase),
      ]);
      return JSON.stringify(Object.fromEntries([...kept, ...set]));
    }
    case 'variables':
      return withVariables(base, mutation.variables);
    case 'unknown-id':
      return JSON.stringify({
        ...base,
        ...(mutation.withWorkflow === true ? { workflow_id: workflowId } : {}),
        [mutation.field]: spoilId(base[mutation.field]),
      });
    case 'resize':
      return JSON.stringify({ ...base, [mutation.field]: resized(base[mutation.field], mutation.length) });
    case 'raw':
      return mutation.text
        .replaceAll('{workflow_id}', () => workflowId)
        .replaceAll('{members}', () => JSON.stringify(base).slice(1, -1))
        .replaceAll('{body}', () => JSON.stringify(base));
    case 'truncated':
      return JSON.stringify(base).slice(0, -mutation.characters);
    case 'literal': {
      const [field = '', ...deeper] = mutation.path;
      const text = JSON.stringify({ ...base, [field]: placed(base[field], deeper, LITERAL) });
      return text.replace(JSON.stringify(LITERAL), () => mutation.json);
    }
    case 'wrap': {
      const id = base[mutation.field] ?? ANY_ID;
      return JSON.stringify({ ...base, [mutation.field]: { $oid: id, _id: id, id } });
    }
    case 'set': {
      const [field = '', ...deeper] = mutation.path;
      const value =
        deeper.length > 0
          ? placed(base[field], deeper, mutation.value)
          : filled(base[field], mutation.value, testCase);
      return JSON.stringify({ ...base, [field]: value });
    }
  }
}

const LITERAL = '@@literal@@';
/** Stands where the base has no id. */
const ANY_ID = '5eb7cf5a86d9755df3a6c593';

/** Puts JSON text into the body as it is: through a JavaScript value -0 would be lost. */
function withVariables(base: JsonRecord, variables: readonly Variable[]): string {
  const markOf = (key: string): string => `@@${key}@@`;
  const maps = new Map<string, JsonRecord>();
  for (const { key, fields } of variables) {
    for (const field of fields) {
      const map = maps.get(field) ?? base[field];
      maps.set(field, { ...(isRecord(map) ? map : {}), [key]: markOf(key) });
    }
  }
  return variables.reduce(
    (text, { key, json }) => text.replaceAll(JSON.stringify(markOf(key)), () => json),
    JSON.stringify({ ...base, ...Object.fromEntries(maps) }),
  );
}

/** A case that keeps the promise adds to the workflow's own variables rather than taking them away. */
function filled(before: unknown, value: unknown, testCase: Pick<Case, 'intent'>): unknown {
  const adds =
    testCase.intent === 'keep' && isRecord(before) && isRecord(value) && Object.keys(value).length > 0;
  return adds ? { ...before, ...value } : value;
}

/** The id cut or continued to a number of characters; without one, any id. */
function resized(id: unknown, length: number): string {
  const whole = typeof id === 'string' ? id : ANY_ID;
  return whole.padEnd(length, 'a').slice(0, length);
}

/** Another well-formed id: its first character, the most significant of an ObjectId's time, is replaced. */
function spoilId(id: unknown): string {
  const whole = String(id);
  return `${whole.startsWith('0') ? '1' : '0'}${whole.slice(1)}`;
}

/** The value with one place inside it set; what is not there on the way is made: a list for an index, else a map. */
function placed(before: unknown, path: readonly (string | number)[], value: unknown): unknown {
  const [step, ...deeper] = path;
  if (step === undefined) return value;
  if (typeof step === 'number') return [placed(undefined, deeper, value)];
  const map = isRecord(before) ? before : {};
  return { ...map, [step]: placed(map[step], deeper, value) };
}
