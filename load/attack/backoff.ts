const FIRST_MS = 100;
const LONGEST_MS = 5000;

/**
 * How long to wait before connecting again, in milliseconds: at once after a connection that brought answers,
 * twice as long after each one that brought none, and never in step with the other connections.
 * @param barren connections in a row that brought no answer.
 * @param chance a random number from 0 to 1.
 */
export function backoffMs(barren: number, chance: number): number {
  if (barren === 0) return 0;
  const whole = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(barren - 1, 16));
  return whole * (0.5 + chance / 2);
}
