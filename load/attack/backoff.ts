const FIRST_MS = 100;
const LONGEST_MS = 1000;

/**
 * How long to wait before connecting again, in milliseconds: twice as long after each attempt in a row that was in
 * vain, and never in step with others who try.
 * @param barren attempts in a row that were in vain.
 * @param chance a random number from 0 to 1.
 */
export function backoffMs(barren: number, chance: number): number {
  if (barren === 0) return 0;
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(barren - 1, 16));
  return whole * (0.5 + chance / 2);
}
