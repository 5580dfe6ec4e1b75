import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { loadOperation, type Operation } from '../openapi/registry.ts';

/** One way in which the truth server fails a request. */
export type Fault =
  | 'drop'
  | 'reset'
  | 'truncated'
  | 'hang'
  | 'half-open'
  | '500'
  | '429'
  | 'slow-body'
  | 'wrong-shape'
  | 'not-json'
  /** The connection is dropped, and for a while no new one is accepted. */
  | 'refuse';

/** How long the truth server takes for a response, in milliseconds. */
export type Service =
  | { readonly kind: 'constant'; readonly ms: number }
  | { readonly kind: 'exponential'; readonly ms: number }
  | { readonly kind: 'bimodal'; readonly ms: number; readonly slowMs: number; readonly slowShare: number };

/** A certificate with its key, as PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** What a truth server is to do. */
export interface TruthOrders {
  readonly port: number;
  readonly seed: number;
  readonly service: Service;
  /** True when requests are served one after another, in the order in which they come. */
  readonly isQueue: boolean;
  readonly faults: readonly { readonly every: number; readonly fault: Fault }[];
  /** `phaseMs` is how long after a request of the schedule a stop begins. */
  readonly freeze: { readonly everyMs: number; readonly forMs: number; readonly phaseMs: number } | null;
  /** True when each arrival and service time is kept. */
  readonly keepsLog: boolean;
  readonly tls: Certificate | null;
  readonly example: Operation['examples']['response'];
}

/** What a truth server saw of the measured command, `data`. */
export interface TruthLog {
  readonly received: number;
  readonly responses: number;
  readonly byFault: Readonly<Partial<Record<Fault, number>>>;
  /** Bytes that came over connections made since the certificate was changed. */
  readonly bytesAfterRenewal: number;
  readonly servicesMs: readonly number[];
  /** Of the server's process clock. */
  readonly arrivalsMs: readonly number[];
  /** When responses were given, by the same clock. */
  readonly responsesMs: readonly number[];
}

/** What a truth server is told while it runs. */
export type TruthMessage = 'log' | 'quit' | { readonly renew: Certificate };

export interface Truth {
  readonly port: number;
  log(): Promise<TruthLog>;
  /** Ends the server between two of its turns; the log is what it had received until then. */
  quit(): Promise<TruthLog>;
  /** Shows another certificate from now on, and drops the connections that were made under the old one. */
  renew(certificate: Certificate): void;
  close(): Promise<void>;
}

/** Starts a truth server in a process of its own. */
export async function startTruth(orders: Partial<Omit<TruthOrders, 'example'>>): Promise<Truth> {
  const whole: TruthOrders = {
    port: 0,
    seed: 1,
    service: { kind: 'constant', ms: 0 },
    isQueue: false,
    faults: [],
    freeze: null,
    keepsLog: true,
    tls: null,
    ...orders,
    example: loadOperation().examples.response,
  };
  const child = fork(fileURLToPath(new URL('truth-program.ts', import.meta.url)), [JSON.stringify(whole)], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const next = <T>(): Promise<T> =>
    new Promise((resolve) => {
      child.once('message', (message) => {
        resolve(message as T);
      });
    });
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const request = async (message: TruthMessage): Promise<TruthLog> => {
    const reply = next<{ log: TruthLog }>();
    child.send(message);
    return (await reply).log;
  };
  const { port } = await next<{ port: number }>();
  return {
    port,
    log: () => request('log'),
    async quit() {
      const log = await request('quit');
      await gone;
      return log;
    },
    renew: (certificate) => child.send({ renew: certificate }),
    async close() {
      child.kill();
      await gone;
    },
  };
}

/** Mean time of a service, in milliseconds. */
export function meanMsOf(service: Service): number {
  return service.kind === 'bimodal'
    ? service.ms * (1 - service.slowShare) + service.slowMs * service.slowShare
    : service.ms;
}

/** The values from the smallest to the largest. */
export function inOrder(values: readonly number[]): readonly number[] {
  return [...values].sort((a, b) => a - b);
}

/** The smallest value with at least that share of the values at or below it. */
export function quantileOf(values: readonly number[], share: number): number {
  const sorted = inOrder(values);
  return sorted[Math.max(0, Math.ceil(share * sorted.length - 1e-9) - 1)] ?? NaN;
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}

/** Prints a table row by row, as each is measured. */
export function printTable(head: readonly string[]): (row: readonly string[]) => void {
  process.stdout.write(table(head, []));
  return (row) => process.stdout.write(line(row));
}
