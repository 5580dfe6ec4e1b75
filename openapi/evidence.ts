import type { Evidence, EvidenceLevel } from '../result/exchange.ts';
import { isRecord, type JsonRecord } from '../result/json.ts';

const LEVELS: readonly EvidenceLevel[] = ['documented', 'entailed', 'standard', 'related', 'assumed'];

function isLevel(value: unknown): value is EvidenceLevel {
  return LEVELS.some((level) => level === value);
}

/** Reads one `x-evidence` value; null when it is absent or not of the form `{level, source}`. */
export function parseEvidence(value: unknown): Evidence | null {
  if (!isRecord(value)) return null;
  const { level, source } = value;
  return isLevel(level) && typeof source === 'string' ? { level, source } : null;
}

/** The evidence of one keyword of a schema node: the keyword's own where it has one, else the node's. */
export function evidenceOf(node: JsonRecord, keyword: string): Evidence | null {
  const own = node['x-evidence'];
  const keywords = isRecord(own) ? own['keywords'] : undefined;
  return (isRecord(keywords) ? parseEvidence(keywords[keyword]) : null) ?? parseEvidence(own);
}

/** The evidence that null is allowed by a neighbour though the page shows none; null when nothing says so. */
export function nullEvidenceOf(node: JsonRecord): Evidence | null {
  return parseEvidence(node['x-null-evidence']);
}
