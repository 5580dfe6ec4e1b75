import type { SearchLimits } from '../../load/capacity/search.ts';

/** What a search looks at in the self-tests: 10 to 1,000 a second, to 5 per cent. */
export const LIMITS: SearchLimits = {
  minRate: 10,
  maxRate: 1000,
  precision: 0.05,
  probeMs: 5000,
  soakMs: 15_000,
  samplesLeast: 1,
};
