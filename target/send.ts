import type { ApiResponse, CallResult, ParsedBody, WireRequest } from '../api/exchange.ts';
import type { HeaderPair, RequestEvidence } from '../result/exchange.ts';
import { bodyText } from '../api/request-body.ts';
import { decodeBytes } from './content-coding.ts';
import { bodyBytes, credentialParts } from './credential.ts';
import { openHttpClient, type HttpClient, type HttpFailure, type HttpResponse } from './http-client.ts';
import { redactStrings, type Redact } from './redaction.ts';
import { commonHeaders, type Target } from './target.ts';
import { isTraced, TraceParents } from './trace-parents.ts';

/** Largest response that is read; a longer one is a finding, not a reason to fill the memory. */
export const RESPONSE_BYTES_MAX = 8 * 1024 * 1024;
const EVIDENCE_REQUEST_MAX = 64 * 1024;
const EVIDENCE_BODY_MAX = 4096;
const EVIDENCE_HEADER_MAX = 512;
const EVIDENCE_HEADERS_MAX = 40;

/** How a request may travel. */
export interface Travel {
  /**
   * True for a request that does nothing, because it reads or will be refused: it may go over a connection that stood
   * idle. Any other goes over a connection of its own, so that one closed in the meantime is never taken for silence.
   */
  readonly mayReuse: boolean;
  /** Asked before such a request is sent a second time, when its idle connection turned out closed: counts it, or says no. */
  readonly mayRepeat?: () => boolean;
}

const FRESH: Travel = { mayReuse: false };

/** The one client for single requests. */
export interface ApiClient {
  /** Sends once, waits at most the target's timeout, never throws for what the network or the API does. */
  send(request: WireRequest, travel?: Travel): Promise<CallResult>;
  close(): Promise<void>;
}

/** Opens the client of a target: verified TLS, no redirects followed. */
export function openApiClient(target: Target): ApiClient {
  const client = openHttpClient(new URL(target.baseUrl).protocol, {
    timeoutMs: target.timeoutMs,
    responseBytesMax: RESPONSE_BYTES_MAX,
    ca: target.ca,
    proxy: target.proxy,
  });
  return {
    send: (request, travel = FRESH) => exchangeWith(target, client, request, travel),
    close() {
      client.close();
      return Promise.resolve();
    },
  };
}

async function exchangeWith(
  target: Target,
  client: HttpClient,
  request: WireRequest,
  travel: Travel,
): Promise<CallResult> {
  const headers = [...wireHeaders(target, request), ...traceHeaders(target, request)];
  const began = performance.now();
  const outcome = await exchange(target, client, request, headers, travel);
  const failure = 'status' in outcome ? null : outcome;
  const response =
    'status' in outcome
      ? toApiResponse(outcome.status, outcome.headers, outcome.bytes, target.redactKey)
      : null;
  return {
    request,
    response,
    evidence: {
      request: requestEvidence(target, request, headers),
      response: response === null ? null : responseEvidence(target, response),
      failure: failure === null ? null : { kind: failure.kind, message: target.redact(failure.message) },
      duration_ms: Math.round((performance.now() - began) * 1000) / 1000,
    },
  };
}

const TRACES = new TraceParents();

/** A trace of its own for each request, unless the case itself sets one. */
function traceHeaders(target: Target, request: WireRequest): readonly HeaderPair[] {
  return isTraced(target, request) ? [['traceparent', TRACES.next()]] : [];
}

/** One exchange; a second one where an idle connection was closed before the first reached anybody. */
async function exchange(
  target: Target,
  client: HttpClient,
  request: WireRequest,
  headers: readonly HeaderPair[],
  { mayReuse, mayRepeat }: Travel,
): Promise<HttpResponse | HttpFailure> {
  const { query } = credentialParts(request.credential, target.key, target.otherKey);
  const wire = {
    url: new URL(target.baseUrl + request.path + query),
    method: request.method,
    headers,
    body: bodyBytes(request, target.key),
    isChunked: request.framing === 'chunked',
  };
  const outcome = await client.exchange(wire, mayReuse);
  const isLost = 'kind' in outcome && outcome.isStale;
  return isLost && mayRepeat?.() === true ? client.exchange(wire, false) : outcome;
}

/** Every header of a request as it stands on the wire, the credential among them: for the two senders alone. */
export function wireHeaders(target: Target, request: WireRequest): readonly HeaderPair[] {
  const { headers } = credentialParts(request.credential, target.key, target.otherKey);
  const given = request.headers.map(([name]) => name.toLowerCase());
  const common = commonHeaders(target).filter(([name]) => !given.includes(name));
  return [...common, ...headers, ...request.headers];
}

/**
 * Decodes a response's bytes once and parses them as JSON; what fails is said, not thrown. Checks quote what they object
 * to, and cut it; so where the key came back, they see a mark in its place.
 * @param redactKey finds the places where the key came back, and takes it out.
 */
export function toApiResponse(
  status: number,
  headers: readonly HeaderPair[],
  bytes: Buffer,
  redactKey: Redact,
): ApiResponse {
  const coding = headers.find(([name]) => name === 'content-encoding')?.[1] ?? '';
  const { text, misencoded, unreadable } = decodeBytes(bytes, coding, RESPONSE_BYTES_MAX);
  const seen = headers
    .filter(([name, value]) => redactKey(value) !== value || redactKey(name) !== name)
    .map(([name]) => `header ${redactKey(name)}`);
  const clean = redactKey(text);
  const inBody = clean !== text;
  return {
    status,
    headers:
      seen.length === 0 ? headers : headers.map(([name, value]) => [redactKey(name), redactKey(value)]),
    text,
    body:
      unreadable !== null
        ? { kind: 'unreadable', coding: unreadable, bytes: bytes.length }
        : inBody
          ? parseBody(redactStrings(text, redactKey), clean)
          : parseBody(text, text),
    misencoded,
    secretsSeenIn: inBody ? ['body', ...seen] : seen,
  };
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
    body: request.body === null ? null : cut(target.redact(bodyText(request.body)), EVIDENCE_REQUEST_MAX),
    body_bytes: request.body === null ? 0 : Buffer.byteLength(request.body),
  };
}

/** A response as evidence: secrets replaced, long values and bodies cut. */
export function responseEvidence(
  target: Target,
  response: ApiResponse,
): NonNullable<CallResult['evidence']['response']> {
  return {
    status: response.status,
    headers: response.headers
      .slice(0, EVIDENCE_HEADERS_MAX)
      .map(([name, value]) => [
        target.redact(name),
        name === 'set-cookie' ? '[redacted]' : target.redact(value).slice(0, EVIDENCE_HEADER_MAX),
      ]),
    body:
      response.body.kind === 'unreadable'
        ? `(not readable: ${response.body.bytes} bytes in the coding ${target.redact(response.body.coding)})`
        : cut(target.redact(response.text), EVIDENCE_BODY_MAX),
    body_bytes: response.body.kind === 'unreadable' ? response.body.bytes : Buffer.byteLength(response.text),
  };
}
