import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { mersenne } from 'pure-rand/generator/mersenne';

/** Numbers evenly spread from 0 up to 1, the same for the same seed; near seeds are as different as far ones. */
export function seededRandom(seed: number): () => number {
  const random = mersenne(seed);
  return () => uniformFloat64(random);
}
