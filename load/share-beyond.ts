import type { ShareBeyond } from '../reports/load-result.ts';
import { binomial, wilsonInterval } from './quantile.ts';

const ERROR_SHARE = 0.05;

/**
 * Whether the true share of requests beyond a limit is within what is allowed, with 95 % confidence: null when the
 * sample can't tell. Clusters count where the requests beyond the limit are, so one hiccup far below it does not matter.
 */
export function isWithin(share: ShareBeyond, allowed: number): boolean | null {
  const { count, of } = independent(share);
  if (of === 0) return null;
  const atMost = binomial(allowed, of);
  if (atMost(Math.ceil(count)) <= (count === 0 ? ERROR_SHARE : ERROR_SHARE / 2)) return true;
  const above = count === 0 ? 1 : 1 - atMost(Math.floor(count) - 1);
  return above <= ERROR_SHARE / 2 ? false : null;
}

/** The 95 % interval of the share of requests beyond a limit. */
export function intervalOf(share: ShareBeyond): readonly [low: number, high: number] {
  const { count, of } = independent(share);
  if (of === 0) return [0, 1];
  return count === 0 ? [0, 1 - ERROR_SHARE ** (1 / of)] : wilsonInterval(Math.min(count, of), of);
}

/** As many independent requests as the clusters leave. */
function independent({ count, of, cluster }: ShareBeyond): { readonly count: number; readonly of: number } {
  return { count: count / cluster, of: Math.floor(of / cluster) };
}
