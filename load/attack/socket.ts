import net from 'node:net';
import tls from 'node:tls';

/** Where connections go. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
  /** An extra CA certificate (PEM), or null. */
  readonly ca: string | null;
  /** False when a connection is for one request alone. */
  readonly keepsAlive: boolean;
}

/** The host and port of an address, brackets of IPv6 taken off. */
export function endpointOf(url: URL, ca: string | null, keepsAlive: boolean): Endpoint {
  const isSecure = url.protocol === 'https:';
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (isSecure ? 443 : 80) : Number(url.port),
    isSecure,
    ca,
    keepsAlive,
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

/**
 * Opens a connection and calls `ready` once it may be written to: with TLS that is after the peer has shown a
 * verified certificate for this host, and never before. A peer that can't ends in the socket's `error`.
 */
export function openSocket(endpoint: Endpoint, { ready, received }: SocketEvents): net.Socket {
  const { host, port } = endpoint;
  const beganMs = performance.now();
  const onread = {
    buffer: readBuffer,
    callback: (count: number) => {
      received(readBuffer.subarray(0, count));
      return true;
    },
  };
  if (!endpoint.isSecure) {
    return net.connect({ host, port, noDelay: true, onread }).once('connect', () => {
      ready({ tcpMs: performance.now() - beganMs, tlsMs: null });
    });
  }
  let connectedMs = beganMs;
  // `onread` is documented for tls.connect, and missing in its types.
  const options = {
    host,
    port,
    servername: net.isIP(host) === 0 ? host : '',
    rejectUnauthorized: true,
    ALPNProtocols: ['http/1.1'],
    onread,
    ...(endpoint.ca === null ? {} : { ca: [...tls.rootCertificates, endpoint.ca] }),
  };
  const socket = tls.connect(options);
  socket.setNoDelay(true);
  socket.once('connect', () => {
    connectedMs = performance.now();
  });
  return socket.once('secureConnect', () => {
    if (socket.authorized) ready({ tcpMs: connectedMs - beganMs, tlsMs: performance.now() - connectedMs });
    else
      socket.destroy(
        Object.assign(new Error('the peer is not authorized'), { code: 'ERR_TLS_NOT_AUTHORIZED' }),
      );
  });
}
