import { isUtf8 } from 'node:buffer';
import { rootCertificates } from 'node:tls';
import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { Agent, request as undiciRequest } from 'undici';
import type { Answer, Asked, ParsedBody, WireRequest } from '../contract/exchange.ts';
import type { HeaderPair, RequestEvidence, TransportFailure } from '../reports/exchange.ts';
import { credentialParts } from './credential.ts';
import { redactStrings, type Redact } from './redaction.ts';
import { commonHeaders, type Target } from './target.ts';
import { describeTransportError } from './transport-failure.ts';

/** Largest answer that is read; a longer one is a finding, not a reason to fill the memory. */
export const ANSWER_BYTES_MAX = 8 * 1024 * 1024;
const EVIDENCE_REQUEST_MAX = 64 * 1024;
const EVIDENCE_ANSWER_MAX = 4096;
const EVIDENCE_HEADER_MAX = 512;
const EVIDENCE_HEADERS_MAX = 40;

/** The one door for single requests. */
export interface Door {
  /** Sends once, waits at most the target's timeout, never throws for what the network or the API does. */
  send(request: WireRequest): Promise<Asked>;
  close(): Promise<void>;
}

/** Opens the door to a target: keep-alive connections, verified TLS, no redirects followed. */
export function openDoor(target: Target): Door {
  const agent = new Agent({
    connect: {
      rejectUnauthorized: true,
      timeout: Math.min(target.timeoutMs, 10_000),
      ...(target.ca === null ? {} : { ca: [...rootCertificates, target.ca] }),
    },
    connections: 16,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: 64 * 1024,
    maxResponseSize: ANSWER_BYTES_MAX,
  });
  return { send: (request) => ask(target, agent, request), close: () => agent.destroy() };
}

async function ask(target: Target, agent: Agent, request: WireRequest): Promise<Asked> {
  const headers = wireHeaders(target, request);
  const began = performance.now();
  const outcome = await exchange(target, agent, request, headers);
  const failure = 'status' in outcome ? null : outcome;
  const answer = 'status' in outcome ? outcome : null;
  return {
    request,
    answer,
    evidence: {
      request: requestEvidence(target, request, headers),
      response: answer === null ? null : responseEvidence(target, answer),
      failure: failure === null ? null : { kind: failure.kind, message: target.redact(failure.message) },
      duration_ms: Math.round((performance.now() - began) * 1000) / 1000,
    },
  };
}

/** Every header of a request as it stands on the wire, the credential among them: for the two doors alone. */
export function wireHeaders(target: Target, request: WireRequest): readonly HeaderPair[] {
  const { headers } = credentialParts(request.credential, target.key, target.otherKey);
  const given = request.headers.map(([name]) => name.toLowerCase());
  const common = commonHeaders(target).filter(([name]) => !given.includes(name));
  return [...common, ...headers, ...request.headers];
}

/** One exchange under one deadline; the deadline covers connecting, the headers and the body. */
async function exchange(
  target: Target,
  agent: Agent,
  request: WireRequest,
  headers: readonly HeaderPair[],
): Promise<Answer | TransportFailure> {
  const deadline = AbortSignal.timeout(target.timeoutMs);
  try {
    const response = await undiciRequest(
      new URL(
        target.baseUrl +
          request.path +
          credentialParts(request.credential, target.key, target.otherKey).query,
      ),
      {
        dispatcher: agent,
        method: request.method,
        headers: headers.flat(),
        body: request.body,
        signal: deadline,
        responseHeaders: 'raw',
      },
    );
    const bytes = await readBody(response.body, deadline);
    return toAnswer(response.statusCode, rawHeaders(response.headers), bytes, target.redactKey);
  } catch (error) {
    if (deadline.aborted)
      return { kind: 'timeout', message: `no whole answer within ${target.timeoutMs} ms` };
    return describeTransportError(error);
  }
}

async function readBody(body: AsyncIterable<Buffer>, deadline: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) {
    chunks.push(chunk);
    deadline.throwIfAborted();
  }
  return Buffer.concat(chunks);
}

