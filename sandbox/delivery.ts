import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Reply } from './reply.ts';

/** Writes a reply to the wire, byte by byte as it says. */
export function deliver(reply: Reply, response: ServerResponse): void {
  switch (reply.delivery) {
    case 'whole':
      writeHead(reply, response);
      response.end(reply.status === 204 ? undefined : reply.body);
      return;
    case 'continue':
      response.writeContinue();
      deliver({ ...reply, delivery: 'whole' }, response);
      return;
    case 'early-hints':
      response.writeProcessing();
      response.writeEarlyHints({ link: '</style.css>; rel=preload; as=style' });
      deliver({ ...reply, delivery: 'whole' }, response);
      return;
    case 'then-closed':
      response.once('finish', () => response.req.socket.end());
      deliver({ ...reply, delivery: 'whole' }, response);
      return;
    case 'then-closed-idle':
      response.once('finish', () => {
        closeWhenIdle(response.req.socket, '');
      });
      deliver({ ...reply, delivery: 'whole' }, response);
      return;
    case 'then-408-idle':
      response.once('finish', () => {
        closeWhenIdle(response.req.socket, REQUEST_TIMEOUT);
      });
      deliver({ ...reply, delivery: 'whole' }, response);
      return;
    case 'cut':
      writeHead(reply, response);
      response.write(half(reply.body), () => response.destroy());
      return;
    case 'reset':
      reset(response);
      return;
    case 'never':
      return;
    case 'short-length':
      writeHead({ ...reply, body: half(reply.body) }, response);
      response.end(reply.body);
      return;
    case 'endless-body':
      response.writeHead(reply.status, { ...reply.headers });
      endlessly(response, () => response.write('{"workflow_run": {}}\n'));
      return;
    case 'endless-headers':
      response.socket?.write('HTTP/1.1 200 OK\r\n');
      endlessly(response, () => response.socket?.write(`x-more: ${'a'.repeat(1000)}\r\n`));
      return;
    case 'other-protocol':
      response.socket?.end('SSH-2.0-OpenSSH_9.6\r\n');
  }
}

const IDLE_MS = 5;

const REQUEST_TIMEOUT = 'HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';

function closeWhenIdle(socket: Socket, lastWords: string): void {
  const timer = setTimeout(() => socket.end(lastWords), IDLE_MS);
  const spare = (): void => {
    clearTimeout(timer);
    socket.off('data', spare).off('close', spare);
  };
  socket.once('data', spare);
  socket.once('close', spare);
}

const PAUSE_MS = 5;

/** Goes on until the other side gives up. */
function endlessly(response: ServerResponse, write: () => unknown): void {
  const timer = setInterval(write, PAUSE_MS);
  response.socket?.once('close', () => {
    clearInterval(timer);
  });
}

function writeHead({ status, headers, body }: Reply, response: ServerResponse): void {
  const length = status === 204 ? {} : { 'content-length': Buffer.byteLength(body) };
  response.writeHead(status, { ...headers, ...length, 'x-request-id': randomUUID() });
}

function half(body: string | Buffer): Buffer {
  const bytes = Buffer.from(body);
  return bytes.subarray(0, Math.floor(bytes.length / 2));
}

function reset({ socket }: ServerResponse): void {
  // A TLS socket can only be closed; a plain one can be reset.
  if (socket instanceof Socket && !('encrypted' in socket)) socket.resetAndDestroy();
  else socket?.destroy();
}
