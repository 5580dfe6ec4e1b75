/**
 * One worker process. Messages tell it what to do, and it sends its share. Ctrl-C or a closed terminal reaches it through the
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
let onStop: (reason: StopReason) => void = () => undefined;
let isBusy = false;

function emit(event: WorkerEvent): void {
  if (process.connected) process.send?.(event);
}

const barrier: StartBarrier = {
  isShared: true,
  ready() {
    const started = new Promise<number>((resolve) => (begin = resolve));
    emit({ kind: 'ready' });
    return started;
  },
  stopped: (reason) => {
    emit({ kind: 'stopped', reason });
  },
  onStop: (listener) => {
    onStop = listener;
  },
};

function init({ target, ledgerPath, runsCap }: Extract<WorkerCommand, { kind: 'init' }>): Runner {
  const context: LoadContext = {
    operation: loadOperation(),
    target: targetFrom(target, process.env),
    runs: openRunLedger(ledgerPath, runsCap),
    signal: interruption.signal,
    say: (line) => {
      emit({ kind: 'say', line });
    },
    progress: (progress) => {
      emit({ kind: 'progress', progress });
    },
    outDir: '',
  };
  return soloRunner(context, barrier);
}

async function runPlan({ plan }: Extract<WorkerCommand, { kind: 'run' }>): Promise<void> {
  if (runner === null) throw new Error('a process was told to send before it was initialized');
  isBusy = true;
  const record = await runner.run(plan);
  isBusy = false;
  emit({ kind: 'done', record: stateOf(record), health: runner.health(null) });
  if (!process.connected) process.exit(0);
}

function handle(command: WorkerCommand): void {
  switch (command.kind) {
    case 'init':
      runner = init(command);
      emit({ kind: 'initialized' });
      return;
    case 'run':
      runPlan(command).catch((error: unknown) => {
        isBusy = false;
        emit({ kind: 'failed', message: error instanceof Error ? error.message : 'unknown' });
      });
      return;
    case 'start':
      begin(performance.now() + command.atMs - monotonicMs());
      return;
    case 'stop':
      onStop(command.reason);
      return;
    case 'interrupt':
      interruption.abort();
  }
}

process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);
process.on('SIGHUP', () => undefined);
process.on('message', (command) => {
  handle(command as WorkerCommand);
});
process.on('disconnect', () => {
  interruption.abort();
  if (!isBusy) process.exit(0);
});
