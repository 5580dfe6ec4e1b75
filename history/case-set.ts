import { createHash } from 'node:crypto';

const BYTES_EACH = 4;

/**
 * The ids of cases as text of six characters each, whatever their length: the sorted beginnings of their hashes. A night has
 * hundreds of cases, and the history only has to know whether one was among them.
 */
export function caseSet(ids: Iterable<string>): string {
  const hashes = [...new Set([...ids].map(hashOf))].sort((a, b) => a - b);
  const bytes = Buffer.alloc(hashes.length * BYTES_EACH);
  hashes.forEach((hash, at) => bytes.writeUInt32BE(hash, at * BYTES_EACH));
  return bytes.toString('base64');
}

/** The members of a case set, as numbers that compare. */
export function membersOf(text: string): ReadonlySet<number> {
  const bytes = Buffer.from(text, 'base64');
  const count = Math.floor(bytes.length / BYTES_EACH);
  return new Set(Array.from({ length: count }, (_, at) => bytes.readUInt32BE(at * BYTES_EACH)));
}

/** True when each member of one set is in the other. */
export function isWithin(one: string, other: ReadonlySet<number>): boolean {
  return [...membersOf(one)].every((member) => other.has(member));
}

function hashOf(id: string): number {
  return createHash('sha256').update(id).digest().readUInt32BE(0);
}
