import http from 'node:http';
import https from 'node:https';
import { Socket } from 'node:net';
import { urlToHttpOptions } from 'node:url';
import type { HeaderPair, TransportFailure } from '../result/exchange.ts';
import type { Proxy } from './proxy.ts';
import { inTunnel, openTunnel } from './proxy-tunnel.ts';
import { describeTransportError } from './transport-failure.ts';
import { trusting } from './trusting.ts';

const CONNECT_TIMEOUT_MS = 10_000;
const HEADER_BYTES_MAX = 64 * 1024;
const IDLE_CONNECTIONS_MAX = 16;
/** What servers send on a connection that they close because it was idle (RFC 9110, section 15.5.9): no response to a request. */
const IDLE_TOO_LONG = 408;

/** One request as it goes on the wire, credential and all. */
export interface HttpRequest {
  readonly url: URL;
  readonly method: string;
  /** In this order, doubled names too; the host, the connection and the framing of the body are added. */
  readonly headers: readonly HeaderPair[];
  readonly body: Buffer | null;
  /** True for a body without a length, in chunks. */
  readonly isChunked: boolean;
}

/** A response as it came, before anything is decoded. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case, in order of arrival. */
  readonly headers: readonly HeaderPair[];
  readonly bytes: Buffer;
}

/** Why no response came. `isStale`: the connection had been idle, and was closed or given up by the server before it read the request. */
export type HttpFailure = TransportFailure & { readonly isStale: boolean };

/** Sends requests over HTTP/1.1: no redirects are followed, nothing is sent twice, unasked 1xx responses are passed over. */
export interface HttpClient {
  /** @param reuse whether the request may go over a connection that was used before and stood idle since. */
  exchange(request: HttpRequest, reuse: boolean): Promise<HttpResponse | HttpFailure>;
  close(): void;
}

/** What a client keeps to. */
export interface ClientLimits {
  /** Longest time from sending to the end of the response, connecting included. */
  readonly timeoutMs: number;
  readonly responseBytesMax: number;
  /** An extra certificate authority (PEM), or null. */
  readonly ca: string | null;
  /** The proxy that tunnels are asked of; null to connect directly. Only for https. */
  readonly proxy: Proxy | null;
}

interface Agents {
  /** Connections that are used once. */
  readonly fresh: http.Agent;
  /** Connections that stay open for the next request. */
  readonly kept: http.Agent;
}

/** Opens a client for one origin. TLS is always verified, and before a byte of a request is written. */
export function openHttpClient(scheme: string, limits: ClientLimits): HttpClient {
  const open = new Set<Socket>();
  const agents: Agents = {
    fresh: agentFor(scheme, limits, open, false),
    kept: agentFor(scheme, limits, open, true),
  };
  let isKeeping = true;
  return {
    async exchange(request, reuse) {
      const outcome = await exchange(
        reuse && isKeeping ? agents.kept : agents.fresh,
        scheme,
        request,
        limits,
      );
      if ('kind' in outcome && outcome.isStale) isKeeping = false; // this target does not keep connections open
      return outcome;
    },
    close() {
      for (const socket of open) socket.destroy();
      agents.fresh.destroy();
      agents.kept.destroy();
    },
  };
}

type Connect = http.Agent['createConnection'];

function agentFor(scheme: string, limits: ClientLimits, open: Set<Socket>, keepAlive: boolean): http.Agent {
  const options = { keepAlive, maxFreeSockets: IDLE_CONNECTIONS_MAX, scheduling: 'lifo' } as const;
  const isTls = scheme === 'https:';
  const agent = isTls ? new https.Agent({ ...options, ...trusting(limits.ca) }) : new http.Agent(options);
  const connect: Connect = agent.createConnection.bind(agent);
  return Object.assign(agent, { createConnection: handingOver(connect, isTls, limits, open) });
}

