import type { Operation } from '../../openapi/registry.ts';
import { isRecord } from '../../result/json.ts';
import type { LiveSchema } from '../../result/shape.ts';
import { openApiClient } from '../../target/send.ts';
import type { Target } from '../../target/target.ts';

/** Keywords that hold values, and texts. A field of that name is a schema, which has a type. */
const VALUED: readonly string[] = ['default', 'examples', 'example', 'description', 'title', '$comment'];
const DEPTH_MAX = 200;
const TOO_DEEP = Symbol('too deep');
const KEPT_MAX = 1_000_000;
const ABSENT: readonly number[] = [401, 403, 404, 405, 410];

/** Reads the schemas that a target serves of itself: one free request, on a path that its page does not promise. */
export async function readLiveSchema(operation: Operation, target: Target): Promise<LiveSchema> {
  const client = openApiClient(target);
  try {
    const { response, evidence } = await client.send(
      {
        method: operation.related.getWorkflowRunSchemas.method,
        path: operation.related.getWorkflowRunSchemas.path(),
        credential: { kind: 'valid' },
        headers: [],
        body: null,
      },
      { mayReuse: true },
    );
    if (response === null) return notCompared(`it was not answered (${evidence.failure?.message ?? ''})`);
    const { status, body } = response;
    if (ABSENT.includes(status)) return { state: 'absent', why: `the target serves none (${status})` };
    if (status < 200 || status > 299) return notCompared(`it was answered with ${status}`);
    // A server without that route may read "schema" as the id of a run that it makes up.
    if (body.kind !== 'json') return notCompared('what came is not JSON');
    const document = withoutValues(body.value, 0);
    if (document === TOO_DEEP) return notCompared(`it is nested deeper than ${DEPTH_MAX} levels`);
    const text = target.redact(JSON.stringify(document));
    if (text.length > KEPT_MAX)
      return notCompared(`it has more than ${KEPT_MAX / 1_000_000} million characters`);
    return { state: 'read', document: JSON.parse(text) as unknown };
  } finally {
    await client.close();
  }
}

/** Names and types are kept, and what a value may be; values that were filled in are nobody's business. */
function withoutValues(schema: unknown, depth: number): unknown {
  if (typeof schema !== 'object' || schema === null) return schema;
  if (depth > DEPTH_MAX) return TOO_DEEP;
  const entries = Object.entries(schema)
    .filter(([keyword, value]) => !VALUED.includes(keyword) || (isRecord(value) && 'type' in value))
    .map(([keyword, value]) => [keyword, withoutValues(value, depth + 1)] as const);
  if (entries.some(([, value]) => value === TOO_DEEP)) return TOO_DEEP;
  return Array.isArray(schema) ? entries.map(([, value]) => value) : Object.fromEntries(entries);
}

function notCompared(why: string): LiveSchema {
  return { state: 'not-compared', why };
}
