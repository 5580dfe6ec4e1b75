import type { Exchange } from '../../result/exchange.ts';
import type { LoadFailureExample } from '../../result/load-result.ts';

/** Why work was never sent: it had waited as long as it may, or the load was over before that. */
export type ShedCause = 'queue-timeout' | 'cut-off';
/** What became of a request that was sent: exactly one of six. */
export type Fate = 'ok' | 'http_error' | 'invalid' | 'transport_error' | 'timeout' | 'unfinished';

/** The fates, as the result's ledger names them. */
export const FATES = [
  'ok',
  'http_error',
  'invalid',
  'transport_error',
  'timeout',
  'unfinished',
] as const satisfies readonly Fate[];

/** Whose waits are in the response time of a request, in milliseconds; what is left is the service. */
export interface Shares {
  /** This process was late, stopped or busy. */
  readonly own: number;
  /** The target asked for a pause by Retry-After. */
  readonly held: number;
  /** All connections that there may be were busy. */
  readonly ceiling: number;
  /** No prepared run was ready. */
  readonly pool: number;
  /** The target took no connections. */
  readonly down: number;
}

/** Nothing but service. */
export const NO_SHARES: Shares = { own: 0, held: 0, ceiling: 0, pool: 0, down: 0 };

/** The times between due and written, in milliseconds. */
export interface SendParts {
  /** From due until this process noticed. */
  readonly noticed: number;
  /** Until the target allowed it. */
  readonly allowed: number;
  /** Until there was a connection, and a prepared run where one is needed. */
  readonly connection: number;
  /** Until the write. */
  readonly written: number;
}

/** The end of one request that was sent. Times are of the process clock, in milliseconds. */
export interface Hit {
  readonly fate: Fate;
  readonly intendedMs: number;
  readonly sentMs: number;
  /** When the first byte of the response came; null when none did. */
  readonly firstByteMs: number | null;
  readonly endedMs: number;
  /** Status of the response; null when none came. */
  readonly status: number | null;
  /** The way in which it went wrong; null for ok and unfinished. */
  readonly cause: string | null;
  readonly shares: Shares;
  /** How long the end may have waited in its socket for this process, at most. */
  readonly lagMs: number;
  /** Null for a whole chain. */
  readonly parts: SendParts | null;
  /** True when it was sent in a burst that this process's lateness, or a pause that was asked for, had made. */
  readonly isDisturbed: boolean;
  /** True when a command was refused to a run that may have ended by itself. */
  readonly mayHaveEnded: boolean;
  /** By what it is found in the logs of the provider; absent for a whole chain. */
  readonly found?: () => Found;
}

/** By what a request is found in the logs of the provider; null where it has none. */
export interface Found {
  readonly traceId: string | null;
  readonly requestId: string | null;
}

/** The cause of responses that something in front of the API gave. */
export const WEB_PAGE = 'a web page, as a login or a gateway sends it';

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
