import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { RunView } from '../contract/checks/run-history.ts';
import type { Canary, Subject } from '../contract/request.ts';
import { leftOut } from '../contract/selection.ts';
import { loadOperation, type Operation } from '../openapi/registry.ts';
import { resolveTarget } from '../target/resolve.ts';
import { openRunLedger, type RunLedger } from '../target/run-ledger.ts';
import { openDoor, type Door } from '../target/send.ts';
import { parseSettings, readEnvironment } from '../target/settings.ts';
import type { Target } from '../target/target.ts';
import { readPlan, type ContractPlan } from './plan.ts';
import type { TestRecord } from './record.ts';
import { openSilenceLog, type SilenceLog } from './silence.ts';

/** A run of ours that cases address. */
export interface LiveRun {
  /** Null when none could be started. */
  readonly runId: string | null;
  /** True when it took an ordinary `data`, so that refusals of others mean something. */
  readonly takesData: boolean;
}

/** What the tests of one worker share: whom they ask, what they may spend, and what they have seen. */
export interface Session {
  readonly operation: Operation;
  readonly target: Target;
  readonly workerIndex: number;
  readonly door: Door;
  readonly runs: RunLedger;
  readonly plan: ContractPlan;
  readonly silence: SilenceLog;
  /** The ids of cases that the budget leaves out. */
  readonly leftOut: ReadonlySet<string>;
  /** The last view of each run. */
  readonly views: Map<string, RunView>;
  /** Which run each canary was sent to. */
  readonly canaries: Map<string, { readonly canary: Canary; readonly runId: string }>;
  /** True when the workflow wants a thread that the configured input lacks. */
  needsThread: boolean;
  /** The live run of this worker, made when the first case needs it. */
  live: Promise<LiveRun> | null;
  /** Records of set-up that the next test hands to the reporter. */
  readonly setUp: TestRecord[];
  canary(): Canary;
  subject(liveRunId: string | null): Subject;
  close(): Promise<void>;
}

const CANARIES_KEPT = 64;
/** The main thread without inputs, as the vendor's SDK seeds it. */
const MAIN_THREAD = { '0': { node_run_inputs: [] } };

/** Opens the session of a worker from the environment that the runner was started with. */
export function openSession(workerIndex: number): Session {
  const settings = parseSettings(readEnvironment(process.env));
  if (!settings.ok) throw new Error(settings.mistakes.join(' '));
  const plan = readPlan(process.env);
  mkdirSync(plan.stateDir, { recursive: true });
  const target = resolveTarget(settings.value, null);
  const door = openDoor(target);
  const runs = openRunLedger(join(plan.stateDir, 'ledger.ndjson'), plan.budgetRuns);
  const operation = loadOperation();
  let canaries = 0;
  return {
    operation,
    target,
    workerIndex,
    door,
    runs,
    plan,
    silence: openSilenceLog(join(plan.stateDir, 'silence.txt')),
    leftOut: leftOut(operation, plan.budgetRuns),
    views: new Map(),
    canaries: new Map(),
    needsThread: false,
    live: null,
    setUp: [],
    canary() {
      canaries += 1;
      const value = createHash('sha256')
        .update(`${plan.seed}/${workerIndex}/${process.pid}/${canaries}`)
        .digest('hex')
        .slice(0, 20);
      return { key: `harness_canary_${value.slice(0, 6)}`, value: `canary-${value}` };
    },
    subject(liveRunId) {
      const runInput = this.needsThread
        ? { ...target.runInput, thread_to_node_inputs: MAIN_THREAD }
        : target.runInput;
      return { workflowId: target.workflowId, runInput, liveRunId };
    },
    async close() {
      runs.close();
      await door.close();
    },
  };
}

/** Remembers to which run a canary went; the oldest is forgotten first. */
export function rememberCanary(session: Session, canary: Canary, runId: string): void {
  session.canaries.set(canary.value, { canary, runId });
  const [oldest] = session.canaries.keys();
  if (session.canaries.size > CANARIES_KEPT && oldest !== undefined) session.canaries.delete(oldest);
}

/** The canaries that were sent to other runs than this one. */
export function foreignCanaries(session: Session, runId: string): readonly Canary[] {
  return [...session.canaries.values()].filter((entry) => entry.runId !== runId).map((entry) => entry.canary);
}
