import type { Exchange, LoadFailureExample } from '../reports/result.ts';

const CAUSES_MAX = 20;
const REST = 'other causes';

/** The distinct ways in which the requests of a step went wrong, each with its first example. At most twenty. */
export class Failures {
  readonly #byCause = new Map<string, { count: number; readonly exchange: Exchange | null }>();

  /** Counts a failure; its example is built only when it is the first of its kind. */
  add(cause: string, example: () => Exchange | null): void {
    const isRest = !this.#byCause.has(cause) && this.#byCause.size >= CAUSES_MAX - 1;
    const name = isRest ? REST : cause;
    const known = this.#byCause.get(name);
    if (known === undefined) this.#byCause.set(name, { count: 1, exchange: example() });
    else known.count += 1;
  }

  /** The most frequent first. */
  examples(): readonly LoadFailureExample[] {
    return [...this.#byCause]
      .map(([cause, { count, exchange }]) => ({ cause, count, exchange }))
      .sort((a, b) => b.count - a.count);
  }
}