/** A request is written once its connection is handed over: with TLS, after the certificate was verified. */
function handingOver(connect: Connect, isTls: boolean, limits: ClientLimits, open: Set<Socket>): Connect {
  const connectMs = Math.min(limits.timeoutMs, CONNECT_TIMEOUT_MS);
  const { proxy } = limits;
  const track = (socket: Socket): void => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  };
  return (options, connected) => {
    const secured: https.RequestOptions = { ...options, rejectUnauthorized: true };
    const tunnel = proxy === null ? null : openTunnel(proxy, endOf(options), limits.ca);
    const finish = (over: Socket | null): void => {
      // `socket` is documented for tls.connect, which gets these options, and missing in the types of an agent.
      const socket = connect(over === null ? secured : Object.assign({}, secured, { socket: over }));
      if (!(socket instanceof Socket)) throw new Error('no connection was opened');
      track(socket);
      const leftMs = Math.max(1, connectMs - (performance.now() - beganMs));
      handOver(socket, isTls, leftMs, (error) =>
        connected?.(inTunnel(error, over === null ? null : proxy), socket),
      );
    };
    const beganMs = performance.now();
    if (tunnel === null) {
      finish(null);
      return undefined;
    }
    track(tunnel.first);
    const timer = setTimeout(() => {
      tunnel.giveUp(connectMs);
    }, connectMs);
    tunnel.opened
      .then(finish, (error: unknown) => connected?.(error as Error, tunnel.first))
      .finally(() => {
        clearTimeout(timer);
      });
    return undefined;
  };
}

/** Tells once that a connection stands, or why it does not. */
function handOver(
  socket: Socket,
  isTls: boolean,
  limitMs: number,
  done: (error: Error | null) => void,
): void {
  const timer = setTimeout(() => {
    const message = `no connection within ${Math.round(limitMs)} ms`;
    socket.destroy(Object.assign(new Error(message), { code: 'ETIMEDOUT' }));
  }, limitMs);
  const failed = (error: Error): void => {
    clearTimeout(timer);
    done(error);
  };
  socket.once('error', failed);
  socket.once(isTls ? 'secureConnect' : 'connect', () => {
    clearTimeout(timer);
    socket.removeListener('error', failed);
    done(null);
  });
}

function endOf({ host, port }: http.ClientRequestArgs): { readonly host: string; readonly port: number } {
  return { host: (host ?? '').replace(/^\[|\]$/g, ''), port: Number(port ?? 443) };
}

/** One exchange under one deadline. Never rejects. */
function exchange(
  agent: http.Agent,
  scheme: string,
  request: HttpRequest,
  limits: ClientLimits,
): Promise<HttpResponse | HttpFailure> {
  return new Promise((resolve) => {
    let sent: http.ClientRequest;
    try {
      sent = (scheme === 'https:' ? https : http).request({
        ...urlToHttpOptions(request.url),
        agent,
        method: request.method,
        headers: wireHeaders(request),
        maxHeaderSize: HEADER_BYTES_MAX,
      });
    } catch (error) {
      resolve({ ...describeTransportError(error), isStale: false }); // a header that can't be sent
      return;
    }
    const reading = new Reading(sent, limits, resolve);
    reading.begin();
    write(sent, request);
  });
}

function wireHeaders({ url, headers, body, isChunked }: HttpRequest): readonly string[] {
  const framing: readonly HeaderPair[] = isChunked
    ? [['transfer-encoding', 'chunked']]
    : body === null
      ? []
      : [['content-length', String(body.length)]];
  return [['host', url.host], ...headers, ['connection', 'keep-alive'], ...framing].flat();
}

/** A chunked body goes out in two chunks: one alone would be a poor test of reading them. */
function write(sent: http.ClientRequest, { body, isChunked }: HttpRequest): void {
  if (body === null) sent.end();
  else if (isChunked) {
    const middle = Math.ceil(body.length / 2);
    sent.write(body.subarray(0, middle));
    sent.end(body.subarray(middle));
  } else sent.end(body);
}

