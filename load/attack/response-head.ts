import type { HeaderPair } from '../../result/exchange.ts';

/** The headers of a response. */
export interface Head {
  /** Names in lower case. */
  readonly pairs: readonly HeaderPair[];
  /** How long the server keeps the idle connection by its own word, less a margin for our next request's way. */
  readonly keepAliveMs: number;
}

/** Reads heads as they came. A server repeats itself from one response to the next, so the last head is kept. */
export class HeadReader {
  #flat: readonly string[] | null = null;
  #head: Head = { pairs: [], keepAliveMs: Infinity };

  /** @param flat names and values in turn. */
  read(flat: readonly string[]): Head {
    if (this.#flat === null || !isSame(this.#flat, flat)) {
      this.#flat = flat;
      const pairs = pairsOf(flat);
      this.#head = { pairs, keepAliveMs: keepAliveMs(pairs) };
    }
    return this.#head;
  }
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}

function pairsOf(flat: readonly string[]): readonly HeaderPair[] {
  const pairs: HeaderPair[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) pairs.push([(flat[i] ?? '').toLowerCase(), flat[i + 1] ?? '']);
  return pairs;
}

function keepAliveMs(headers: readonly HeaderPair[]): number {
  const hint = headers.find(([name]) => name === 'keep-alive')?.[1];
  const seconds = Number(/timeout=(\d+)/i.exec(hint ?? '')?.[1] ?? Infinity);
  return seconds >= 2 ? (seconds - 1) * 1000 : seconds * 500;
}
