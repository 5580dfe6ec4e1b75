/**
 * One process of a fleet. It is told by messages what to do, and sends its share. Ctrl-C or a closed terminal comes to it by way of the
 * first process, and when that is gone it ends its load, stops its runs and goes too.
 */
import { loadOperation } from '../../openapi/registry.ts';
import { targetFrom } from '../../target/serialize.ts';
import { openRunLedger } from '../../target/run-ledger.ts';
import type { StopReason } from '../metrics/scenario-record.ts';
import type { LoadContext } from '../engine/context.ts';
import { stateOf } from '../metrics/scenario-record.ts';
import type { StartBarrier } from '../engine/start-barrier.ts';
import { soloRunner, type Runner } from './runner.ts';
import { monotonicMs, type WorkerCommand, type WorkerEvent } from './messages.ts';

const interruption = new AbortController();
let runner: Runner | null = null;
let begin: (startMs: number) => void = () => undefined;
let onTrip: (trip: StopReason) => void = () => undefined;
let isBusy = false;

function tell(report: WorkerEvent): void {
  if (process.connected) process.send?.(report);
}

const barrier: StartBarrier = {
  isShared: true,
  ready() {
    const started = new Promise<number>((resolve) => (begin = resolve));
    tell({ kind: 'ready' });
    return started;
  },
  tripped: (trip) => {
    tell({ kind: 'tripped', trip });
  },
  onTrip: (listener) => {
    onTrip = listener;
  },
};

function enlist({ target, ledgerPath, runsCap }: Extract<WorkerCommand, { kind: 'enlist' }>): Runner {
  const context: LoadContext = {
    operation: loadOperation(),
    target: targetFrom(target, process.env),
    runs: openRunLedger(ledgerPath, runsCap),
    signal: interruption.signal,
    say: (line) => {
      tell({ kind: 'say', line });
    },
    progress: (text) => {
      tell({ kind: 'progress', text });
    },
    outDir: '',
  };
  return soloRunner(context, barrier);
}

async function conduct({ plan }: Extract<WorkerCommand, { kind: 'conduct' }>): Promise<void> {
  if (runner === null) throw new Error('a process was told to send before it was enlisted');
  isBusy = true;
  const record = await runner.conduct(plan);
  isBusy = false;
  tell({ kind: 'done', record: stateOf(record), health: runner.health(null) });
  if (!process.connected) process.exit(0);
}

function obey(order: WorkerCommand): void {
  switch (order.kind) {
    case 'enlist':
      runner = enlist(order);
      tell({ kind: 'enlisted' });
      return;
    case 'conduct':
      conduct(order).catch((error: unknown) => {
        isBusy = false;
        tell({ kind: 'failed', message: error instanceof Error ? error.message : 'unknown' });
      });
      return;
    case 'begin':
      begin(performance.now() + order.atMs - monotonicMs());
      return;
    case 'trip':
      onTrip(order.trip);
      return;
    case 'interrupt':
      interruption.abort();
  }
}

process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.on('SIGHUP', () => undefined);
process.on('message', (order) => {
  obey(order as WorkerCommand);
});
process.on('disconnect', () => {
  interruption.abort();
  if (!isBusy) process.exit(0);
});
