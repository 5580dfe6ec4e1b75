import { createServer, request as httpRequest, type OutgoingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a gateway responds with itself. */
export interface GatewayResponse {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly detail: string;
}

/** A gateway before a server: what it does not respond to itself passes through. */
export interface Gateway {
  readonly url: string;
  readonly calls: () => number;
  close(): void;
}

/** Opens a gateway before the server at a URL; `decide` sees the body and the number of the call, from 1 on. */
export async function gatewayBefore(
  url: string,
  decide: (body: Buffer, ordinal: number) => GatewayResponse | null,
): Promise<Gateway> {
  let calls = 0;
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      const own = decide(body, (calls += 1));
      if (own !== null) {
        outgoing.writeHead(own.status, { 'content-type': 'application/json', ...own.headers });
        outgoing.end(JSON.stringify({ detail: own.detail }));
        return;
      }
      const { method, headers } = incoming;
      const passed = httpRequest(url + (incoming.url ?? ''), { method, headers }, (response) => {
        outgoing.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(outgoing);
      });
      passed.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls: () => calls,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
