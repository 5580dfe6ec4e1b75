/** The cause of responses that something in front of the API gave. */
export const WEB_PAGE = 'a web page, as a login or a gateway sends it';

import type { Exchange } from '../../result/exchange.ts';
import type { LoadFailureExample } from '../../result/load-result.ts';

const CAUSES_MAX = 20;
const REST = 'other causes';

/** The distinct ways in which the requests of a step went wrong, each with its first example. At most twenty. */
export class Failures {
  readonly #byCause = new Map<string, { count: number; readonly exchange: Exchange | null }>();

  /** Counts a failure, or several alike; an example is built only of the first of its kind. */
  add(cause: string, example: () => Exchange | null, times = 1): void {
    const isRest = !this.#byCause.has(cause) && this.#byCause.size >= CAUSES_MAX - 1;
    const name = isRest ? REST : cause;
    const known = this.#byCause.get(name);
    if (known === undefined) this.#byCause.set(name, { count: times, exchange: example() });
    else known.count += times;
  }

  /** The most frequent first. */
  examples(): readonly LoadFailureExample[] {
    return [...this.#byCause]
      .map(([cause, { count, exchange }]) => ({ cause, count, exchange }))
      .sort((a, b) => b.count - a.count);
  }
}
