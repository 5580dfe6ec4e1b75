import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';

/** What a proxy of these tests does with CONNECT. */
export type ProxyManner =
  | 'works'
  | 'wants-credentials'
  | 'forbids'
  | 'no-way'
  | 'page'
  | 'page-with-200'
  | 'stalls'
  | 'cuts'
  | 'cuts-in-tunnel'
  | 'stalls-in-tunnel'
  | 'not-http';

/** A forward proxy on loopback, by its own log. */
export interface LoopbackProxy {
  readonly port: number;
  /** The heads of the requests that came to it. */
  readonly heads: string[];
  /** All bytes that went through its tunnels towards the target. */
  readonly sent: Buffer[];
  close(): void;
}

/** The credentials that `wants-credentials` takes. */
export const PROXY_NAME = 'harness-user';
export const PROXY_PASSWORD = 'p@ss:w0rd/of?the#proxy';

const REPLIES: Partial<Record<ProxyManner, string>> = {
  forbids: 'HTTP/1.1 403 Forbidden by policy\r\ncontent-length: 0\r\n\r\n',
  'no-way': 'HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\n\r\n<html>cannot reach it</html>',
  page: 'HTTP/1.1 302 Found\r\nlocation: http://login.example/\r\ncontent-length: 0\r\n\r\n',
  'page-with-200':
    'HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\n\r\n<html>please log in</html>',
  'not-http': 'SSH-2.0-OpenSSH_9.2\r\n',
};

/**
 * Starts a proxy that takes the names of a table to ports of loopback, as no resolver of this machine could.
 * @param tls makes it a proxy that is itself spoken to over TLS.
 */
export async function startLoopbackProxy(
  names: Readonly<Record<string, number>>,
  manner: ProxyManner = 'works',
  tls?: { readonly key: string; readonly cert: string },
): Promise<LoopbackProxy> {
  const log: Pick<LoopbackProxy, 'heads' | 'sent'> = { heads: [], sent: [] };
  const sockets = new Set<Socket>();
  const accept = (client: Socket): void => {
    sockets.add(client);
    client.on('error', () => undefined);
    let head = '';
    const read = (chunk: Buffer): void => {
      head += chunk.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      client.off('data', read);
      log.heads.push(head);
      respond(client, head);
    };
    client.on('data', read);
  };
  const respond = (client: Socket, head: string): void => {
    const reply = REPLIES[manner];
    if (reply !== undefined) client.end(reply);
    else if (manner === 'stalls') return;
    else if (manner === 'cuts') client.destroy();
    else if (manner === 'wants-credentials' && !hasCredentials(head))
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic\r\n\r\n');
    else tunnel(client, head);
  };
  const tunnel = (client: Socket, head: string): void => {
    const [, host = '', port = ''] = /^CONNECT (\S+):(\d+) HTTP\/1\.1\r\n/.exec(head) ?? [];
    const to = names[host] ?? (host === '127.0.0.1' ? Number(port) : null);
    if (to === null) {
      client.end('HTTP/1.1 502 no such host\r\n\r\n');
      return;
    }
    if (manner === 'stalls-in-tunnel' || manner === 'cuts-in-tunnel') {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.once('data', () => {
        if (manner === 'cuts-in-tunnel') client.destroy();
      });
      return;
    }
    const server = connect({ host: '127.0.0.1', port: to }, () => {
      client.write('HTTP/1.1 200 Connection established\r\nvia: 1.1 loopback\r\n\r\n');
      client.on('data', (chunk: Buffer) => {
        log.sent.push(chunk);
        server.write(chunk);
      });
      server.pipe(client);
    });
    sockets.add(server);
    server.on('error', () => client.destroy());
    server.on('close', () => client.destroy());
    client.on('close', () => server.destroy());
  };
  const server = tls === undefined ? createServer(accept) : createTlsServer(tls, accept);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    ...log,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

function hasCredentials(head: string): boolean {
  const wanted = Buffer.from(`${PROXY_NAME}:${PROXY_PASSWORD}`, 'utf8').toString('base64');
  return head.includes(`\r\nproxy-authorization: Basic ${wanted}\r\n`);
}

/** The URL of a proxy on loopback, with the credentials that it may want. */
export function proxyUrl(port: number, withCredentials = false, scheme = 'http'): string {
  const credentials = withCredentials
    ? `${encodeURIComponent(PROXY_NAME)}:${encodeURIComponent(PROXY_PASSWORD)}@`
    : '';
  return `${scheme}://${credentials}127.0.0.1:${port}`;
}
