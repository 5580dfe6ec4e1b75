import { fork, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { GeneratorHealth } from '../../result/load-result.ts';
import { plainOf, secretsOf } from '../../target/serialize.ts';
import type { LoadContext } from '../engine/context.ts';
import { mergeHealth } from '../metrics/generator-health.ts';
import { mergeRecords, type RecordState } from '../metrics/scenario-record.ts';
import { sharePlan } from '../scenario/share.ts';
import { capsOfShare } from '../scenario/share.ts';
import { shardsOf, type Shard } from '../arrivals/shard.ts';
import { lateTrip } from '../engine/start-barrier.ts';
import type { Runner } from './runner.ts';
import { monotonicMs, type WorkerCommand, type WorkerEvent } from './messages.ts';

const PROGRAM = fileURLToPath(new URL('worker.ts', import.meta.url));
const LEAD_MS = 50;
const CLOSE_MS_MAX = 15_000;

/** When a load begins. */
interface Beginning {
  /** Epoch milliseconds; null for as soon as all are ready. */
  readonly startsAtMs: number | null;
  /** True when the load is one share of a larger one, on several machines. */
  readonly isShare: boolean;
}

/** One process of the fleet as the first process knows it. */
interface Member {
  readonly child: ChildProcess;
  health: GeneratorHealth | null;
  listener: (report: WorkerEvent) => void;
  gone: boolean;
}

/**
 * Starts processes that share each scenario among them: every one of them gets every n-th arrival, its part of the
 * connections, and the common ledger of started runs, which keeps the cap for all. Their books are merged without
 * loss, so that the result reads as if one process had sent everything.
 */
export async function openFleet(
  processes: number,
  context: LoadContext,
  beginning: Beginning,
): Promise<Runner> {
  const members = shardsOf(processes).map((shard) => launch(shard, context));
  const interrupt = (): void => {
    for (const member of members) order(member, { kind: 'interrupt' });
  };
  context.signal.addEventListener('abort', interrupt);
  await Promise.all(members.map((member) => checked(member, 'enlisted')));
  if (context.signal.aborted) interrupt();
  return {
    async conduct(plan) {
      const start = new CommonStart(members, beginning);
      const reports = members.map((member) => serve(member, members, start, context));
      for (const [i, shard] of shardsOf(processes).entries()) {
        const member = members[i];
        if (member !== undefined) order(member, { kind: 'conduct', plan: sharePlan(plan, shard) });
      }
      return mergeRecords(await Promise.all(reports));
    },
    health: (saturation) =>
      mergeHealth(
        members.flatMap(({ health }) => (health === null ? [] : [health])),
        saturation,
      ),
    async close() {
      context.signal.removeEventListener('abort', interrupt);
      await Promise.all(members.map(dismiss));
    },
  };
}

function launch(shard: Shard, context: LoadContext): Member {
  const number = shard.index + 1;
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const child = fork(PROGRAM, [], {
    execArgv: ['--import', loader],
    env: { ...process.env, ...secretsOf(context.target), HARNESS_ENV_FILE: 'none' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const member: Member = { child, health: null, listener: () => undefined, gone: false };
  child.on('message', (report) => {
    member.listener(report as WorkerEvent);
  });
  child.once('exit', (code) => {
    member.gone = true;
    member.listener({ kind: 'failed', message: `process ${number} ended with code ${String(code)}` });
  });
  const target = plainOf(context.target);
  const loadCaps = capsOfShare(target.loadCaps, shard);
  order(member, {
    kind: 'enlist',
    target: { ...target, loadCaps, runMark: `${target.runMark}-${number}` },
    ledgerPath: context.runs.path,
    runsCap: context.runs.spend().cap,
  });
  return member;
}

/** Listens to a member through one scenario; resolves with its record. */
function serve(
  member: Member,
  members: readonly Member[],
  start: CommonStart,
  context: LoadContext,
): Promise<RecordState> {
  return new Promise((resolve, reject) => {
    member.listener = (report) => {
      switch (report.kind) {
        case 'ready':
          start.isReady(member);
          return;
        case 'tripped':
          for (const other of members)
            if (other !== member) order(other, { kind: 'trip', trip: report.trip });
          return;
        case 'done':
          member.health = report.health;
          start.isReady(member); // it ended before it began, and nobody is to wait for it
          resolve(report.record);
          return;
        case 'failed':
          for (const other of members) order(other, { kind: 'interrupt' });
          reject(new Error(report.message));
          return;
        case 'say':
          context.say(report.line);
          return;
        case 'progress':
          if (member === members[0])
            context.progress(`${report.text} (the first of ${members.length} processes)`);
          return;
        case 'enlisted':
          return;
      }
    };
  });
}

/** Lets all members begin at one moment, once each of them is ready or done. */
class CommonStart {
  readonly #waiting: Set<Member>;
  readonly #members: readonly Member[];
  readonly #beginning: Beginning;

  constructor(members: readonly Member[], beginning: Beginning) {
    this.#members = members;
    this.#waiting = new Set(members);
    this.#beginning = beginning;
  }

  isReady(member: Member): void {
    if (!this.#waiting.delete(member) || this.#waiting.size > 0) return;
    const { startsAtMs, isShare } = this.#beginning;
    const late = isShare && startsAtMs !== null ? lateTrip(startsAtMs, Date.now()) : null;
    if (late !== null) for (const one of this.#members) order(one, { kind: 'trip', trip: late });
    const soonMs = monotonicMs() + LEAD_MS;
    const atMs = startsAtMs === null ? soonMs : Math.max(soonMs, monotonicMs() + startsAtMs - Date.now());
    for (const one of this.#members) order(one, { kind: 'begin', atMs });
  }
}

function order(member: Member, what: WorkerCommand): void {
  if (!member.gone && member.child.connected) member.child.send(what);
}

/** Waits for the first report of a kind. @throws when the member fails before. */
function checked(member: Member, kind: WorkerEvent['kind']): Promise<void> {
  return new Promise((resolve, reject) => {
    member.listener = (report) => {
      if (report.kind === kind) resolve();
      else if (report.kind === 'failed') reject(new Error(report.message));
    };
  });
}

/** Lets a member go; one that is still stopping its runs gets time for it. */
async function dismiss(member: Member): Promise<void> {
  member.listener = () => undefined;
  if (member.gone) return;
  const gone = new Promise((resolve) => member.child.once('exit', resolve));
  const limit = setTimeout(() => member.child.kill('SIGKILL'), CLOSE_MS_MAX);
  if (member.child.connected) member.child.disconnect();
  await gone;
  clearTimeout(limit);
}
