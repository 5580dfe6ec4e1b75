import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A response on its way back. */
export interface Passing {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Changes the nth response, counted from 1, to a call with that body. */
export type Rewrite = (response: Passing, nth: number, requestBody: string) => Passing;

/** A server on loopback that passes calls on to another and changes what comes back. */
export interface Between {
  readonly url: string;
  close(): void;
}

/** Starts a server between the harness and a sandbox. */
export function startBetween(url: string, rewrite: Rewrite): Promise<Between> {
  let passed = 0;
  const server = createServer((call, reply) => {
    pass(url, call, reply, (response, requestBody) => rewrite(response, (passed += 1), requestBody));
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      resolve({
        url: `http://127.0.0.1:${port}`,
        close: () => {
          server.closeAllConnections();
          server.close();
        },
      });
    });
  });
}

function pass(
  url: string,
  call: IncomingMessage,
  reply: ServerResponse,
  change: (response: Passing, requestBody: string) => Passing,
): void {
  const sent: Buffer[] = [];
  call.on('data', (part: Buffer) => sent.push(part));
  const onward = request(
    `${url}${call.url ?? ''}`,
    { method: call.method, headers: call.headers },
    (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        const passing = {
          status: response.statusCode ?? 502,
          headers: { 'content-type': response.headers['content-type'] ?? 'application/json' },
          body: Buffer.concat(parts).toString('utf8'),
        };
        const { status, headers, body } = change(passing, Buffer.concat(sent).toString('utf8'));
        reply.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) }).end(body);
      });
    },
  );
  onward.on('error', () => reply.destroy());
  call.pipe(onward);
}

const BIG = 'x'.repeat(1024 * 1024);
const TAG = '<script>window.hurt=1</script>';

/** Responses full of what breaks out of markup, turns the reading direction or is very long; now and then 1 MiB of it. */
export const hostileResponse: Rewrite = ({ status, headers, body }, nth) => {
  const parsed = asObject(body);
  if (parsed === null) return { status, headers, body };
  const run = parsed['workflow_run'];
  const spoilt = {
    ...parsed,
    [`${TAG}"><svg onload=window.hurt=1>`]: '</script></style></title><img src=x onerror="window.hurt=1">',
    ...(isObject(run) ? { workflow_run: spoiltRun(run, nth) } : { detail: `\u202Egnp.exe\u202C ${TAG}` }),
  };
  return {
    status,
    headers: { ...headers, 'x-hostile': '"><img src=x onerror=window.hurt=1>' },
    body: JSON.stringify(spoilt),
  };
};

function spoiltRun(run: Readonly<Record<string, unknown>>, nth: number): unknown {
  const inner = run['workflow_run'];
  return {
    ...run,
    ...(isObject(inner)
      ? {
          workflow_run: {
            ...inner,
            comments: `${TAG}\n| pipe | \`tick\` [link](https://evil.example.test/)`,
          },
        }
      : {}),
    team_id: `\u202Egnp.exe\u202C ${TAG}`,
    created_by: "' onmouseover='window.hurt=1 \u200B\u0007",
    updated_by: '👨‍👩‍👧 🇬🇧 ]]><injected/>',
    ...(nth % 25 === 3 ? { '\u2066big\u2069': BIG } : {}),
  };
}

/** After the first calls, seven of ten are answered with 429. */
export const throttlingResponse: Rewrite = (response, nth) => {
  if (nth <= 40 || nth % 10 >= 7) return response;
  return {
    status: 429,
    headers: { 'content-type': 'application/json', 'retry-after': '1' },
    body: '{"message":"Too many requests"}',
  };
};

function asObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const parsed: unknown = JSON.parse(text);
    return isObject(parsed) ? parsed : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
