const LOG_FACTORIALS = [0];

/** The chance of at most so many successes, summed from factorials: independent of the program's own way. */
export function atMost(share: number, count: number, successes: number): number {
  for (let n = LOG_FACTORIALS.length; n <= count; n += 1)
    LOG_FACTORIALS.push((LOG_FACTORIALS[n - 1] ?? 0) + Math.log(n));
  const of = (n: number): number => LOG_FACTORIALS[n] ?? NaN;
  let sum = 0;
  for (let k = 0; k <= successes; k += 1)
    sum += Math.exp(
      of(count) - of(k) - of(count - k) + k * Math.log(share) + (count - k) * Math.log(1 - share),
    );
  return sum;
}
