import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Sandbox } from '../../sandbox/server.ts';

/** What an environment is at, and whether it wants the vendor's headers beside the key. */
export interface Manner {
  needsHeaders: boolean;
  /** The fields that runs have beside those of the page. */
  fields: Readonly<Record<string, unknown>>;
  /** The status of the refusal of a key, 401 on the first day. */
  refusesKeysWith: number;
}

/** A stand-in for a first environment: the sandbox, behind a server that asks for headers and has a later revision. */
export interface Environment {
  readonly url: string;
  readonly manner: Manner;
  close(): void;
}

const HEADERS = ['teamid', 'uuid'];

/** Starts the environment on loopback. */
export function startEnvironment({ url }: Pick<Sandbox, 'url'>): Promise<Environment> {
  const manner: Manner = { needsHeaders: true, fields: {}, refusesKeysWith: 401 };
  const server = createServer((call, reply) => {
    pass(url, manner, call, reply);
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve({
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        manner,
        close: () => {
          server.closeAllConnections();
          server.close();
        },
      });
    });
  });
}

function pass(url: string, manner: Manner, call: IncomingMessage, reply: ServerResponse): void {
  const lacksHeaders = HEADERS.some((name) => call.headers[name] === undefined);
  if (manner.needsHeaders && lacksHeaders && call.headers.authorization !== undefined) {
    call.resume();
    reply.writeHead(403, { 'content-type': 'application/json' }).end('{"detail":"Not a member of the team"}');
    return;
  }
  const onward = request(
    `${url}${call.url ?? ''}`,
    { method: call.method, headers: call.headers },
    (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const whole = Buffer.concat(parts).toString('utf8');
        const text = withFields(whole, manner.fields);
        const { 'content-length': length, ...kept } = response.headers;
        const sized =
          length === undefined || text === whole
            ? response.headers
            : { ...kept, 'content-length': Buffer.byteLength(text) };
        const status = response.statusCode ?? 502;
        reply.writeHead(status === 401 ? manner.refusesKeysWith : status, sized).end(text);
      });
    },
  );
  onward.on('error', () => reply.destroy());
  call.pipe(onward);
}

/** Adds fields to the inner object of a run. */
function withFields(text: string, fields: Manner['fields']): string {
  const added = JSON.stringify(fields).slice(1, -1);
  const at = /("workflow_run":\{"(?:(?!"workflow_run").)*"workflow_run":\{)/.exec(text)?.[1];
  return at === undefined || added === '' ? text : text.replace(at, () => `${at}${added},`);
}
