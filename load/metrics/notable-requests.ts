import type { NotableRequest, NotableRequests } from '../../result/load-result.ts';
import type { Hit } from './hit.ts';

const KEPT_MAX = 20;
/** A share of less is not worth a word. */
const SHARE_LEAST_MS = 0.1;

/** The notable requests as plain data: the wrong ones by cause, so that those of several processes can be joined. */
export interface NotableState {
  readonly slowest: readonly NotableRequest[];
  readonly wrong: readonly (readonly [cause: string, requests: readonly NotableRequest[]])[];
}

/**
 * The slowest requests of a step, and those that went wrong, as many of each as a reader looks up in the provider's logs.
 * What is not kept costs one comparison.
 */
export class NotableKeeper {
  /** The slowest first. */
  readonly #slowest: NotableRequest[] = [];
  readonly #wrong = new Map<string, NotableRequest[]>();
  #leastMs = -Infinity;

  /** Looks at a request that has ended; one that we gave up says nothing. */
  add(hit: Hit): void {
    const { fate } = hit;
    if (hit.found === undefined || fate === 'unfinished') return;
    const isSlow = hit.endedMs - hit.intendedMs > this.#leastMs;
    const alike = fate === 'ok' ? null : this.#alike(hit.cause ?? fate);
    const isWanted = alike !== null && alike.length < KEPT_MAX;
    if (!isSlow && !isWanted) return;
    const request = notableOf(fate, hit, hit.found());
    if (isSlow) this.#keepSlow(request);
    if (isWanted) alike.push(request);
  }

  /** Joins those of the same step, kept by someone else. */
  merge({ slowest, wrong }: NotableState): void {
    for (const request of slowest) if (request.response_ms > this.#leastMs) this.#keepSlow(request);
    for (const [cause, requests] of wrong) {
      const alike = this.#alike(cause);
      alike.push(...requests);
      alike.sort((a, b) => (a.due_at < b.due_at ? -1 : 1)).splice(KEPT_MAX);
    }
  }

  state(): NotableState {
    return { slowest: [...this.#slowest], wrong: [...this.#wrong].map(([cause, all]) => [cause, [...all]]) };
  }

  get isEmpty(): boolean {
    return this.#slowest.length === 0 && this.#wrong.size === 0;
  }

  /** Of the wrong ones the earliest of each cause in turn, so that a frequent cause hides no rare one. */
  toResult(): NotableRequests {
    const causes = [...this.#wrong.values()];
    const wrong: NotableRequest[] = [];
    for (let at = 0; at < KEPT_MAX; at += 1)
      for (const alike of causes) {
        const request = alike[at];
        if (request !== undefined && wrong.length < KEPT_MAX) wrong.push(request);
      }
    return { slowest: [...this.#slowest], wrong };
  }

  #alike(cause: string): NotableRequest[] {
    const known = this.#wrong.get(cause);
    if (known !== undefined) return known;
    const none: NotableRequest[] = [];
    if (this.#wrong.size < KEPT_MAX) this.#wrong.set(cause, none);
    return none;
  }

  #keepSlow(request: NotableRequest): void {
    const at = this.#slowest.findIndex((one) => one.response_ms < request.response_ms);
    this.#slowest.splice(at === -1 ? this.#slowest.length : at, 0, request);
    if (this.#slowest.length > KEPT_MAX) this.#slowest.length = KEPT_MAX;
    if (this.#slowest.length === KEPT_MAX) this.#leastMs = this.#slowest.at(-1)?.response_ms ?? -Infinity;
  }
}

function notableOf(
  fate: NotableRequest['fate'],
  hit: Hit,
  { traceId, requestId }: ReturnType<NonNullable<Hit['found']>>,
): NotableRequest {
  const { status, cause, intendedMs, sentMs, endedMs, shares, lagMs } = hit;
  const waits = { ...shares, own: shares.own + lagMs };
  return {
    due_at: new Date(performance.timeOrigin + intendedMs).toISOString(),
    response_ms: rounded(endedMs - intendedMs),
    service_ms: rounded(endedMs - sentMs),
    waits_ms: Object.fromEntries(
      Object.entries(waits)
        .filter(([, ms]) => ms >= SHARE_LEAST_MS)
        .map(([whose, ms]) => [whose, rounded(ms)]),
    ),
    fate,
    status,
    cause,
    trace_id: traceId,
    request_id: requestId,
  };
}

function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
