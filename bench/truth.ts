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
  | 'not-json';

/** How long the truth server takes for an answer, in milliseconds. */
export type Service =
  | { readonly kind: 'constant'; readonly ms: number }
  | { readonly kind: 'exponential'; readonly ms: number }
  | { readonly kind: 'bimodal'; readonly ms: number; readonly slowMs: number; readonly slowShare: number };

/** What a truth server is to do. */
export interface TruthOrders {
  readonly port: number;
  readonly seed: number;
  readonly service: Service;
  readonly faults: readonly { readonly every: number; readonly fault: Fault }[];
  readonly freeze: { readonly everyMs: number; readonly forMs: number } | null;
  /** True when each arrival and service time is kept. */
  readonly keepsLog: boolean;
  readonly example: Operation['examples']['answer'];
}

/** What a truth server saw of the measured command, `data`. */
export interface TruthLog {
  readonly received: number;
  readonly answered: number;
  readonly byFault: Readonly<Partial<Record<Fault, number>>>;
  readonly servicesMs: readonly number[];
  /** Of the server's process clock. */
  readonly arrivalsMs: readonly number[];
}

export interface Truth {
  readonly port: number;
  log(): Promise<TruthLog>;
  close(): Promise<void>;
}

/** Starts a truth server in a process of its own. */
export async function startTruth(orders: Partial<Omit<TruthOrders, 'example'>>): Promise<Truth> {
  const whole: TruthOrders = {
    port: 0,
    seed: 1,
    service: { kind: 'constant', ms: 0 },
    faults: [],
    freeze: null,
    keepsLog: true,
    ...orders,
    example: loadOperation().examples.answer,
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
  const { port } = await next<{ port: number }>();
  return {
    port,
    async log() {
      const answer = next<{ log: TruthLog }>();
      child.send('log');
      return (await answer).log;
    },
    async close() {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await gone;
    },
  };
}

/** The smallest value with at least that share of the values at or below it. */
export function quantileOf(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length - 1e-9) - 1)] ?? NaN;
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + rows.map(line).join('');
}
