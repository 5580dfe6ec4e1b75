import net from 'node:net';
import tls from 'node:tls';

/** Where connections go. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
  /** An extra CA certificate (PEM), or null. */
  readonly ca: string | null;
}

/** The host and port of an address, brackets of IPv6 taken off. */
export function endpointOf(url: URL, ca: string | null): Endpoint {
  const isSecure = url.protocol === 'https:';
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (isSecure ? 443 : 80) : Number(url.port),
    isSecure,
    ca,
  };
}

/**
 * Opens a connection and calls `ready` once it may be written to: with TLS that is after the peer has shown a
 * verified certificate for this host, and never before. A peer that can't ends in the socket's `error`.
 */
export function openSocket(endpoint: Endpoint, ready: () => void): net.Socket {
  const { host, port } = endpoint;
  if (!endpoint.isSecure) return net.connect({ host, port, noDelay: true }).once('connect', ready);
  const socket = tls.connect({
    host,
    port,
    servername: net.isIP(host) === 0 ? host : '',
    rejectUnauthorized: true,
    ALPNProtocols: ['http/1.1'],
    ...(endpoint.ca === null ? {} : { ca: [...tls.rootCertificates, endpoint.ca] }),
  });
  socket.setNoDelay(true);
  return socket.once('secureConnect', () => {
    if (socket.authorized) ready();
    else
      socket.destroy(
        Object.assign(new Error('the peer is not authorized'), { code: 'ERR_TLS_NOT_AUTHORIZED' }),
      );
  });
}
