import type { Pacer } from './pacer.ts';

/** One of several equal shares of a load. Number `index` (0-based) of `count` gets every `count`-th arrival. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** The whole as its only share. */
export const WHOLE: Shard = { index: 0, count: 1 };

/** All shares of a count. */
export function shardsOf(count: number): readonly Shard[] {
  return Array.from({ length: count }, (_, index) => ({ index, count }));
}

/** A share of a share, as a share of the whole. */
export function within(outer: Shard, inner: Shard): Shard {
  return { index: outer.index + outer.count * inner.index, count: outer.count * inner.count };
}

/** The share of a number of things; the shares of all add up to exactly that number. */
export function portionOf(total: number, { index, count }: Shard): number {
  return Math.floor(total / count) + (index < total % count ? 1 : 0);
}

/** The number in the whole of the n-th thing of a share. */
export function placeOf(n: number, { index, count }: Shard): number {
  return index + n * count;
}

/** The sends of a pace that fall to a share: the shares of all are the pace itself, each send in one of them. */
export function interleaved(pacer: Pacer, shard: Shard): Pacer {
  if (shard.count === 1) return pacer;
  return { count: portionOf(pacer.count, shard), dueMs: (n) => pacer.dueMs(placeOf(n, shard)) };
}
