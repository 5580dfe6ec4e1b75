import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer, Server as HttpsServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Logged, ServerOrders, ServerStats } from './servers.ts';

/** A truth server in a process of its own: it does exactly what it was told and counts what it saw. */
const { behaviour, example } = JSON.parse(process.argv[2] ?? '{}') as ServerOrders;
const runs = new Map<string, string>();
const stats: ServerStats = {
  requests: 0,
  arrivalsMs: [],
  servicesMs: [],
  byCommand: {},
  log: [],
  mostStartsAtOnce: 0,
  applicationBytes: 0,
  connections: 0,
  bytesAfterSwap: 0,
  openRuns: [],
  keys: [],
};
let startsUnderWay = 0;
let serial = process.pid * 0x1_0000_0000;

interface Body {
  readonly command?: string;
  readonly workflow_run_id?: string;
}

const AFTER: Readonly<Record<string, string>> = {
  start: 'running',
  resume: 'running',
  pause: 'paused',
  stop: 'stopped',
  data: 'running',
};

function handle(request: IncomingMessage, response: ServerResponse): void {
  if (behaviour.respondsEarly === true) {
    stats.requests += 1;
    stats.byCommand['start'] = (stats.byCommand['start'] ?? 0) + 1;
    request.resume();
    respond(response, 'start', {});
    return;
  }
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const arrivedMs = performance.now();
    response.on('finish', () => stats.servicesMs.push(performance.now() - arrivedMs));
    stats.requests += 1;
    stats.arrivalsMs.push(arrivedMs);
    const key = request.headers.authorization ?? '';
    if (!stats.keys.includes(key)) stats.keys.push(key);
    const text = Buffer.concat(parts).toString('utf8');
    const body = (text === '' ? {} : JSON.parse(text)) as Body;
    const control = controlOf(request, body);
    const command = control ?? body.command ?? 'start';
    stats.byCommand[command] = (stats.byCommand[command] ?? 0) + 1;
    const entry: Logged = { command, arrivedMs, endedMs: null, status: null };
    stats.log.push(entry);
    response.on('prefinish', () => {
      entry.endedMs = performance.now();
      entry.status = response.statusCode;
    });
    if (control !== null) {
      refuse(control, response);
      return;
    }
    if (command === 'start') {
      startsUnderWay += 1;
      stats.mostStartsAtOnce = Math.max(stats.mostStartsAtOnce, startsUnderWay);
      response.on('prefinish', () => (startsUnderWay -= 1)); // as the response is written, so that none is counted twice
    }
    if (!misbehave(request, response, command, body)) {
      setTimeout(() => {
        respond(response, command, body);
      }, delayMs(arrivedMs));
    }
  });
}

type Control = 'invalid' | 'put' | 'schema';

/** Which control call a request is; null for one that is paid for. */
function controlOf({ method }: IncomingMessage, { workflow_run_id: runId }: Body): Control | null {
  if (method === 'PUT') return 'put';
  if (method === 'GET') return 'schema';
  return runId !== undefined && runId.length !== 24 ? 'invalid' : null;
}

let controls = 0;
const USUAL: Readonly<Record<Control, number>> = { invalid: 422, put: 405, schema: 404 };

function refuse(control: Control, response: ServerResponse): void {
  controls += 1;
  const { from, ...told } = behaviour.controls ?? {};
  const status = from !== undefined && controls >= from.nth ? from.status : (told[control] ?? USUAL[control]);
  if (status === 'hang') return;
  response.writeHead(status, { 'content-type': 'application/json' }).end('{"detail":"no"}');
}

let busyUntilMs = 0;
const ends: number[] = [];

/** How long a request that arrives now has to wait for its response. */
function delayMs(nowMs: number): number {
  const { serial, delayMs: constant = 0 } = behaviour;
  if (serial === undefined) return constant;
  while ((ends[0] ?? Infinity) <= nowMs) ends.shift();
  const serviceMs = serial.serviceMs * (1 + ends.length * (serial.longerPerWaiting ?? 0));
  busyUntilMs = Math.max(nowMs, busyUntilMs) + serviceMs;
  ends.push(busyUntilMs);
  return busyUntilMs - nowMs;
}

function isNth(every: number | undefined): boolean {
  return every !== undefined && stats.requests % every === 0;
}

