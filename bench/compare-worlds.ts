/** Simulated comparisons of two deployments whose truth is known: blocks with noise of their own on a drift that both share. */
import type { BlockPair } from '../history/statistics/block-pairs.ts';
import { normal, type Random } from './nights.ts';

export interface PairWorld {
  readonly pairs: number;
  readonly requests: number;
  /** Spread of the responses of one block, in logarithms. */
  readonly spread: number;
  /** Noise of a block that the other of its pair does not share. */
  readonly own: number;
  /** How far a whole minute of the machine, the network and the load wander from pair to pair. */
  readonly drift: number;
  /** One response of so many takes ten times as long. */
  readonly slowOneIn: number;
  /** How many times as long B takes. */
  readonly factor: number;
}

export const USUAL: Omit<PairWorld, 'factor'> = {
  pairs: 30,
  requests: 100,
  spread: 0.25,
  own: 0.03,
  drift: 0.05,
  slowOneIn: 100,
};

const MEDIAN_US = 20_000;

export function pairsOf(world: PairWorld, random: Random): readonly BlockPair[] {
  let wandered = 0;
  return Array.from({ length: world.pairs }, () => {
    wandered += world.drift * normal(random);
    const level = MEDIAN_US * Math.exp(wandered);
    return { a: blockOf(world, level, random), b: blockOf(world, level * world.factor, random) };
  });
}

function blockOf({ requests, spread, own, slowOneIn }: PairWorld, level: number, random: Random): number[] {
  const median = level * Math.exp(own * normal(random));
  return Array.from({ length: requests }, () => {
    const slow = random() * slowOneIn < 1 ? 10 : 1;
    return Math.round(median * slow * Math.exp(spread * normal(random)));
  }).sort((a, b) => a - b);
}
