import { DEFAULT_BREAKER, type BreakerLimits } from './breaker.ts';
import { numberOf } from './option-values.ts';

/** The options that say when a load gives up, as they were typed. */
export interface BreakerTexts {
  readonly breakerFailures?: string | undefined;
  readonly breakerConnects?: string | undefined;
}

const CONNECTS_MOST = 10_000;

/** Parses the options; mistakes are added, each as a sentence. */
export function parseBreaker(texts: BreakerTexts, mistakes: string[]): BreakerLimits {
  const { breakerFailures, breakerConnects } = texts;
  const bounds = { least: 1, most: CONNECTS_MOST, whole: true };
  return {
    failureShare:
      breakerFailures === undefined ? DEFAULT_BREAKER.failureShare : shareOf(breakerFailures, mistakes),
    connectFailures:
      numberOf('--breaker-connects', breakerConnects, bounds, mistakes) ?? DEFAULT_BREAKER.connectFailures,
  };
}

function shareOf(text: string, mistakes: string[]): number {
  const share = /^\d+(\.\d+)?%$/.test(text.trim()) ? Number(text.trim().slice(0, -1)) / 100 : NaN;
  if (share >= 0.01 && share <= 1) return share;
  mistakes.push(
    `--breaker-failures is "${text}"; it takes a share of the last hundred requests from 1% to 100%, like 50%; at 100% failures never end the load.`,
  );
  return DEFAULT_BREAKER.failureShare;
}
