import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { runIdOf } from '../api/response.ts';
import type { CallResult, WireRequest } from '../api/exchange.ts';
import type { Operation } from '../openapi/registry.ts';
import { listPath } from '../target/listed-runs.ts';
import { sendPastThrottle } from '../target/retry-after.ts';
import { openApiClient, type ApiClient } from '../target/send.ts';
import { Secret } from '../target/secret.ts';
import type { Target } from '../target/target.ts';

/** One free request, and when it was sent and answered. */
export interface Probed {
  readonly result: CallResult;
  /** Epoch milliseconds. */
  readonly sentMs: number;
  readonly receivedMs: number;
  /** How long that was, on a clock that only goes forward. */
  readonly tookMs: number;
}

/** The free requests, each sent at most once whoever asks for it. */
export type ProbeName =
  /** A body that every server refuses, without a key and without extra headers. */
  | 'refused-without-key'
  /** The same with the key and the extra headers. */
  | 'refused-with-key'
  /** The same with the key and without the extra headers. */
  | 'refused-without-headers'
  /** The same with the key and made-up `teamid` and `uuid`. */
  | 'refused-with-made-up-headers'
  /** A stop of a run that does not exist, without and with the key: for servers that look at the body first. */
  | 'unknown-run-without-key'
  | 'unknown-run-with-key'
  /** A path that no server has, by POST and by GET, with the key: what the target says of what is not there. */
  | 'no-such-path'
  | 'no-such-path-by-get'
  | 'schema'
  | 'list'
  | 'unknown-run-by-get';

export interface Probes {
  send(name: ProbeName): Promise<Probed>;
  /** How many requests went out, repetitions too. */
  sent(): number;
  close(): Promise<void>;
}

/** Names of the headers that the vendor's own clients send besides the key. */
export const USUAL_HEADERS = ['teamid', 'uuid'];
/** So many requests are sent again in all. */
const REPEATS_MAX = 2;
const THROTTLED = { repeatsMax: 1, longestMs: 5000, unnamedMs: null } as const;

/**
 * Opens the free requests to a target.
 * @param startedByMistake told the id of a run that a request started although it had to be refused.
 */
export function openProbes(
  operation: Operation,
  target: Target,
  startedByMistake: (runId: string) => void,
  clock: { readonly nowMs: () => number },
): Probes {
  const clients = openClients(target);
  const made = new Map<ProbeName, Promise<Probed>>();
  const unknownRun = randomBytes(12).toString('hex');
  let sent = 0;
  let repeats = 0;
  const once = async (client: ApiClient, request: WireRequest): Promise<Probed> => {
    sent += 1;
    const [sentMs, beganMs] = [clock.nowMs(), performance.now()];
    const result = await client.send(request);
    const tookMs = performance.now() - beganMs;
    const runId = runIdOf(result.response);
    if (runId !== null && request.body === REFUSED) startedByMistake(runId);
    return { result, sentMs, receivedMs: clock.nowMs(), tookMs };
  };
  const pause = async (pauseMs: number): Promise<boolean> => {
    if (repeats >= REPEATS_MAX) return false;
    repeats += 1;
    await sleep(pauseMs);
    return true;
  };
  const sendPatiently = (name: ProbeName): Promise<Probed> => {
    const { client, request } = requestOf(name, operation, clients, unknownRun);
    return sendPastThrottle(
      () => once(client, request),
      ({ result }) => result.response,
      THROTTLED,
      pause,
    );
  };
  return {
    send(name) {
      const known = made.get(name) ?? sendPatiently(name);
      made.set(name, known);
      return known;
    },
    sent: () => sent,
    async close() {
      await Promise.all([clients.whole.close(), clients.bare.close(), clients.madeUp.close()]);
    },
  };
}

/** The same target with its extra headers, without any, and with made-up ones. */
interface ProbeClients {
  readonly whole: ApiClient;
  readonly bare: ApiClient;
  readonly madeUp: ApiClient;
}

function openClients(target: Target): ProbeClients {
  const values = [randomBytes(12).toString('hex'), randomUUID()];
  const madeUp = USUAL_HEADERS.map((name, i) => ({ name, value: new Secret(values[i] ?? '') }));
  return {
    whole: openApiClient(target),
    bare: openApiClient({ ...target, extraHeaders: [] }),
    madeUp: openApiClient({ ...target, extraHeaders: madeUp }),
  };
}

const WITH_KEY = { kind: 'valid' } as const;
const WITHOUT_KEY = { kind: 'none' } as const;
/** No command of that name exists, and neither a workflow nor a run is named: there is nothing that it could start. */
const REFUSED = JSON.stringify({ command: 'doctor' });
const NOWHERE = '-doctor';

function requestOf(
  name: ProbeName,
  operation: Operation,
  { whole, bare, madeUp }: ProbeClients,
  unknownRun: string,
): { readonly client: ApiClient; readonly request: WireRequest } {
  const { method, path } = operation;
  const post = (body: string, credential: WireRequest['credential'], to = path): WireRequest => ({
    method,
    path: to,
    credential,
    headers: [['content-type', 'application/json']],
    body,
  });
  const get = (to: string): WireRequest => ({
    method: 'GET',
    path: to,
    credential: WITH_KEY,
    headers: [],
    body: null,
  });
  const stop = JSON.stringify({ command: 'stop', workflow_run_id: unknownRun });
  switch (name) {
    case 'refused-without-key':
      return { client: bare, request: post(REFUSED, WITHOUT_KEY) };
    case 'refused-with-key':
      return { client: whole, request: post(REFUSED, WITH_KEY) };
    case 'refused-without-headers':
      return { client: bare, request: post(REFUSED, WITH_KEY) };
    case 'refused-with-made-up-headers':
      return { client: madeUp, request: post(REFUSED, WITH_KEY) };
    case 'unknown-run-without-key':
      return { client: bare, request: post(stop, WITHOUT_KEY) };
    case 'unknown-run-with-key':
      return { client: whole, request: post(stop, WITH_KEY) };
    case 'no-such-path':
      return { client: whole, request: post(REFUSED, WITH_KEY, `${path}${NOWHERE}`) };
    case 'no-such-path-by-get':
      return { client: whole, request: get(`${path}${NOWHERE}/${unknownRun}`) };
    case 'schema':
      return { client: whole, request: get(operation.related.getWorkflowRunSchemas.path()) };
    case 'list':
      return { client: whole, request: get(listPath(operation)) };
    case 'unknown-run-by-get':
      return { client: whole, request: get(operation.related.getWorkflowRun.path(unknownRun)) };
  }
}
