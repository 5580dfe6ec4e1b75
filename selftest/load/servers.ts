import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CAPACITY } from '../../load/scenario/scenario.ts';
import { parseCapacityOptions } from '../../load/options/capacity.ts';
import { parseLoadOptions, type LoadOptionTexts } from '../../load/options/read.ts';
import { runLoad, type LoadContext } from '../../load/run.ts';
import type { LoadPlan } from '../../load/plan.ts';
import { loadOperation, type Operation } from '../../openapi/registry.ts';
import type { Inconclusive } from '../../result/exchange.ts';
import type { LoadResult, LoadScenario, LoadStep, ThresholdOutcome } from '../../result/load-result.ts';
import { NO_CAPS, type LoadCaps } from '../../target/settings.ts';
import { redactionsOf } from '../../target/redaction.ts';
import { openRunLedger, type RunLedger } from '../../target/run-ledger.ts';
import { Secret } from '../../target/secret.ts';
import type { Target } from '../../target/target.ts';

/** What a truth server does; `…Every` means each n-th request. */
export interface Behaviour {
  readonly port?: number;
  readonly delayMs?: number;
  /** How much later than the head the body comes. */
  readonly bodyAfterMs?: number;
  /** Answers one after the other, each in that time, and longer by a share for each that waits (a collapse). */
  readonly serial?: { readonly serviceMs: number; readonly longerPerWaiting?: number };
  readonly dropEvery?: number;
  readonly hangEvery?: number;
  readonly cutEvery?: number;
  readonly status?: number;
  readonly statusFor?: string;
  readonly throttle?: { readonly after: number; readonly count: number; readonly retryAfterS: number };
  /** Answers 429 to what comes beyond so many a second, counted over the last half of one. */
  readonly throttleAbove?: number;
  /** Pads the response to that many bytes. */
  readonly responseBytes?: number;
  /** Puts a header of that many bytes into each n-th response. */
  readonly hugeHeader?: { readonly every: number; readonly bytes: number };
  /** Answers as soon as the head of the request is there, without a look at its body. */
  readonly respondsEarly?: boolean;
  /** Sends a second response, a 500, behind each n-th, after that many milliseconds. */
  readonly respondsTwice?: { readonly every: number; readonly afterMs: number };
  /** Redirects everything to that place. */
  readonly redirectTo?: string;
  /** Ends its connections after so many requests and shows this certificate from then on. */
  readonly swapTls?: { readonly after: number; readonly key: string; readonly cert: string };
  readonly splitUtf8?: boolean;
  readonly wrongSchema?: boolean;
  readonly wrongRun?: boolean;
  readonly contentType?: string;
  /** Answers everything with this text, as a web page. */
  readonly page?: string;
  readonly tls?: { readonly key: string; readonly cert: string };
  /** How control calls are answered, by their kind: the status of each, or of all from the n-th control call on. */
  readonly controls?: {
    readonly invalid?: number | 'hang';
    readonly put?: number;
    readonly schema?: number;
    readonly from?: { readonly nth: number; readonly status: number };
  };
}

/** What a truth server is told when it starts. */
export interface ServerOrders {
  readonly behaviour: Behaviour;
  readonly example: Operation['examples']['response'];
}

/** One request as a truth server saw it; without status and end when it was never answered. */
export interface Logged {
  readonly command: string;
  readonly arrivedMs: number;
  endedMs: number | null;
  status: number | null;
}

/** What a truth server saw. */
export interface ServerStats {
  requests: number;
  readonly arrivalsMs: number[];
  /** From the end of each request to the end of its response, in the order of the responses. */
  readonly servicesMs: number[];
  readonly byCommand: Record<string, number>;
  /** Each request in the order of arrival, except those that are answered before their body has come. */
  readonly log: Logged[];
  /** Most starts that were being answered at a time. */
  mostStartsAtOnce: number;
  /** Bytes that came through TLS. */
  applicationBytes: number;
  connections: number;
  openRuns: readonly string[];
  /** Bytes that came through TLS after the certificate was swapped. */
  bytesAfterSwap: number;
  /** The distinct Authorization values. */
  readonly keys: string[];
}

export interface TruthServer {
  readonly port: number;
  stats(): Promise<ServerStats>;
  close(): Promise<void>;
}

export const CANARY_KEY = 'canary-key-that-nobody-may-see-0123456789';
export const operation = loadOperation();