/** With `responseHeaders: 'raw'` undici gives a flat list of names and values; its type does not say so. */
function rawHeaders(headers: unknown): readonly HeaderPair[] {
  if (!Array.isArray(headers))
    return Object.entries(headers as Record<string, string>).map(([name, value]) => [
      name.toLowerCase(),
      value,
    ]);
  const flat = headers.map((part: unknown) =>
    Buffer.isBuffer(part) ? part.toString('latin1') : String(part),
  );
  const pairs: HeaderPair[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) pairs.push([(flat[i] ?? '').toLowerCase(), flat[i + 1] ?? '']);
  return pairs;
}

/**
 * Decodes an answer's bytes once and parses them as JSON; what fails is said, not thrown. Checks quote what they object
 * to, and cut it; so where the key came back, they see a mark in its place.
 * @param redactKey finds the places where the key came back, and takes it out.
 */
export function toAnswer(
  status: number,
  headers: readonly HeaderPair[],
  bytes: Buffer,
  redactKey: Redact,
): Answer {
  const encoding = headers.find(([name]) => name === 'content-encoding')?.[1] ?? 'identity';
  const { text, misencoded } = decode(bytes, encoding.trim().toLowerCase());
  const seen = headers.filter(([, value]) => redactKey(value) !== value).map(([name]) => `header ${name}`);
  const clean = redactKey(text);
  const inBody = clean !== text;
  return {
    status,
    headers: seen.length === 0 ? headers : headers.map(([name, value]) => [name, redactKey(value)]),
    text,
    body: inBody ? parseBody(redactStrings(text, redactKey), clean) : parseBody(text, text),
    misencoded,
    secretsSeenIn: inBody ? ['body', ...seen] : seen,
  };
}

function decode(bytes: Buffer, encoding: string): { readonly text: string; readonly misencoded: boolean } {
  if (bytes.length === 0) return { text: '', misencoded: false }; // as to HEAD: its headers speak of another answer
  try {
    const plain = decompress(bytes, encoding);
    if (isUtf8(plain)) return { text: plain.toString('utf8'), misencoded: false };
  } catch {
    // What can't be decompressed is as little the promised text as bytes that aren't UTF-8.
  }
  return { text: bytes.toString('utf8'), misencoded: true };
}

function decompress(bytes: Buffer, encoding: string): Buffer {
  const limit = { maxOutputLength: ANSWER_BYTES_MAX };
  switch (encoding) {
    case '':
    case 'identity':
      return bytes;
    case 'gzip':
    case 'x-gzip':
      return gunzipSync(bytes, limit);
    case 'deflate':
      return inflateSync(bytes, limit);
    case 'br':
      return brotliDecompressSync(bytes, limit);
    default:
      throw new Error(`unknown content encoding ${encoding}`);
  }
}

/** @param clean the text without secrets, to be quoted from where it is not JSON. */
function parseBody(text: string, clean: string): ParsedBody {
  if (text.length === 0) return { kind: 'empty' };
  try {
    return { kind: 'json', value: JSON.parse(text) as unknown };
  } catch {
    return { kind: 'not-json', reason: `not JSON: begins with ${JSON.stringify(clean.slice(0, 24))}` };
  }
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max)}… (${text.length} characters)`;
}

/** A request as evidence: the credential and every extra header's value are gone, other secrets are replaced. */
export function requestEvidence(
  target: Target,
  request: WireRequest,
  headers: readonly HeaderPair[],
): RequestEvidence {
  const hidden = new Set([
    'authorization',
    'cookie',
    ...target.extraHeaders.map((header) => header.name.toLowerCase()),
  ]);
  return {
    method: request.method,
    url: target.baseUrl + request.path,
    headers: headers.map(([name, value]) => [name, hidden.has(name) ? '[redacted]' : target.redact(value)]),
    body: request.body === null ? null : cut(target.redact(request.body), EVIDENCE_REQUEST_MAX),
    body_bytes: request.body === null ? 0 : Buffer.byteLength(request.body),
  };
}

/** An answer as evidence: secrets replaced, long values and bodies cut. */
export function responseEvidence(target: Target, answer: Answer): NonNullable<Asked['evidence']['response']> {
  return {
    status: answer.status,
    headers: answer.headers
      .slice(0, EVIDENCE_HEADERS_MAX)
      .map(([name, value]) => [
        target.redact(name),
        name === 'set-cookie' ? '[redacted]' : target.redact(value).slice(0, EVIDENCE_HEADER_MAX),
      ]),
    body: cut(target.redact(answer.text), EVIDENCE_ANSWER_MAX),
    body_bytes: Buffer.byteLength(answer.text),
  };
}
