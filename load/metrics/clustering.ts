const BLOCKS_MAX = 64;
const FIRST_BLOCK_MS = 125;
const BUCKETS = 1024;
const BUCKET_WIDTH = Math.log(1.02);
const GROUPS_LEAST = 8;
const EXCEEDANCES_LEAST = 0.5;
const NORMAL_999 = 3.09;

/** Blocks as plain data: of each block its buckets that hold anything, as bucket and count in turn. */
export interface BlocksState {
  readonly blockMs: number;
  readonly blocks: readonly (readonly [block: number, counts: readonly number[]])[];
}

/**
 * The same times as a recorder, but by blocks of time and in buckets of two per cent: enough to see whether slow
 * responses come in clusters. The blocks double in length as time goes on, so that there are never more than 64.
 */
export class Blocks {
  #blockMs = FIRST_BLOCK_MS;
  #blocks: (Uint32Array | undefined)[] = [];

  /** Records a time in microseconds. @param atMs milliseconds since the step began. */
  record(us: number, atMs: number): void {
    while (Math.max(0, atMs) / this.#blockMs >= BLOCKS_MAX) this.#double();
    const block = Math.floor(Math.max(0, atMs) / this.#blockMs);
    const counts = (this.#blocks[block] ??= new Uint32Array(BUCKETS));
    const bucket = bucketOf(us);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }

  /** All that was counted, to be sent or saved. */
  state(): BlocksState {
    return {
      blockMs: this.#blockMs,
      blocks: this.#blocks.flatMap((counts, block) =>
        counts === undefined ? [] : [[block, sparse(counts)] as const],
      ),
    };
  }

  /** Adds what another has counted over the same time. */
  merge(state: BlocksState): void {
    while (this.#blockMs < state.blockMs) this.#double();
    for (const [theirs, counts] of state.blocks) {
      const own = (this.#blocks[Math.floor((theirs * state.blockMs) / this.#blockMs)] ??= new Uint32Array(
        BUCKETS,
      ));
      for (let i = 0; i + 1 < counts.length; i += 2) {
        const bucket = counts[i] ?? 0;
        own[bucket] = (own[bucket] ?? 0) + (counts[i + 1] ?? 0);
      }
    }
  }

  /**
   * By how much the share of times above a quantile varies more from block to block than that of independent times
   * would (the design effect): 1 when no more, or not with 99.9 % confidence. A sample of `n` is then worth as much
   * as `n` divided by this. The blocks are looked at one by one and in groups of two, four and eight, as clusters
   * may be longer than a block; the largest effect counts.
   */
  inflation(quantile: number): number {
    const blocks = this.#blocks.filter((block) => block !== undefined);
    const boundary = boundaryOf(blocks, quantile);
    if (boundary === null) return 1;
    const pairs = blocks.map((block) => ({ count: sumOf(block), above: sumOf(block.subarray(boundary)) }));
    return Math.max(1, ...[1, 2, 4, 8].map((size) => effectOf(groupsOf(pairs, size))));
  }

  #double(): void {
    const merged: (Uint32Array | undefined)[] = [];
    for (let i = 0; i < this.#blocks.length; i += 2)
      merged.push(mergedOf(this.#blocks[i], this.#blocks[i + 1]));
    this.#blocks = merged;
    this.#blockMs *= 2;
  }
}

/** Some requests of one time, and how many of them were above a boundary. */
export interface Group {
  readonly count: number;
  readonly above: number;
}

/**
 * By how much the share above varies more from group to group than that of independent requests would (the design
 * effect): 1 when no more, or not with 99.9 % confidence.
 */
export function effectOf(groups: readonly Group[]): number {
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  const above = groups.reduce((sum, group) => sum + group.above, 0);
  const rarer = Math.min(above, count - above);
  if (groups.length < GROUPS_LEAST || rarer / groups.length < EXCEEDANCES_LEAST) return 1;
  const share = above / count;
  const squares = groups.reduce((sum, group) => sum + (group.above - share * group.count) ** 2, 0);
  const degrees = groups.length - 1;
  const effect = (squares * groups.length) / degrees / (count * share * (1 - share));
  return effect > chanceLimit(degrees) ? effect : 1;
}

/** What a mean of squares stays under in 999 of 1,000 cases by chance alone (Wilson and Hilferty, 1931). */
function chanceLimit(degrees: number): number {
  const spread = 2 / (9 * degrees);
  return (1 - spread + NORMAL_999 * Math.sqrt(spread)) ** 3;
}

/** The first bucket above the boundary that comes nearest to a quantile; null when all times are in one bucket. */
function boundaryOf(blocks: readonly Uint32Array[], quantile: number): number | null {
  const totals = new Float64Array(BUCKETS);
  for (const block of blocks) for (const [i, n] of block.entries()) totals[i] = (totals[i] ?? 0) + n;
  const count = totals.reduce((sum, n) => sum + n, 0);
  let best: number | null = null;
  let bestDistance = Infinity;
  let below = 0;
  for (const [i, n] of totals.entries()) {
    below += n;
    const distance = Math.abs(below / count - quantile);
    if (below === 0 || below === count || distance >= bestDistance) continue;
    best = i + 1;
    bestDistance = distance;
  }
  return best;
}

/** Groups of as many neighbours. */
export function groupsOf(pairs: readonly Group[], size: number): readonly Group[] {
  return Array.from({ length: Math.floor(pairs.length / size) }, (_, i) => {
    const group = pairs.slice(i * size, (i + 1) * size);
    return {
      count: group.reduce((sum, pair) => sum + pair.count, 0),
      above: group.reduce((sum, pair) => sum + pair.above, 0),
    };
  });
}

function bucketOf(us: number): number {
  return Math.min(BUCKETS - 1, Math.floor(Math.log(Math.max(1, us)) / BUCKET_WIDTH));
}

function mergedOf(a: Uint32Array | undefined, b: Uint32Array | undefined): Uint32Array | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  for (const [i, n] of b.entries()) a[i] = (a[i] ?? 0) + n;
  return a;
}

function sumOf(counts: Uint32Array): number {
  return counts.reduce((sum, n) => sum + n, 0);
}

function sparse(counts: Uint32Array): readonly number[] {
  const pairs: number[] = [];
  for (const [bucket, n] of counts.entries()) if (n > 0) pairs.push(bucket, n);
  return pairs;
}
