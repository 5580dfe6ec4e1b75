import type { LoadStep } from '../../result/load-result.ts';
import type { Shares } from './hit.ts';

const OURS = ['own', 'held', 'ceiling', 'pool'] as const;
const REASONS = [...OURS, 'down'] as const;

/** Shed work by why it was not sent, as plain data. */
export type ShedByState = Readonly<Record<(typeof REASONS)[number], number>>;

/** Counts work that was never sent by what it had waited for most. */
export class ShedBy {
  readonly #counts = { own: 0, held: 0, ceiling: 0, pool: 0, down: 0 };

  /**
   * Counts one.
   * @param waitedMs how long it had waited in all.
   * @returns whose doing that was: ours (or a pause that was asked for), the target's, which took no connections, or neither.
   */
  count(waitedMs: number, shares: Shares): 'ours' | 'down' | null {
    const oursMs = shares.own + shares.held + shares.ceiling + shares.pool;
    if (shares.down >= oursMs && shares.down > 0 && shares.down * 2 >= waitedMs) {
      this.#counts.down += 1;
      return 'down';
    }
    if (shares.down >= oursMs || oursMs * 2 < waitedMs) return null;
    const [most] = OURS.toSorted((a, b) => shares[b] - shares[a]);
    this.#counts[most ?? 'own'] += 1;
    return 'ours';
  }

  get isEmpty(): boolean {
    return REASONS.every((reason) => this.#counts[reason] === 0);
  }

  state(): ShedByState {
    return { ...this.#counts };
  }

  absorb(state: ShedByState): void {
    for (const reason of REASONS) this.#counts[reason] += state[reason];
  }

  toResult(): NonNullable<LoadStep['shed_by']> {
    const { own, held, ceiling, pool, down } = this.#counts;
    return { generator: own, pause: held, connections: ceiling, runs: pool, down };
  }
}
