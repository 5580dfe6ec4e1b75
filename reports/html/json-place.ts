import { TOKEN } from './json-layout.ts';

/** A stretch of a text, from its first character to the one after its last. */
export type Span = readonly [from: number, to: number];

interface Level {
  readonly isArray: boolean;
  /** The key or index of the value that comes next; null while an object waits for its next key. */
  key: string | null;
  /** Where that key stands. */
  keyAt: number;
}

/**
 * Where a JSON pointer leads in a JSON text that may be cut short: a plain value with its key, of an object or an array
 * its key and the bracket that opens it. Where the place itself is missing, the nearest container around it. Null when
 * the pointer means the whole, or the text is no JSON.
 */
export function placeOf(text: string, pointer: string): Span | null {
  const path = pointer.split('/').slice(1).map(unescaped);
  if (path.length === 0 || !/^\s*[[{]/.test(text)) return null;
  const levels: Level[] = [];
  let best: Span | null = null;
  let depth = 0;
  for (const { 0: token, index: at } of text.matchAll(TOKEN)) {
    const top = levels.at(-1);
    if (token === '}' || token === ']') levels.pop();
    else if (token === ',') advance(top);
    else if (token !== ':') {
      if (top?.isArray === false && top.key === null) {
        top.key = keyOf(token);
        top.keyAt = at;
        continue;
      }
      const isOnTheWay = levels.length > depth && levels.every(({ key }, nth) => key === path[nth]);
      if (isOnTheWay && levels.length <= path.length) {
        depth = levels.length;
        best = [top === undefined || top.isArray ? at : top.keyAt, at + token.length];
        if (depth === path.length) return best;
      }
      if (token === '{' || token === '[')
        levels.push({ isArray: token === '[', key: token === '[' ? '0' : null, keyAt: at });
    }
  }
  return best;
}

function advance(level: Level | undefined): void {
  if (level === undefined) return;
  level.key = level.isArray ? String(Number(level.key) + 1) : null;
}

function keyOf(token: string): string {
  try {
    return String(JSON.parse(token));
  } catch {
    return token;
  }
}

function unescaped(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}
