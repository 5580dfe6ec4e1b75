import { EventEmitter } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import type { Proxy } from '../../target/proxy.ts';
import { inTunnel, openTunnel, type Tunnel } from '../../target/proxy-tunnel.ts';
import { trusting } from '../../target/trusting.ts';

/** Where connections go. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
  /** An extra CA certificate (PEM), or null. */
  readonly ca: string | null;
  /** False when a connection is for one request alone. */
  readonly keepsAlive: boolean;
  /** The proxy that tunnels are asked of; null to connect directly. */
  readonly proxy: Proxy | null;
}

/** The host and port of an address, brackets of IPv6 taken off. */
export function endpointOf(
  url: URL,
  { ca, proxy }: { readonly ca: string | null; readonly proxy: Proxy | null },
  keepsAlive: boolean,
): Endpoint {
  const isSecure = url.protocol === 'https:';
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (isSecure ? 443 : 80) : Number(url.port),
    isSecure,
    ca,
    keepsAlive,
    proxy,
  };
}

/** How long the parts of making a connection took, in milliseconds. */
export interface ConnectTimes {
  /** Until the connection stood: looking the name up, where there is one to look up, and TCP. */
  readonly tcpMs: number;
  /** From there until the peer was verified; null without TLS. */
  readonly tlsMs: number | null;
}

/** What is done with a connection. */
export interface SocketEvents {
  readonly ready: (times: ConnectTimes) => void;
  /** Bytes have come; they are gone when this returns. */
  readonly received: (bytes: Buffer) => void;
}

const READ_BYTES = 64 * 1024;
/** Reads are handled one after another, so all connections read into the same place and nothing is allocated. */
const readBuffer = Buffer.alloc(READ_BYTES);

/** What of a connection is used here; a tunnel has it before its socket is there. */
export interface Wire {
  write(bytes: Uint8Array): unknown;
  destroy(error?: Error): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'end' | 'close', listener: () => void): unknown;
}

/** How long a connection may take to be made. */
export const CONNECT_MS_MAX = 10_000;

/**
 * Opens a connection and calls `ready` once it may be written to: with TLS that is after the peer has shown a
 * verified certificate for this host, and never before. A peer that can't ends in the socket's `error`.
 */
export function openSocket(endpoint: Endpoint, events: SocketEvents): Wire {
  const { host, port, proxy } = endpoint;
  if (endpoint.isSecure)
    return proxy === null ? openTls(endpoint, null, events) : new TunnelledWire(endpoint, proxy, events);
  const beganMs = performance.now();
  return net.connect({ host, port, noDelay: true, onread: readingTo(events) }).once('connect', () => {
    events.ready({ tcpMs: performance.now() - beganMs, tlsMs: null });
  });
}

function readingTo({ received }: SocketEvents): net.OnReadOpts {
  return {
    buffer: readBuffer,
    callback: (count: number) => {
      received(readBuffer.subarray(0, count));
      return true;
    },
  };
}

/** @param through an open tunnel to the peer; null to connect to it. */
function openTls(
  { host, port, ca }: Endpoint,
  through: net.Socket | null,
  events: SocketEvents,
): tls.TLSSocket {
  const beganMs = performance.now();
  let connectedMs = beganMs;
  // `onread` is documented for tls.connect, and missing in its types.
  const options = {
    host,
    port,
    servername: net.isIP(host) === 0 ? host : '',
    rejectUnauthorized: true,
    ALPNProtocols: ['http/1.1'],
    ...(through === null ? { onread: readingTo(events) } : { socket: through }),
    ...trusting(ca),
  };
  const socket = tls.connect(options);
  socket.setNoDelay(true);
  // A socket that wraps another one does not read into a buffer of ours.
  if (through !== null) socket.on('data', events.received);
  socket.once('connect', () => {
    connectedMs = performance.now();
  });
  return socket.once('secureConnect', () => {
    if (socket.authorized)
      events.ready({ tcpMs: connectedMs - beganMs, tlsMs: performance.now() - connectedMs });
    else
      socket.destroy(
        Object.assign(new Error('the peer is not authorized'), { code: 'ERR_TLS_NOT_AUTHORIZED' }),
      );
  });
}

/** A connection through a proxy: a tunnel first, then TLS with the peer in it. */
class TunnelledWire extends EventEmitter implements Wire {
  readonly #tunnel: Tunnel;
  #socket: tls.TLSSocket | null = null;
  #isDestroyed = false;

  constructor(endpoint: Endpoint, proxy: Proxy, { ready, received }: SocketEvents) {
    super();
    const beganMs = performance.now();
    this.#tunnel = openTunnel(proxy, endpoint, endpoint.ca);
    const opened = (through: net.Socket): void => {
      if (this.#isDestroyed) return;
      const tcpMs = performance.now() - beganMs;
      let stands = false;
      const socket = openTls(endpoint, through, {
        ready: ({ tlsMs }) => {
          stands = true;
          ready({ tcpMs, tlsMs });
        },
        received,
      });
      socket.on('error', (error) => this.emit('error', inTunnel(error, stands ? null : proxy)));
      socket.on('end', () => {
        if (stands) this.emit('end'); // else the error that follows says what has ended
      });
      socket.on('close', () => this.emit('close'));
      this.#socket = socket;
    };
    this.#tunnel.opened.then(opened, (error: unknown) => {
      if (this.#isDestroyed) return;
      this.emit('error', error);
      this.emit('close');
    });
  }

  write(bytes: Uint8Array): void {
    this.#socket?.write(bytes);
  }

  /** Only a connection that takes too long is destroyed with a reason. */
  destroy(error?: Error): void {
    if (this.#isDestroyed) return;
    if (this.#socket === null && error !== undefined) {
      this.#tunnel.giveUp(CONNECT_MS_MAX);
      return;
    }
    this.#isDestroyed = this.#socket === null;
    if (this.#socket === null) this.#tunnel.first.destroy();
    else this.#socket.destroy(error);
  }
}
