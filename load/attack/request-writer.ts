import type { WireRequest } from '../../api/exchange.ts';
import { wireHeaders } from '../../target/send.ts';
import type { Target } from '../../target/target.ts';
import { isTraced, TraceParents } from '../../target/trace-parents.ts';

const LINE_BREAK = /[\r\n\0]/;
const ASCII = /^[\x20-\x7e\r\n]*$/;

/** Everything before the trace and the length of the body, and the request that it was made for. */
interface Head {
  readonly of: WireRequest;
  readonly text: string;
  readonly isAscii: boolean;
  readonly isTraced: boolean;
}

/** A request as bytes for one write to a verified connection. */
export interface WrittenRequest {
  readonly bytes: Buffer;
  /** Its `traceparent`, the one header that differs from request to request; null where it has none of ours. */
  readonly trace: string | null;
}

/**
 * Turns requests into the bytes that go on the wire, credential and all. The requests of a load differ in their
 * bodies alone, so the head is made once and made anew only when something in it changes.
 */
export class RequestWriter {
  readonly #target: Target;
  readonly #url: URL;
  readonly #connection: 'keep-alive' | 'close';
  readonly #traces = new TraceParents();
  #head: Head | null = null;

  constructor(target: Target, url: URL, keepsAlive: boolean) {
    this.#target = target;
    this.#url = url;
    this.#connection = keepsAlive ? 'keep-alive' : 'close';
  }

  /**
   * The bytes of one request, with a trace of its own.
   * @throws without showing any value when a header would break out of its line.
   */
  write(request: WireRequest): WrittenRequest {
    if (this.#head === null || !isSameHead(this.#head.of, request)) this.#head = this.#headOf(request);
    const { text, isAscii, isTraced: hasTrace } = this.#head;
    const trace = hasTrace ? this.#traces.next() : null;
    const body = request.body ?? '';
    const traced = trace === null ? '' : `traceparent: ${trace}\r\n`;
    const head = `${text}${traced}content-length: ${Buffer.byteLength(body)}\r\n\r\n`;
    if (isAscii && typeof body === 'string') return { bytes: Buffer.from(head + body, 'utf8'), trace };
    const bytes = Buffer.concat([
      Buffer.from(head, 'latin1'),
      typeof body === 'string' ? Buffer.from(body, 'utf8') : body,
    ]);
    return { bytes, trace };
  }

  #headOf(request: WireRequest): Head {
    const headers = [
      ['host', this.#url.host],
      ...wireHeaders(this.#target, request),
      ['connection', this.#connection],
    ] as const;
    for (const [name, value] of headers) {
      if (LINE_BREAK.test(name) || LINE_BREAK.test(value))
        throw new Error('A header has a line break in its name or value.');
    }
    const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const { pathname, search } = new URL(this.#target.baseUrl + request.path);
    const text = `${request.method} ${pathname}${search} HTTP/1.1\r\n${lines}`;
    return { of: request, text, isAscii: ASCII.test(text), isTraced: isTraced(this.#target, request) };
  }
}

function isSameHead(a: WireRequest, b: WireRequest): boolean {
  return (
    a.method === b.method &&
    a.path === b.path &&
    (a.credential === b.credential || (a.credential.kind === 'valid' && b.credential.kind === 'valid')) &&
    (a.headers === b.headers || areSame(a.headers, b.headers))
  );
}

function areSame(a: WireRequest['headers'], b: WireRequest['headers']): boolean {
  return (
    a.length === b.length &&
    a.every(([name, value], i) => {
      const [otherName, otherValue] = b[i] ?? [];
      return name === otherName && value === otherValue;
    })
  );
}