/** Starts a truth server in a process of its own, so that it does not share the generator's event loop. */
export async function startServer(behaviour: Behaviour): Promise<TruthServer> {
  const child = fork(
    fileURLToPath(new URL('server-program.ts', import.meta.url)),
    [JSON.stringify({ behaviour, example: operation.examples.response } satisfies ServerOrders)],
    {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  );
  const next = <T>(): Promise<T> =>
    new Promise((resolve) =>
      child.once('message', (message) => {
        resolve(message as T);
      }),
    );
  const { port } = await next<{ port: number }>();
  return {
    port,
    async stats() {
      const reply = next<{ stats: ServerStats }>();
      child.send({ request: 'stats' });
      return (await reply).stats;
    },
    async close() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await gone;
    },
  };
}

export interface Attempt {
  readonly result: LoadResult;
  readonly scenario: LoadScenario;
  readonly runs: RunLedger;
  readonly outDir: string;
  readonly lines: readonly string[];
}

export interface AttemptOptions extends LoadOptionTexts {
  readonly names?: readonly string[];
  readonly cap?: number | null;
  readonly caps?: Partial<LoadCaps>;
  readonly baseUrl?: string;
  readonly ca?: string;
  /** Of the target, in place of what it has. */
  readonly over?: Partial<Target>;
  readonly signal?: AbortSignal;
  /** Changes the plan beyond what options can say. */
  readonly reshape?: (plan: LoadPlan) => LoadPlan;
}

/** A target on loopback. */
export function targetAt(baseUrl: string, ca: string | null = null): Target {
  const key = new Secret(CANARY_KEY);
  return {
    baseUrl,
    isSandbox: false,
    isLoopback: true,
    key,
    otherKey: null,
    proxy: null,
    extraHeaders: [],
    workflowId: 'c'.repeat(24),
    runInput: {},
    timeoutMs: 10_000,
    patienceMs: 30_000,
    traces: false,
    ca,
    loadAllowed: true,
    loadCaps: NO_CAPS,
    maxRuns: null,
    ...redactionsOf(key, []),
    runMark: 'selftest',
  };
}

/** Parses options and runs them against a port, as the command would. */
export async function attack(
  port: number,
  {
    names = ['start'],
    cap = null,
    caps = {},
    baseUrl,
    ca,
    over = {},
    signal,
    reshape,
    ...options
  }: AttemptOptions,
): Promise<Attempt> {
  const parsed = (names.includes(CAPACITY) ? parseCapacityOptions : parseLoadOptions)(names, options);
  if ('issues' in parsed) throw new Error(parsed.issues.join(' '));
  const outDir = mkdtempSync(join(tmpdir(), 'load-selftest-'));
  const runs = openRunLedger(join(outDir, 'runs.ledger'), cap);
  const target = targetAt(baseUrl ?? `http://127.0.0.1:${port}`, ca ?? null);
  const lines: string[] = [];
  const context: LoadContext = {
    operation,
    target: { ...target, ...over, loadCaps: { ...NO_CAPS, ...caps } },
    runs,
    signal: signal ?? new AbortController().signal,
    say: (line) => lines.push(line),
    progress: () => undefined,
    outDir,
  };
  const result = await runLoad(reshape?.(parsed.plan) ?? parsed.plan, context);
  const [scenario] = result.scenarios;
  if (scenario === undefined) throw new Error('The result has no scenario.');
  return { result, scenario, runs, outDir, lines };
}

/** The step of that name. */
export function stepOf(scenario: LoadScenario, name: string): LoadStep {
  const step = scenario.steps.find((candidate) => candidate.name === name);
  if (step === undefined) throw new Error(`There is no step ${name}.`);
  return step;
}

/** True when other processes left the generator too little to judge anything by: no threshold is then. */
export function isStarved({ steps }: LoadScenario): boolean {
  return steps.some(({ limited_by: limit }) => limit?.cause === 'generator-saturated');
}

/** Fails where a threshold came out otherwise; our own lateness may decide one on a busy machine, and has to be named then. */
export function assertOutcome({
  scenario,
  expression,
  outcome,
}: {
  readonly scenario: LoadScenario;
  readonly expression: string;
  readonly outcome: ThresholdOutcome['outcome'];
}): void {
  const found = scenario.thresholds.find((one) => one.expression === expression);
  assert.ok(
    found?.outcome === outcome || found?.cause === 'generator-saturated',
    found?.sentence ?? expression,
  );
}

/**
 * What makes a scenario inconclusive, a starved generator left aside: while other processes take the whole machine
 * that is a right judgement, and not what these tests are about.
 */
export function causeOf({ inconclusive }: LoadScenario): Inconclusive['cause'] | null {
  return inconclusive === null || inconclusive.cause === 'generator-saturated' ? null : inconclusive.cause;
}
