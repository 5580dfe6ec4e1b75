import { gzipSync } from 'node:zlib';
import type { Call } from './call.ts';
import type { Hooks, Parsed, Scene } from './hooks.ts';
import { hasEdges } from './edges.ts';
import { refusal, withHeaders, type Delivery, type Reply } from './reply.ts';

/** A conforming way to carry requests and responses over HTTP, and the verdict that is right for it. */
export interface TransportVariation {
  readonly name: string;
  readonly line: string;
  readonly hooks: Hooks;
  readonly right: 'GO' | 'INCONCLUSIVE';
}

/** What servers and what stands before them may do on the wire. */
export const TRANSPORT_VARIATIONS: readonly TransportVariation[] = [
  row('continue-unasked', 'each response comes after a 100 that nobody asked for', delivered('continue')),
  row('early-hints', 'each response comes after a 102 and a 103', delivered('early-hints')),
  row('closes-unannounced', 'each connection is closed after one response, without saying so', {
    reply: (reply) => ({ ...reply, delivery: 'then-closed' }),
  }),
  row('closes-idle', 'connections that stand idle for 5 ms are closed', delivered('then-closed-idle')),
  row(
    'idle-408',
    'connections that stand idle for 5 ms get a 408 and are closed',
    delivered('then-408-idle'),
  ),
  row('gzip-always', 'each response is compressed, whatever was asked for', { reply: gzipped }),
  row('gzip-when-asked', 'responses are compressed where the request allows it', {
    reply: (reply, { call }) => (accepts(call, 'gzip') ? gzipped(reply) : reply),
  }),
  row('length-wanted', 'a body without a length is refused with 411', { parse: withoutLength }),
  row('edges-refused', 'values at the edge of JSON are refused with 400', { parse: withoutEdges }),
  {
    ...row('zstd-always', 'each response is compressed with zstd, whatever was asked for', { reply: zstd }),
    right: 'INCONCLUSIVE',
  },
];

function row(name: string, line: string, hooks: Hooks): TransportVariation {
  return { name, line, hooks, right: 'GO' };
}

function delivered(delivery: Delivery): Hooks {
  return { reply: (reply) => (reply.delivery === 'whole' ? { ...reply, delivery } : reply) };
}

/** True when a request names a coding in its Accept-Encoding. */
export function accepts({ headers }: Call, coding: string): boolean {
  const named = (headers['accept-encoding'] ?? '')
    .split(',')
    .map((one) => one.split(';', 1)[0]?.trim().toLowerCase());
  return named.includes(coding);
}

/** The same reply, compressed. */
export function gzipped(reply: Reply): Reply {
  return withHeaders({ ...reply, body: gzipSync(reply.body) }, { 'content-encoding': 'gzip' });
}

/** A zstd frame of raw blocks (RFC 8878, section 3.1.1): an encoder is not at hand in every Node. */
function zstd(reply: Reply): Reply {
  const raw = Buffer.from(reply.body);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(raw.length);
  const blocks: Buffer[] = [];
  for (let at = 0; at === 0 || at < raw.length; at += BLOCK_BYTES) {
    const part = raw.subarray(at, at + BLOCK_BYTES);
    const head = Buffer.alloc(3);
    head.writeUIntLE((part.length << 3) | (at + BLOCK_BYTES >= raw.length ? 1 : 0), 0, 3);
    blocks.push(head, part);
  }
  const body = Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0]), size, ...blocks]);
  return withHeaders({ ...reply, body }, { 'content-encoding': 'zstd' });
}

const BLOCK_BYTES = 131_072;

function withoutLength(parsed: Parsed, { call }: Scene): Parsed {
  return isChunked(call) ? { refusal: refusal(411, 'Length Required', 'size') } : parsed;
}

/** True for a request whose body came in chunks. */
export function isChunked({ headers }: Call): boolean {
  return headers['transfer-encoding'] === 'chunked';
}

function withoutEdges(parsed: Parsed, { call }: Scene): Parsed {
  return hasEdges(call.body) ? { refusal: refusal(400, 'Invalid JSON value', 'json') } : parsed;
}
