import type { Command } from '../../openapi/registry.ts';

/** Which responses are checked in full: so many a second at most, or a share of those to each command. */
export type Sampling =
  { readonly kind: 'per-second'; readonly most: number } | { readonly kind: 'share'; readonly share: number };

/** All responses up to 200 a second, and of more no more than that. */
export const DEFAULT_SAMPLING: Sampling = { kind: 'per-second', most: 200 };

/** Parses `all`, `1%` or `0.01`; an issue is returned as a sentence. */
export function parseSampling(text: string): Sampling | { readonly issue: string } {
  const trimmed = text.trim();
  if (trimmed === 'all') return { kind: 'share', share: 1 };
  const found = /^(\d+(?:\.\d+)?)(%?)$/.exec(trimmed);
  const share = found === null ? NaN : Number(found[1]) / (found[2] === '%' ? 100 : 1);
  if (share > 0 && share <= 1) return { kind: 'share', share };
  return {
    issue: `--validate is "${text}"; it takes all, or the share of responses whose schema is checked, like 1% or 0.01.`,
  };
}

/** How a sampling is said. */
export function samplingText(sampling: Sampling): string {
  return sampling.kind === 'per-second'
    ? `at most ${sampling.most} a second`
    : `${Number((sampling.share * 100).toFixed(4))} % were asked for`;
}

/** Chooses the responses that are checked in full, evenly spread: over time, or over the responses to each command. */
export class Sampler {
  readonly #sampling: Sampling;
  readonly #owed = new Map<Command, number>();
  #tokens: number;
  #refilledMs = 0;

  constructor(sampling: Sampling) {
    this.#sampling = sampling;
    this.#tokens = sampling.kind === 'per-second' ? sampling.most : 0;
  }

  /** True when this response is to be checked in full. @param nowMs time of the process clock. */
  chooses(command: Command, nowMs: number): boolean {
    return this.#sampling.kind === 'share'
      ? this.#owesOne(command, this.#sampling.share)
      : this.#hasToken(this.#sampling.most, nowMs);
  }

  #owesOne(command: Command, share: number): boolean {
    const due = (this.#owed.get(command) ?? 0) + share;
    const isChosen = due >= 1 - 1e-9;
    this.#owed.set(command, isChosen ? due - 1 : due);
    return isChosen;
  }

  #hasToken(most: number, nowMs: number): boolean {
    this.#tokens = Math.min(most, this.#tokens + ((nowMs - this.#refilledMs) / 1000) * most);
    this.#refilledMs = nowMs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
