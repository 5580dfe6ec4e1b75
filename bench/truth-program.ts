/** A server in a process of its own whose responses are known beforehand; it logs what it saw and did. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import { Server as NetServer, type AddressInfo, type Socket } from 'node:net';
import { seededRandom } from '../load/arrivals/random.ts';
import { serviceTimes } from './services.ts';
import type { Fault, TruthLog, TruthMessage, TruthOrders } from './truth.ts';

const orders = JSON.parse(process.argv[2] ?? '{}') as TruthOrders;
const nextServiceMs = serviceTimes(orders.service, seededRandom(orders.seed));
const log: { -readonly [K in keyof TruthLog]: TruthLog[K] } = {
  received: 0,
  responses: 0,
  byFault: {},
  bytesAfterRenewal: 0,
  servicesMs: [],
  arrivalsMs: [],
  responsesMs: [],
};
const servicesMs: number[] = [];
const arrivalsMs: number[] = [];
const responsesMs: number[] = [];
let serial = process.pid * 0x1_0000_0000;
const id = /"workflow_run_id":"([0-9a-f]{24})"/;
const MARK = 'f'.repeat(24);
const { workflow_run: run } = orders.example;
const [before = '', after = ''] = JSON.stringify({ workflow_run: { ...run, _id: MARK } }).split(MARK);

/** When the single server will be free again, and the responses that wait for their time, in that order. */
let freeAtMs = 0;
const departures: { readonly atMs: number; readonly leave: () => void }[] = [];

/** Answers each departure at its time: sleeps, then waits in turns of the event loop, as a timer is a millisecond late. */
function serveQueue(): void {
  for (let next = departures[0]; next !== undefined && next.atMs <= performance.now(); next = departures[0]) {
    departures.shift();
    next.leave();
  }
  const [next] = departures;
  if (next === undefined) return;
  const sleepMs = Math.floor(next.atMs - performance.now() - 1.5);
  if (sleepMs >= 1) setTimeout(serveQueue, sleepMs);
  else setImmediate(serveQueue);
}

function enqueue(arrivedMs: number, serviceMs: number, leave: () => void): void {
  freeAtMs = Math.max(freeAtMs, arrivedMs) + serviceMs;
  departures.push({ atMs: freeAtMs, leave });
  if (departures.length === 1) serveQueue();
}

function handle(request: IncomingMessage, response: ServerResponse): void {
  const arrivedMs = performance.now();
  let text = '';
  request.setEncoding('utf8');
  request.on('data', (part: string) => (text += part));
  request.on('end', () => {
    const isData = text.includes('"command":"data"') || text === 'bench';
    const runId = id.exec(text)?.[1] ?? (serial += 1).toString(16).padStart(24, '0');
    const body = before + runId + after;
    if (!isData) {
      send(response, body);
      return;
    }
    log.received += 1;
    if (log.received === 1 && orders.freeze !== null) planFreeze(orders.freeze, arrivedMs, 0);
    if (orders.keepsLog) arrivalsMs.push(arrivedMs);
    const fault = orders.faults.find(({ every }) => log.received % every === 0)?.fault ?? null;
    if (fault !== null) {
      log.byFault = { ...log.byFault, [fault]: (log.byFault[fault] ?? 0) + 1 };
      misbehave(fault, request, response, body);
      return;
    }
    const waitMs = nextServiceMs();
    const respond = (): void => {
      send(response, body);
      log.responses += 1;
      if (!orders.keepsLog) return;
      responsesMs.push(performance.now());
      servicesMs.push(performance.now() - arrivedMs);
    };
    if (orders.isQueue) enqueue(arrivedMs, waitMs, respond);
    else if (waitMs === 0) respond();
    else setTimeout(respond, waitMs);
  });
}

function send(response: ServerResponse, body: string, status = 200): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
    .end(body);
}

function misbehave(fault: Fault, request: IncomingMessage, response: ServerResponse, body: string): void {
  const half = body.slice(0, body.length / 2);
  const head = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  switch (fault) {
    case 'drop':
      request.socket.destroy();
      return;
    case 'refuse':
      request.socket.destroy();
      stopListening();
      return;
    case 'reset':
      response.writeHead(200, head).write(half, () => request.socket.resetAndDestroy());
      return;
    case 'truncated':
      response.writeHead(200, head).write(half, () => request.socket.end());
      return;
    case 'hang':
      return;
    case 'half-open':
      response.writeHead(200, head).write(half);
      return;
    case '500':
    case '429':
      send(response, '{"detail":"no"}', Number(fault));
      return;
    case 'slow-body':
      response.writeHead(200, head).write(half);
      setTimeout(() => response.end(body.slice(half.length)), 150);
      return;
    case 'wrong-shape':
      send(response, body.replace('"created_at":"', '"created_at":"no date '));
      return;
    case 'not-json':
      send(response, '<html></html>');
      return;
  }
}

/** Plans the n-th stop, counted from the first request, so that each falls into the middle of its span. */
function planFreeze(
  { everyMs, forMs, phaseMs }: NonNullable<TruthOrders['freeze']>,
  firstMs: number,
  n: number,
): void {
  setTimeout(
    () => {
      freeze(forMs);
      planFreeze({ everyMs, forMs, phaseMs }, firstMs, n + 1);
    },
    firstMs + everyMs * (n + 0.5) + phaseMs - performance.now(),
  );
}

/** Stops the whole process, event loop and all, as a long collection of garbage or a lock would. */
function freeze(forMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, forMs);
}

const isSecure = orders.tls !== null;
const server = isSecure ? createSecureServer(orders.tls, handle) : createServer(handle);
server.keepAliveTimeout = 60_000;
const sockets = new Set<Socket>();
let isRenewed = false;
server.on(isSecure ? 'secureConnection' : 'connection', (socket: Socket) => {
  sockets.add(socket);
  socket.once('close', () => sockets.delete(socket));
  if (isRenewed) socket.on('data', (bytes: Buffer) => (log.bytesAfterRenewal += bytes.length));
});
server.listen(orders.port, '127.0.0.1', () => process.send?.({ port: portNow() }));

function portNow(): number {
  return (server.address() as AddressInfo).port;
}

/** For 400 ms new connections are refused; those that stand go on, which the HTTP server's own `close` would end. */
function stopListening(): void {
  if (!server.listening) return;
  const port = portNow();
  NetServer.prototype.close.call(server);
  setTimeout(() => server.listen(port, '127.0.0.1'), 400);
}

process.on('message', (message: TruthMessage) => {
  if (typeof message === 'object') {
    (server as SecureServer).setSecureContext(message.renew);
    isRenewed = true;
    for (const socket of sockets) socket.destroy();
    return;
  }
  const isLast = message === 'quit';
  if (isLast) for (const socket of sockets) socket.resetAndDestroy();
  if (isLast) server.close();
  process.send?.({ log: { ...log, servicesMs, arrivalsMs, responsesMs } }, () => {
    if (isLast) process.exit(0);
  });
});
process.on('disconnect', () => process.exit(0));
