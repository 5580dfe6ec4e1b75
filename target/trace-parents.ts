import { randomBytes } from 'node:crypto';
import type { WireRequest } from '../api/exchange.ts';
import type { Target } from './target.ts';

const TRACE_DIGITS = 32;
const SPAN_DIGITS = 16;
/** Drawn at a time: under load there are thousands of ids a second, and a draw of its own for each would cost more than the rest. */
const DRAWN_BYTES = 12_288;

/** Values of the W3C `traceparent` header, one for each request, with a trace and a span of its own. */
export class TraceParents {
  #digits = '';
  #at = 0;

  next(): string {
    if (this.#at + TRACE_DIGITS + SPAN_DIGITS > this.#digits.length) {
      this.#digits = randomBytes(DRAWN_BYTES).toString('hex');
      this.#at = 0;
    }
    const span = this.#at + TRACE_DIGITS;
    const value = `00-${this.#digits.slice(this.#at, span)}-${this.#digits.slice(span, span + SPAN_DIGITS)}-01`;
    this.#at = span + SPAN_DIGITS;
    return value;
  }
}

/** True when a request is to get a trace of its own: not where it, or the configuration, sets one, or HARNESS_TRACE is off. */
export function isTraced(
  { traces, extraHeaders }: Pick<Target, 'traces' | 'extraHeaders'>,
  { headers }: Pick<WireRequest, 'headers'>,
): boolean {
  const isTraceParent = (name: string): boolean => name.toLowerCase() === 'traceparent';
  return (
    traces &&
    !headers.some(([name]) => isTraceParent(name)) &&
    !extraHeaders.some(({ name }) => isTraceParent(name))
  );
}

/** The trace id in a `traceparent`; null in anything else. */
export function traceIdOf(traceparent: string | null | undefined): string | null {
  return /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(traceparent ?? '')?.[1] ?? null;
}
