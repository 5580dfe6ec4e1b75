import type { HeaderPair } from '../../reports/result.ts';
import { ANSWER_BYTES_MAX } from '../../target/send.ts';
import type { EngineHead } from './engine.ts';
import type { Shot, ShotEnd } from './shot.ts';

/** One request in flight and as much of its answer as has come. */
export class InFlight {
  readonly #shot: Shot;
  readonly #timer: NodeJS.Timeout;
  readonly #parts: Buffer[] = [];
  #bytes = 0;
  #sentMs = 0;
  #firstByteMs: number | null = null;
  #endedMs: number | null = null;
  head: EngineHead | null = null;

  /** @param onTimeout called when the whole answer has not come in time. */
  constructor(shot: Shot, onTimeout: () => void) {
    this.#shot = shot;
    this.#timer = setTimeout(onTimeout, shot.timeoutMs);
  }

  /** Marks the moment of the write, in milliseconds of the process clock. */
  sentNow(): number {
    this.#sentMs = performance.now();
    return this.#sentMs;
  }

  /** When the answer was whole; null while it is not. */
  get endedMs(): number | null {
    return this.#endedMs;
  }

  /** Something of the answer has come. */
  heard(): void {
    this.#firstByteMs ??= performance.now();
  }

  get isTooLong(): boolean {
    return this.#bytes > ANSWER_BYTES_MAX;
  }

  addBody(part: Buffer): void {
    if (this.#endedMs !== null) return;
    this.#parts.push(part);
    this.#bytes += part.length;
  }

  /** The parser has come to the end of an answer. Interim ones (103) are passed over: the final one is to come. */
  complete(): void {
    const status = this.head?.statusCode ?? 200;
    if (status >= 200 || status === 101) this.#endedMs ??= performance.now();
  }

  /** The whole answer; its body is joined once, as bytes. */
  answer(head: EngineHead): Extract<ShotEnd, { kind: 'answered' }> {
    const { statusCode: status } = head;
    return { kind: 'answered', status, headers: pairsOf(head.headers), body: Buffer.concat(this.#parts) };
  }

  settle(end: ShotEnd, endedMs: number): void {
    clearTimeout(this.#timer);
    this.#shot.settled({ ...end, sentMs: this.#sentMs, firstByteMs: this.#firstByteMs, endedMs });
  }
}

function pairsOf(flat: readonly string[]): readonly HeaderPair[] {
  const pairs: HeaderPair[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) pairs.push([(flat[i] ?? '').toLowerCase(), flat[i + 1] ?? '']);
  return pairs;
}

/** How long the server keeps an idle connection by its own word, less a margin for our next request's way. */
export function keepAliveMs(headers: readonly HeaderPair[]): number {
  const hint = headers.find(([name]) => name === 'keep-alive')?.[1];
  const seconds = Number(/timeout=(\d+)/i.exec(hint ?? '')?.[1] ?? Infinity);
  return seconds >= 2 ? (seconds - 1) * 1000 : seconds * 500;
}
