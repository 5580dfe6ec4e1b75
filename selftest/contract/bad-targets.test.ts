import assert from 'node:assert/strict';
import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createTcp, type AddressInfo, type Server, type Socket } from 'node:net';
import { after, test } from 'node:test';
import type { ContractResult } from '../../result/contract-result.ts';
import { contractAt, KEY, targetAt } from './in-process.ts';

const open: { close(): unknown; closeAllConnections?(): void }[] = [];
after(() => {
  for (const server of open) {
    server.closeAllConnections?.();
    server.close();
  }
});

function listening(server: Server): Promise<string> {
  return new Promise((resolve) => {
    open.push(server);
    server.listen(0, '127.0.0.1', () => {
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    });
  });
}

/** A server that does one thing with each connection. */
function tcp(serve: (socket: Socket) => void): Promise<string> {
  return listening(
    createTcp((socket) => {
      socket.on('error', () => undefined);
      serve(socket);
    }),
  );
}

function http(listener: RequestListener): Promise<string> {
  return listening(createHttp(listener));
}

/** Says the same again and again until the other side gives up. */
function endlessly(socket: Socket, head: string, line: string): void {
  socket.write(head);
  const timer = setInterval(() => socket.write(line), 1);
  socket.once('close', () => {
    clearInterval(timer);
  });
}

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';
const LIMIT_MS = 20_000;
const MEMORY_MAX = 200 * 1024 * 1024;

async function judged(url: string): Promise<ContractResult> {
  const began = performance.now();
  const before = process.memoryUsage().rss;
  const result = await contractAt(targetAt(url, '500ms'));
  assert.ok(performance.now() - began < LIMIT_MS, 'it hangs');
  assert.ok(process.memoryUsage().rss - before < MEMORY_MAX, 'it fills the memory');
  assert.ok(!JSON.stringify(result).includes(KEY), 'the key stands in the result');
  return result;
}

const SILENT: readonly (readonly [what: string, serve: (socket: Socket) => void, says: RegExp])[] = [
  ['says nothing', () => undefined, /no complete response within 500 ms/],
  ['closes at once', (socket) => socket.end(), /closed before the response was complete|ECONNRESET/],
  ['speaks SSH', (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'), /HPE_|Expected HTTP/],
  ['speaks TLS', (socket) => socket.end(Buffer.from('15030300020228', 'hex')), /HPE_|Expected HTTP/],
  [
    'answers with endless headers',
    (socket) => {
      endlessly(socket, HEAD, `x-more: ${'a'.repeat(4000)}\r\n`);
    },
    /OVERFLOW|no complete response/,
  ],
  [
    'never ends its body',
    (socket) => {
      endlessly(socket, `${HEAD}transfer-encoding: chunked\r\n\r\n`, '2\r\n{}\r\n');
    },
    /no complete response within 500 ms/,
  ],
];

for (const [what, serve, says] of SILENT) {
  test(`a target that ${what} is inconclusive in one sentence`, async () => {
    const result = await judged(await tcp(serve));
    assert.equal(result.inconclusive?.cause, 'environment-down');
    assert.match(result.inconclusive.sentence, says);
    assert.equal(result.inconclusive.sentence.split('\n').length, 1);
    assert.ok(result.requests_sent <= 6, `${result.requests_sent} requests`);
  });
}

test('a target that responds with 50 MB is inconclusive in one sentence, and is not read to its end', async () => {
  const url = await http((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 50_000_000 });
    response.end(Buffer.alloc(50_000_000, ' '));
  });
  const result = await judged(url);
  assert.equal(result.inconclusive?.cause, 'environment-down');
  assert.match(result.inconclusive.sentence, /max|size|large/i);
});

test('a redirect to another host is a finding, and neither the call nor the key follows it', async () => {
  const followed: string[] = [];
  const other = await http((request, response) => {
    followed.push(JSON.stringify(request.headers));
    response.end('{}');
  });
  const url = await http((_request, response) => {
    response.writeHead(307, { location: `${other}/workflows/v1/workflow-runs` }).end();
  });
  const result = await judged(url);
  assert.deepEqual(followed, []);
  const [finding, ...others] = result.findings.filter((one) => one.severity === 'failure');
  assert.match(finding?.title ?? '', /answered with 307; the page promises 200/);
  assert.deepEqual(others, []);
  assert.ok(result.requests_sent <= 10, `${result.requests_sent} requests`);
});
