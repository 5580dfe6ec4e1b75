/** How long responses are held back. */
export type Latency =
  | { readonly kind: 'constant'; readonly ms: number }
  | { readonly kind: 'exponential'; readonly meanMs: number };

/** No delay at all. */
export const NO_LATENCY: Latency = { kind: 'constant', ms: 0 };

/** Longest delay that may be asked for. */
export const LATENCY_MS_MAX = 600_000;

/** A latency from its spelling, `25ms`, `1.5s` or `exp:25ms`; undefined when it is none. */
export function parseLatency(text: string): Latency | undefined {
  const [, exponential, number, unit] = /^(exp:)?(\d+(?:\.\d+)?)(ms|s)$/.exec(text) ?? [];
  if (number === undefined) return undefined;
  const ms = Number(number) * (unit === 's' ? 1000 : 1);
  if (ms > LATENCY_MS_MAX) return undefined;
  return exponential === undefined ? { kind: 'constant', ms } : { kind: 'exponential', meanMs: ms };
}

/** Draws the delay of each response in milliseconds; the same seed draws the same delays. */
export function createDelay(latency: Latency, seed: number): () => number {
  switch (latency.kind) {
    case 'constant':
      return () => latency.ms;
    case 'exponential': {
      const random = createRandom(seed);
      return () => -Math.log(1 - random()) * latency.meanMs;
    }
  }
}

/** Waits without blocking; resolves at once for less than half a millisecond. */
export function wait(ms: number): Promise<void> {
  if (ms < 0.5) return Promise.resolve();
  return new Promise((resolve) => setTimeout(resolve, Math.round(ms)));
}

/** Random numbers in [0, 1) from a 32-bit seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x100000000;
  };
}
