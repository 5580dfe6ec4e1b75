/** A server in a process of its own whose answers are known beforehand; it logs what it saw and did. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chanceFrom } from '../load/chance.ts';
import type { Fault, TruthLog, TruthOrders } from './truth.ts';

const orders = JSON.parse(process.argv[2] ?? '{}') as TruthOrders;
const chance = chanceFrom(orders.seed);
const log: { -readonly [K in keyof TruthLog]: TruthLog[K] } = {
  received: 0,
  answered: 0,
  byFault: {},
  servicesMs: [],
  arrivalsMs: [],
};
const servicesMs: number[] = [];
const arrivalsMs: number[] = [];
let serial = process.pid * 0x1_0000_0000;
const id = /"workflow_run_id":"([0-9a-f]{24})"/;
const MARK = 'f'.repeat(24);
const { workflow_run: run } = orders.example;
const [before = '', after = ''] = JSON.stringify({ workflow_run: { ...run, _id: MARK } }).split(MARK);

function serviceMs(): number {
  const { service } = orders;
  switch (service.kind) {
    case 'constant':
      return service.ms;
    case 'exponential':
      return -Math.log(1 - chance()) * service.ms;
    case 'bimodal':
      return chance() < service.slowShare ? service.slowMs : service.ms;
  }
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
    if (orders.keepsLog) arrivalsMs.push(arrivedMs);
    const fault = orders.faults.find(({ every }) => log.received % every === 0)?.fault ?? null;
    if (fault !== null) {
      log.byFault = { ...log.byFault, [fault]: (log.byFault[fault] ?? 0) + 1 };
      misbehave(fault, request, response, body);
      return;
    }
    const waitMs = serviceMs();
    const answer = (): void => {
      send(response, body);
      log.answered += 1;
      if (orders.keepsLog) servicesMs.push(performance.now() - arrivedMs);
    };
    if (waitMs === 0) answer();
    else setTimeout(answer, waitMs);
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

/** Stops the whole process, event loop and all, as a long collection of garbage or a lock would. */
function freeze(forMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, forMs);
}

function open(port: number): Server {
  const server = createServer({ keepAliveTimeout: 60_000 }, handle);
  server.listen(port, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
  return server;
}

open(orders.port);
if (orders.freeze !== null) {
  const { everyMs, forMs } = orders.freeze;
  setInterval(() => {
    freeze(forMs);
  }, everyMs);
}
process.on('message', () => process.send?.({ log: { ...log, servicesMs, arrivalsMs } }));
process.on('disconnect', () => process.exit(0));
