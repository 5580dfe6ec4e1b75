import type { GeneratorHealth } from '../../result/load-result.ts';
import type { PlainTarget } from '../../target/serialize.ts';
import type { StopReason } from '../metrics/scenario-record.ts';
import type { RecordState } from '../metrics/scenario-record.ts';
import type { Progress } from '../engine/progress.ts';
import type { ScenarioPlan } from '../scenario/plan.ts';

/** What the first process says to one that shares the load. No secret is ever in it. */
export type WorkerCommand =
  | {
      readonly kind: 'init';
      readonly target: PlainTarget;
      readonly ledgerPath: string;
      /** Most workflow runs that all may start together; null for no cap. */
      readonly runsCap: number | null;
    }
  | { readonly kind: 'run'; readonly plan: ScenarioPlan }
  /** In milliseconds of the machine's monotonic clock, which all processes on it share. */
  | { readonly kind: 'start'; readonly atMs: number }
  | { readonly kind: 'stop'; readonly reason: StopReason }
  | { readonly kind: 'interrupt' };

/** What a process that shares the load says to the first one. */
export type WorkerEvent =
  | { readonly kind: 'initialized' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'stopped'; readonly reason: StopReason }
  | { readonly kind: 'done'; readonly record: RecordState; readonly health: GeneratorHealth }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'say'; readonly line: string }
  | { readonly kind: 'progress'; readonly progress: Progress };

/** Milliseconds of the machine's monotonic clock. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
