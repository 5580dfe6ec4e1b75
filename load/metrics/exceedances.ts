import type { BeyondLimit, ShareBeyond, TimeKind } from '../../result/load-result.ts';
import { effectOf, groupsOf, type Group } from './clustering.ts';
import type { Shares } from './hit.ts';

/** A limit on times at which requests are counted. */
export interface TimeLimit {
  readonly of: TimeKind;
  readonly limitUs: number;
  /** True when a time that is equal to the limit is beyond it. */
  readonly isBeyondAtLimit: boolean;
}

/** One request as it is held against the limits. Times in milliseconds; infinite for what was never answered. */
export interface Timed {
  /** When it was due, since the step began. */
  readonly atMs: number;
  readonly latencyMs: number;
  /** Null when it was never sent. */
  readonly serviceMs: number | null;
  readonly shares: Shares;
  readonly lagMs: number;
  readonly isDisturbed: boolean;
  /** True when it is unknown what would have become of it, because we gave it up or never sent it. */
  readonly isOurs: boolean;
  /** True when it was never sent because the target took no connections. */
  readonly isDown: boolean;
}

const BLOCKS_MAX = 64;
const FIRST_BLOCK_MS = 125;
const REASONS = ['own', 'held', 'ceiling', 'pool'] as const;

/** Requests by blocks of time, and how many of them were beyond a limit. The blocks double in length as time goes on. */
export class BlockedShare {
  #blockMs = FIRST_BLOCK_MS;
  #blocks: ([count: number, above: number] | undefined)[] = [];

  add(isBeyond: boolean, atMs: number): void {
    while (Math.max(0, atMs) / this.#blockMs >= BLOCKS_MAX) this.#double();
    const at = Math.floor(Math.max(0, atMs) / this.#blockMs);
    const block = (this.#blocks[at] ??= [0, 0]);
    block[0] += 1;
    if (isBeyond) block[1] += 1;
  }

  state(): BlockedShareState {
    return {
      blockMs: this.#blockMs,
      blocks: [...this.#blocks].flatMap((block, at) =>
        block === undefined ? [] : [[at, ...block] as const],
      ),
    };
  }

  merge({ blockMs, blocks }: BlockedShareState): void {
    while (this.#blockMs < blockMs) this.#double();
    for (const [at, count, above] of blocks) {
      const own = (this.#blocks[Math.floor((at * blockMs) / this.#blockMs)] ??= [0, 0]);
      own[0] += count;
      own[1] += above;
    }
  }

  /** How many, and by how much their clusters make them worth less. */
  share(): ShareBeyond {
    const groups: readonly Group[] = this.#blocks
      .filter((block) => block !== undefined)
      .map(([count, above]) => ({ count, above }));
    const sum = (of: (group: Group) => number): number =>
      groups.reduce((total, group) => total + of(group), 0);
    const effects = [1, 2, 4, 8].map((size) => effectOf(groupsOf(groups, size)));
    return {
      count: sum(({ above }) => above),
      of: sum(({ count }) => count),
      cluster: Math.round(Math.max(1, ...effects) * 100) / 100,
    };
  }

  #double(): void {
    const merged: ([number, number] | undefined)[] = [];
    for (const [at, block] of this.#blocks.entries()) {
      if (block === undefined) continue;
      const into = (merged[Math.floor(at / 2)] ??= [0, 0]);
      into[0] += block[0];
      into[1] += block[1];
    }
    this.#blocks = merged;
    this.#blockMs *= 2;
  }
}

/** The same as plain data. */
export interface BlockedShareState {
  readonly blockMs: number;
  readonly blocks: readonly (readonly [block: number, count: number, above: number])[];
}

/** One limit's counts as plain data. */
export interface ExceedancesState {
  readonly all: BlockedShareState;
  readonly apart: BlockedShareState;
  readonly up: BlockedShareState;
  readonly down: number;
  readonly reasons: Readonly<Record<(typeof REASONS)[number], number>>;
}

/**
 * Counts the requests beyond a limit: with every wait in them, and with what was ours, or was asked for, taken off.
 * What was sent into a burst of our own making is left out of the second count, for nobody knows what it would have been.
 */
export class Exceedances {
  readonly limit: TimeLimit;
  readonly #all = new BlockedShare();
  readonly #apart = new BlockedShare();
  /** `#apart` without the requests that are beyond the limit only because the target took no connections. */
  readonly #up = new BlockedShare();
  #down = 0;
  readonly #reasons = { own: 0, held: 0, ceiling: 0, pool: 0 };

  constructor(limit: TimeLimit) {
    this.limit = limit;
  }

  add(timed: Timed): void {
    const { atMs, shares, lagMs, isDisturbed, isOurs } = timed;
    const isOfService = this.limit.of === 'service';
    const fullMs = isOfService ? timed.serviceMs : timed.latencyMs;
    if (fullMs === null) return;
    const ours = isOfService
      ? { own: lagMs, held: 0, ceiling: 0, pool: 0 }
      : { ...shares, own: shares.own + lagMs };
    const apartMs = fullMs - ours.own - ours.held - ours.ceiling - ours.pool;
    const isBeyond = this.#isBeyond(fullMs);
    const isBeyondApart = this.#isBeyond(apartMs);
    this.#all.add(isBeyond, atMs);
    const isLeftOut = isDisturbed || isOurs;
    const isOfOutage =
      isBeyondApart && !isOfService && (timed.isDown || !this.#isBeyond(apartMs - shares.down));
    if (!isLeftOut) {
      this.#apart.add(isBeyondApart, atMs);
      if (isOfOutage) this.#down += 1;
      else this.#up.add(isBeyondApart, atMs);
    }
    if (!isBeyond || (isBeyondApart && !isLeftOut)) return;
    for (const reason of REASONS) this.#reasons[reason] += ours[reason];
    if (isDisturbed && REASONS.every((reason) => ours[reason] === 0)) this.#reasons.own += 1;
  }

  state(): ExceedancesState {
    return {
      all: this.#all.state(),
      apart: this.#apart.state(),
      up: this.#up.state(),
      down: this.#down,
      reasons: { ...this.#reasons },
    };
  }

  merge({ all, apart, up, down, reasons }: ExceedancesState): void {
    this.#all.merge(all);
    this.#apart.merge(apart);
    this.#up.merge(up);
    this.#down += down;
    for (const reason of REASONS) this.#reasons[reason] += reasons[reason];
  }

  toResult(): BeyondLimit {
    const { of, limitUs, isBeyondAtLimit } = this.limit;
    const { own, held, ceiling, pool } = this.#reasons;
    return {
      of,
      limit_us: limitUs,
      at_limit: isBeyondAtLimit,
      all: this.#all.share(),
      without_ours: this.#apart.share(),
      while_down: this.#down,
      without_down: this.#up.share(),
      ours_ms: {
        generator: Math.round(own),
        pause: Math.round(held),
        connections: Math.round(ceiling),
        runs: Math.round(pool),
      },
    };
  }

  #isBeyond(ms: number): boolean {
    const us = Math.round(ms * 1000);
    return this.limit.isBeyondAtLimit ? us >= this.limit.limitUs : us > this.limit.limitUs;
  }
}
