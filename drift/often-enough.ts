/** When something that was always there counts as gone, and not as merely not seen. */

const SHARE = 0.95;
const CONFIDENCE = 0.95;
/** So many responses of this run must lack it. */
const RESPONSES_LEAST = 3;

/**
 * True when a place is in at least 95 % of the responses, with a confidence of 95 %: the exact one-sided bound of
 * Clopper and Pearson (1934), which takes 59 of 59, or 92 of 93.
 */
export function isUsuallyThere(seen: number, responses: number): boolean {
  return responses > 0 && tailFrom(seen, responses, SHARE) <= 1 - CONFIDENCE + 1e-12;
}

/** True when a place that is usually there was in none of enough responses. */
export function isGone(
  before: { readonly seen: number; readonly responses: number },
  now: { readonly seen: number; readonly responses: number },
): boolean {
  return now.seen === 0 && now.responses >= RESPONSES_LEAST && isUsuallyThere(before.seen, before.responses);
}

/** The chance of at least so many hits in n tries, each with the chance p. */
function tailFrom(hits: number, n: number, p: number): number {
  let sum = 0;
  for (let k = hits; k <= n; k += 1)
    sum += Math.exp(logChoose(n, k) + k * Math.log(p) + (n - k) * Math.log1p(-p));
  return sum;
}

function logChoose(n: number, k: number): number {
  let sum = 0;
  for (let i = 1; i <= Math.min(k, n - k); i += 1) sum += Math.log(n - Math.min(k, n - k) + i) - Math.log(i);
  return sum;
}
