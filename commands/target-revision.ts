import { createHash } from 'node:crypto';
import { isRecord } from '../result/json.ts';
import type { ContractResult } from '../result/contract-result.ts';
import type { LoadResult } from '../result/load-result.ts';
import type { TargetRevision } from '../result/result.ts';
import { steadyHeaders, VersionHeaders } from '../result/version-headers.ts';

/** What the target is at: what was set, what its headers said, and hashes of what it serves and how its responses look. */
export function targetRevision(
  declared: string | null,
  contract: ContractResult | null,
  load: LoadResult | null,
): TargetRevision {
  const headers = new VersionHeaders();
  headers.merge(contract?.version_headers ?? {});
  for (const { version_headers: counts = {} } of load?.scenarios ?? []) headers.merge(counts);
  return {
    declared,
    headers: steadyHeaders(headers.counts()),
    schema_sha256: servedHash(contract),
    shape_sha256: shapeHash(contract),
  };
}

/** A hash of the schemas that the target serves of itself; null where it serves none that could be read. */
export function servedHash(contract: ContractResult | null): string | null {
  const schema = contract?.live_schema;
  return schema?.state === 'read' ? schemaHash(schema.document) : null;
}

/** The fields and statuses that its responses showed. */
function shapeHash(contract: ContractResult | null): string | null {
  const { response_fields: fields = [], statuses = [] } = contract?.coverage ?? {};
  const seen = [...fields, ...statuses].filter(({ exercised }) => exercised > 0).map(({ name }) => name);
  return seen.length === 0 ? null : hashOf(seen.sort().join('\n'));
}

/** Where it is served from is no part of what it says: that may differ from replica to replica. */
function schemaHash(document: unknown): string {
  const said = isRecord(document)
    ? Object.fromEntries(
        Object.entries(document).filter(
          ([name]) => !['servers', 'host', 'basePath', 'schemes'].includes(name),
        ),
      )
    : document;
  return hashOf(JSON.stringify(inOrder(said)));
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** A server may write the members of an object in another order each time it starts. */
function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (!isRecord(value)) return value;
  const entries = Object.entries(value).map(([key, own]) => [key, inOrder(own)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
