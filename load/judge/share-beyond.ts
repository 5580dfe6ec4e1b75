import type { ShareBeyond } from '../../result/load-result.ts';
import { binomial } from '../metrics/quantile.ts';

const ERROR_SHARE = 0.05;
/** Enough for four digits of a share of one in a million. */
const HALVINGS = 34;

/**
 * Whether the true share of requests beyond a limit is within what is allowed, with 95 % confidence: null when the
 * sample can't tell. Clusters count where the requests beyond the limit are, so one hiccup far below it does not matter.
 */
export function isWithin(share: ShareBeyond, allowed: number): boolean | null {
  const { count, of } = independent(share);
  const atMost = binomial(allowed, of);
  if (atMost(Math.ceil(count)) <= (count === 0 ? ERROR_SHARE : ERROR_SHARE / 2)) return true;
  const above = 1 - atMost(Math.floor(count) - 1);
  return above <= ERROR_SHARE / 2 ? false : null;
}

/**
 * The 95 % interval of the share of requests beyond a limit: what is allowed lies in it exactly where the sample can't
 * tell, so that what is said of a share never contradicts what is concluded from it.
 */
export function intervalOf(share: ShareBeyond): readonly [low: number, high: number] {
  const border = (is: (allowed: number) => boolean): number => {
    let [low, high] = [0, 1];
    for (let halvings = 0; halvings < HALVINGS; halvings += 1) {
      const middle = (low + high) / 2;
      if (is(middle)) high = middle;
      else low = middle;
    }
    return (low + high) / 2;
  };
  if (independent(share).of === 0) return [0, 1];
  const low = share.count === 0 ? 0 : border((allowed) => isWithin(share, allowed) !== false);
  const high = share.count >= share.of ? 1 : border((allowed) => isWithin(share, allowed) === true);
  return [low, high];
}

/** As many independent requests as the clusters leave. */
function independent({ count, of, cluster }: ShareBeyond): { readonly count: number; readonly of: number } {
  return { count: count / cluster, of: Math.floor(of / cluster) };
}