class DeadlineError extends Error {
  readonly code = 'ETIMEDOUT';
}
class TooLargeError extends Error {
  readonly code = 'RESPONSE_TOO_LARGE';
}

/** Reads the response to one request, until it is whole or there will be none. */
class Reading {
  readonly #sent: http.ClientRequest;
  readonly #limits: ClientLimits;
  readonly #settle: (outcome: HttpResponse | HttpFailure) => void;
  readonly #chunks: Buffer[] = [];
  #bytes = 0;
  #response: http.IncomingMessage | null = null;
  #socket: Socket | null = null;
  #bytesReadBefore = 0;
  #deadline: NodeJS.Timeout | null = null;

  constructor(
    sent: http.ClientRequest,
    limits: ClientLimits,
    settle: (outcome: HttpResponse | HttpFailure) => void,
  ) {
    this.#sent = sent;
    this.#limits = limits;
    this.#settle = settle;
  }

  begin(): void {
    const sent = this.#sent;
    this.#deadline = setTimeout(() => {
      // Without a connection the deadline has passed in the proxy's tunnel, which often has the same time as the whole.
      this.#giveUp(
        this.#socket === null ? inTunnel(new DeadlineError(), this.#limits.proxy) : new DeadlineError(),
      );
    }, this.#limits.timeoutMs);
    sent.once('socket', (socket) => {
      this.#socket = socket;
      this.#bytesReadBefore = socket.bytesRead;
    });
    sent.on('error', (error) => {
      // Bytes after a whole response are an error of the connection, not of the response.
      if (this.#response?.complete !== true) this.#failed(error);
    });
    sent.once('upgrade', () => {
      this.#giveUp(
        Object.assign(new Error('101 to a request that asked for no other protocol'), {
          code: 'HPE_UPGRADE',
        }),
      );
    });
    sent.once('response', (response) => {
      this.#read(response);
    });
    sent.once('close', () => {
      if (this.#response === null) this.#failed(new Error('the connection was closed'));
    });
  }

  #read(response: http.IncomingMessage): void {
    this.#response = response;
    response.on('data', (chunk: Buffer) => {
      this.#bytes += chunk.length;
      if (this.#bytes <= this.#limits.responseBytesMax) this.#chunks.push(chunk);
      else this.#giveUp(new TooLargeError(`more than ${this.#limits.responseBytesMax} bytes`));
    });
    response.once('end', () => {
      const status = response.statusCode ?? 0;
      if (status === IDLE_TOO_LONG && this.#sent.reusedSocket) {
        const message = `${status} on a connection that had been idle`;
        this.#done({ kind: 'reset', message, isStale: true });
        return;
      }
      this.#done({ status, headers: pairs(response.rawHeaders), bytes: Buffer.concat(this.#chunks) });
    });
    response.once('error', (error) => {
      this.#failed(error);
    });
  }

  #giveUp(error: Error): void {
    this.#failed(error);
    this.#sent.destroy();
    this.#socket?.destroy();
  }

  #failed(error: Error): void {
    const isUnanswered = this.#response === null && this.#socket?.bytesRead === this.#bytesReadBefore;
    const failure: TransportFailure =
      error instanceof DeadlineError
        ? { kind: 'timeout', message: `no complete response within ${this.#limits.timeoutMs} ms` }
        : describeTransportError(error);
    this.#done({
      ...failure,
      isStale: this.#sent.reusedSocket && failure.kind === 'reset' && isUnanswered,
    });
  }

  #done(outcome: HttpResponse | HttpFailure): void {
    clearTimeout(this.#deadline ?? undefined);
    this.#settle(outcome);
  }
}

function pairs(rawHeaders: readonly string[]): readonly HeaderPair[] {
  const found: HeaderPair[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2)
    found.push([(rawHeaders[i] ?? '').toLowerCase(), rawHeaders[i + 1] ?? '']);
  return found;
}
