/** The chance of at most so many successes, summed from factorials: slow, and independent of the program's own way. */
export function atMost(share: number, count: number, successes: number): number {
  let sum = 0;
  for (let k = 0; k <= successes; k += 1) {
    let logarithm = k * Math.log(share) + (count - k) * Math.log(1 - share);
    for (let i = 1; i <= k; i += 1) logarithm += Math.log(count - k + i) - Math.log(i);
    sum += Math.exp(logarithm);
  }
  return sum;
}