/** True when the request was dealt with in some way that is not a response with a run. */
function misbehave(request: IncomingMessage, response: ServerResponse, command: string, body: Body): boolean {
  const { socket } = request;
  if (isNth(behaviour.hangEvery)) return true;
  if (isNth(behaviour.dropEvery)) {
    socket.destroy();
    return true;
  }
  if (isNth(behaviour.cutEvery)) {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 500 });
    response.write('{"workflow_run":');
    setTimeout(() => socket.destroy(), 10);
    return true;
  }
  if (
    behaviour.throttle !== undefined &&
    stats.requests > behaviour.throttle.after &&
    stats.requests <= behaviour.throttle.after + behaviour.throttle.count
  ) {
    response
      .writeHead(429, {
        'content-type': 'application/json',
        'retry-after': String(behaviour.throttle.retryAfterS),
      })
      .end('{"detail":"slow down"}');
    return true;
  }
  if (behaviour.redirectTo !== undefined) {
    response.writeHead(302, { location: behaviour.redirectTo }).end();
    return true;
  }
  if (behaviour.swapTls !== undefined && stats.requests > behaviour.swapTls.after && !isSwapped) {
    swapTls(behaviour.swapTls);
    return true;
  }
  if (behaviour.throttleAbove !== undefined) {
    const now = performance.now();
    const recent = stats.arrivalsMs.filter((at) => at > now - 500).length;
    if (recent > behaviour.throttleAbove / 2 && command !== 'stop') {
      response.writeHead(429, { 'content-type': 'application/json' }).end('{"detail":"slow down"}');
      return true;
    }
  }
  if (
    behaviour.status !== undefined &&
    (behaviour.statusFor === undefined || behaviour.statusFor === command)
  ) {
    setTimeout(
      () =>
        response
          .writeHead(behaviour.status ?? 500, { 'content-type': 'application/json' })
          .end('{"detail":"no"}'),
      behaviour.delayMs ?? 0,
    );
    return true;
  }
  if (behaviour.page !== undefined) {
    response.writeHead(200, { 'content-type': 'text/html' }).end(behaviour.page);
    return true;
  }
  const state = body.workflow_run_id === undefined ? null : runs.get(body.workflow_run_id);
  if (command === 'start' || (state !== undefined && state !== null && state !== 'stopped')) return false;
  response.writeHead(409, { 'content-type': 'application/json' }).end('{"detail":"not in that state"}');
  return true;
}

let responses = 0;

function isNthResponse(every: number | undefined): boolean {
  return every !== undefined && responses % every === 0;
}

function respond(response: ServerResponse, command: string, body: Body): void {
  serial += 1;
  const id = command === 'start' ? serial.toString(16).padStart(24, '0') : (body.workflow_run_id ?? '');
  runs.set(id, AFTER[command] ?? 'running');
  const updatedBy = behaviour.splitUtf8 === true ? 'Grüße 🚀 東京' : 'tester';
  const shown = behaviour.wrongRun === true && command === 'resume' ? 'b'.repeat(24) : id;
  const document: Record<string, unknown> = { ...example.workflow_run, _id: shown, updated_by: updatedBy };
  if (behaviour.wrongSchema === true) document['created_at'] = 12;
  if (behaviour.responseBytes !== undefined) document['name'] = 'n'.repeat(behaviour.responseBytes);
  const bytes = Buffer.from(JSON.stringify({ workflow_run: document }), 'utf8');
  const { hugeHeader } = behaviour;
  const headers: Record<string, string> = { 'content-type': behaviour.contentType ?? 'application/json' };
  responses += 1;
  if (isNthResponse(hugeHeader?.every)) headers['x-huge'] = 'h'.repeat(hugeHeader?.bytes ?? 0);
  if (isNthResponse(behaviour.respondsTwice?.every)) respondAgain(response.socket);
  if (behaviour.bodyAfterMs !== undefined) {
    response.writeHead(200, { ...headers, 'content-length': bytes.length }).flushHeaders();
    setTimeout(() => response.end(bytes), behaviour.bodyAfterMs);
    return;
  }
  if (behaviour.splitUtf8 !== true) {
    response.writeHead(200, { ...headers, 'content-length': bytes.length }).end(bytes);
    return;
  }
  const middle = bytes.indexOf('🚀') + 2;
  response.writeHead(200, headers);
  response.write(bytes.subarray(0, middle));
  setTimeout(() => response.end(bytes.subarray(middle)), 5);
}

const SECOND =
  'HTTP/1.1 500 Internal Server Error\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}';

/** Sends a response that nobody asked for. */
function respondAgain(socket: Socket | null): void {
  const afterMs = behaviour.respondsTwice?.afterMs ?? 0;
  if (afterMs === 0) {
    socket?.cork(); // both responses leave in one piece: what comes after the next request can't be told from its response
    setImmediate(() => {
      socket?.write(SECOND);
      socket?.uncork();
    });
  } else setTimeout(() => socket?.write(SECOND), afterMs);
}

let isSwapped = false;

/** From now on another certificate is shown, and whoever is connected has to connect again. */
function swapTls({ key, cert }: { readonly key: string; readonly cert: string }): void {
  isSwapped = true;
  if (server instanceof HttpsServer) server.setSecureContext({ key, cert });
  for (const socket of sockets) socket.destroy();
}

const sockets = new Set<Socket>();

function open(): Server {
  const { tls } = behaviour;
  const server =
    tls === undefined
      ? createHttpServer(handle)
      : createHttpsServer({ key: tls.key, cert: tls.cert }, handle);
  server.on('connection', (socket: Socket) => {
    stats.connections += 1;
    sockets.add(socket.once('close', () => sockets.delete(socket)));
  });
  server.on('secureConnection', (socket: NodeJS.ReadableStream) =>
    socket.on('data', (part: Buffer) => {
      stats.applicationBytes += part.length;
      if (isSwapped) stats.bytesAfterSwap += part.length;
    }),
  );
  return server;
}

function listen(port: number): void {
  server = open();
  server.listen(port, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
}

let server: Server;
listen(behaviour.port ?? 0);

process.on('message', () => {
  stats.openRuns = [...runs].filter(([, state]) => state !== 'stopped').map(([id]) => id);
  process.send?.({ stats });
});
process.on('disconnect', () => process.exit(0));
