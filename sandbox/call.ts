import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

/** A request as the pipeline sees it; the body is empty until the key was found good. */
export interface Call {
  readonly method: string;
  readonly path: string;
  /** Without its question mark. */
  readonly query: string;
  readonly cookie: string | undefined;
  readonly authorization: string | undefined;
  readonly contentType: string | undefined;
  /** Every header, names in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly ordinal: number;
}

/** Largest request body that is looked at; a larger one is read to its end and answered with 413. */
export const BODY_BYTES_MAX = 2 * 1024 * 1024;

/** The call behind a raw request; `ordinal` is its number since the sandbox started. */
export function readCall(request: IncomingMessage, ordinal: number): Call {
  return {
    method: request.method ?? 'GET',
    path: (request.url ?? '/').split('?', 1)[0] ?? '/',
    query: (request.url ?? '/').split('?').slice(1).join('?'),
    cookie: request.headers.cookie,
    authorization: request.headers.authorization,
    contentType: request.headers['content-type'],
    headers: request.headers,
    body: Buffer.alloc(0),
    ordinal,
  };
}

/** The whole request body, or undefined when it is larger than the limit; rejects when the client goes away. */
export function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= BODY_BYTES_MAX) chunks.push(chunk);
      if (bytes > DRAINED_BYTES_MAX) request.destroy();
    });
    request.once('end', () => {
      resolve(bytes > BODY_BYTES_MAX ? undefined : Buffer.concat(chunks));
    });
    request.once('error', reject);
    request.once('close', () => {
      reject(new Error('The client went away before its body was read.'));
    });
  });
}

const DRAINED_BYTES_MAX = 64 * 1024 * 1024;
