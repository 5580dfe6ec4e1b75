import type { WireRequest } from '../../contract/exchange.ts';
import { wireHeaders } from '../../target/send.ts';
import type { Target } from '../../target/target.ts';

const LINE_BREAK = /[\r\n\0]/;

/**
 * A request as the bytes that go on the wire, credential and all: made for one write to a verified connection.
 * @throws without showing any value when a header would break out of its line.
 */
export function wireBytes(target: Target, url: URL, request: WireRequest): Buffer {
  const body = Buffer.from(request.body ?? '', 'utf8');
  const headers = [
    ['host', url.host],
    ...wireHeaders(target, request),
    ['content-length', String(body.length)],
    ['connection', 'keep-alive'],
  ] as const;
  for (const [name, value] of headers) {
    if (LINE_BREAK.test(name) || LINE_BREAK.test(value))
      throw new Error('A header has a line break in its name or value.');
  }
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([
    Buffer.from(`${request.method} ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('')}\r\n`, 'latin1'),
    body,
  ]);
}
