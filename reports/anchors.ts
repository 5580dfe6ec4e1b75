import { createHash } from 'node:crypto';

/**
 * A stable element id for a name. A plain name is taken as it is (`finding-3fa9…`); another gets a short hash, so that
 * two names never share an id.
 */
export function anchor(prefix: string, name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, 80);
  if (plain === name) return `${prefix}-${name}`;
  return `${prefix}-${plain}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}

/** Ids for a list of names in which a name may come again: `scenario-start`, `scenario-start-2`. */
export function anchors(prefix: string, names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const first = anchor(prefix, name);
    let id = first;
    for (let number = 2; taken.has(id); number += 1) id = `${first}-${number}`;
    taken.add(id);
    return id;
  });
}
