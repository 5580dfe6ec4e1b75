import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { readBody, readCall } from './call.ts';
import { deliver } from './delivery.ts';
import { FAULTS, type Fault } from './faults.ts';
import { combine } from './hooks.ts';
import { createDelay, wait, type Latency } from './latency.ts';
import { handleCall, type Handled, type SandboxContext } from './pipeline.ts';
import { profileOf, type Profile } from './profiles.ts';
import { refusal } from './reply.ts';
import { createTally, type SandboxStats, type Tally } from './stats.ts';
import { createStore } from './store.ts';

/** What a sandbox is started with; port 0 takes any free one. */
export interface SandboxOptions {
  readonly port: number;
  readonly key: string;
  /** A second key, of another team. */
  readonly otherKey?: string | null;
  readonly workflowId: string;
  readonly faults: readonly string[];
  readonly profile: string;
  readonly latency: Latency;
  readonly seed: number;
  readonly tls?: { readonly key: string; readonly cert: string };
}

/** A sandbox that listens on 127.0.0.1. */
export interface Sandbox {
  readonly url: string;
  readonly key: string;
  readonly workflowId: string;
  stats(): SandboxStats;
  close(): Promise<void>;
}

/** Starts a stand-in of the endpoint; throws when a fault or the profile is unknown or the port is taken. */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const context = furnish(options);
  const tally = createTally();
  const delay = createDelay(options.latency, options.seed);
  const desk: Desk = { context, tally, delay };
  const { tls, port } = options;
  const app = build(desk, tls);
  await app.listen({ host: '127.0.0.1', port });
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${portOf(app.server.address())}`,
    key: options.key,
    workflowId: options.workflowId,
    stats: () => tally.stats(context.store),
    close: () => app.close(),
  };
}

interface Desk {
  readonly context: SandboxContext;
  readonly tally: Tally;
  readonly delay: () => number;
}

function furnish({ key, otherKey = null, workflowId, profile, faults }: SandboxOptions): SandboxContext {
  const { hooks, lifecycle, pace } = profileNamed(profile);
  const pipeline = combine([hooks, ...faults.map((name) => faultNamed(name).hooks)]);
  const store = createStore();
  return { key, otherKey, workflowId, store, pipeline, lifecycle, pace, pending: new Map() };
}

function profileNamed(name: string): Profile {
  const profile = profileOf(name);
  if (profile === undefined) throw new Error(`There is no sandbox profile "${name}".`);
  return profile;
}

function faultNamed(name: string): Fault {
  const fault = FAULTS.find((candidate) => candidate.name === name);
  if (fault === undefined) throw new Error(`There is no sandbox fault "${name}".`);
  return fault;
}

function build(desk: Desk, tls: SandboxOptions['tls']): FastifyInstance {
  const app = Fastify({
    logger: false,
    forceCloseConnections: true,
    exposeHeadRoutes: false,
    serverFactory: (handler) => {
      const options = { keepAliveTimeout: 72_000, requestTimeout: 0 };
      return tls === undefined
        ? http.createServer(options, handler)
        : https.createServer({ ...options, ...tls }, handler);
    },
  });
  // Bodies are read after the key was checked, so the parser of every content type leaves them alone.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => {
    done(null);
  });
  app.get('/__sandbox/stats', () => desk.tally.stats(desk.context.store));
  app.setNotFoundHandler((request, reply) => {
    reply.hijack();
    return handle(desk, request.raw, reply.raw);
  });
  app.setErrorHandler((_error, request, reply) => {
    reply.hijack();
    return handle(desk, request.raw, reply.raw);
  });
  return app;
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('The sandbox has no TCP port.');
  return address.port;
}

async function handle(
  { context, tally, delay }: Desk,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const call = readCall(request, tally.arrived(request.socket));
  const { reply, input } = await handleCall(context, call, () => readBody(request)).catch((error: unknown) =>
    crashed(error),
  );
  tally.replied(reply, input?.command);
  const runId = input?.workflow_run_id ?? undefined;
  await whilePending(context, runId, () => wait(reply.holdMs + delay()));
  deliver(reply, response);
}

async function whilePending(
  context: SandboxContext,
  runId: string | undefined,
  held: () => Promise<void>,
): Promise<void> {
  if (runId === undefined) return held();
  const { pending } = context;
  pending.set(runId, (pending.get(runId) ?? 0) + 1);
  await held();
  const left = (pending.get(runId) ?? 1) - 1;
  if (left === 0) pending.delete(runId);
  else pending.set(runId, left);
}

function crashed(error: unknown): Handled {
  const words = error instanceof Error ? error.message : String(error);
  return { reply: refusal(500, `Internal Server Error: ${words}`, 'crash'), input: undefined };
}
