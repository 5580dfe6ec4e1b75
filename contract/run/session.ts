import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Case } from '../cases/case.ts';
import type { SentInput } from '../checks/input-echo.ts';
import type { RunView } from '../checks/run-history.ts';
import type { CallResult } from '../../api/exchange.ts';
import type { Inconclusive } from '../../result/exchange.ts';
import type { Canary, Subject } from '../../api/request.ts';
import { leftOut } from '../budget/selection.ts';
import { loadOperation, type Operation } from '../../openapi/registry.ts';
import { resolveTarget } from '../../target/resolve.ts';
import { openRunLedger, type RunLedger } from '../../target/run-ledger.ts';
import { openApiClient, type ApiClient } from '../../target/send.ts';
import { parseSettings, readEnvironment } from '../../target/settings.ts';
import type { Target } from '../../target/target.ts';
import { isSelected, readPlan, requestsPending, type ContractPlan } from './plan.ts';
import type { TestRecord } from './recorder.ts';
import { openRequestBudget, type RequestBudget } from './request-budget.ts';
import { rememberStarts } from './run-starts.ts';
import { openRunStates, type RunLimit, type RunStates } from './run-states.ts';
import { openWaiting, type Places, type Waiting } from './waiting.ts';
import { openUnreadStarts, type UnreadStarts } from './unread-starts.ts';
import { openSilenceLog, type SilenceLog } from './unanswered.ts';

/** A run of ours that cases address. */
export interface LiveRun {
  /** Null when none could be started. */
  readonly runId: string | null;
  /** True when it took an ordinary `data`, so that refusals of others mean something. */
  readonly takesData: boolean;
}

/** A run that one test has started and leaves to another, as its start left it or ended. */
export interface SpareRun {
  readonly runId: string;
  /** The id of the test that leaves it. */
  readonly from: string;
  /** The last response about it. */
  readonly result: CallResult;
  /** What was sent to it and accepted. */
  readonly sent: readonly SentInput[];
}

/** An input that was accepted by a response that did not show it: a server may store it later. */
export interface PendingInput {
  readonly runId: string;
  /** When it was accepted, `performance.now()`. */
  readonly acceptedMs: number;
  readonly testCase: Case;
  readonly input: SentInput;
}

/** What the positive control has shown; every session of a run shares one. */
export interface Control {
  /** Null when the API may be judged. */
  readonly inconclusive: Inconclusive | null;
  /** True when an ordinary start was accepted, so that refusals mean something. */
  readonly startAccepted: boolean;
  /** True when the workflow wants a thread in its input, and the configured input has none. */
  readonly needsThread: boolean;
  readonly record: TestRecord;
}

/** One difference between a case and its base: a field with its value as text, or (field null) all that the case changes. */
export interface Difference {
  readonly field: string | null;
  readonly text: string;
}

/** A cause that a minimal pair has shown. */
export interface Cause {
  readonly differences: readonly Difference[];
  readonly constraint: string;
  readonly group: string;
}

/** The causes that minimal pairs have shown; one pair is made after the other, so that none is shown twice. */
export interface RefusedFreedoms {
  readonly causes: Cause[];
  pairs: number;
  last: Promise<unknown>;
}

export function noFreedomsRefused(): RefusedFreedoms {
  return { causes: [], pairs: 0, last: Promise.resolve() };
}

/** What the tests of one worker share: whom they ask, what they may spend, and what they have seen. */
export interface Session {
  readonly operation: Operation;
  readonly target: Target;
  readonly workerIndex: number;
  readonly client: ApiClient;
  readonly runs: RunLedger;
  readonly plan: ContractPlan;
  readonly silence: SilenceLog;
  /** The ids of what the budget leaves out, each with the reason. */
  readonly leftOut: ReadonlyMap<string, string>;
  readonly requests: RequestBudget;
  readonly unreadStarts: UnreadStarts;
  /** The causes that were looked at twice. */
  readonly confirmed: Set<string>;
  /** The last view of each run. */
  readonly views: Map<string, RunView>;
  /** Which run each canary was sent to; null while the response to a start is awaited. */
  readonly canaries: Map<string, { readonly canary: Canary; readonly runId: string | null }>;
  /** True when the workflow wants a thread that the configured input lacks. */
  needsThread: boolean;
  /** The live runs that no case is using. */
  readonly idleRuns: LiveRun[];
  /** Cases that wait for a live run, the first first. */
  readonly waiters: ((live: LiveRun | null) => void)[];
  /** Live runs that are there now, and that there ever were. */
  liveRunsMade: number;
  liveRunsEver: number;
  /** Runs that tests leave to others. */
  readonly spareRuns: SpareRun[];
  /** Inputs that were accepted and that no response has shown yet. */
  readonly pendingInputs: PendingInput[];
  /** Calls in a row that were throttled for good. */
  throttledInARow: number;
  /** How often GET of a run was refused; null once one was answered. */
  readsRefused: number | null;
  /** The places that GET has shown as the responses did, and those that it has shown otherwise for a whole patience. */
  readonly readAlike: Set<string>;
  readonly readOtherwise: Set<string>;
  /** The rules that nobody promised of which an exchange was kept. */
  readonly exemplified: Set<string>;
  /** The freedoms of the page that were shown to be refused. */
  readonly freedoms: RefusedFreedoms;
  /** The commands that were accepted in some state. */
  readonly accepted: Set<string>;
  /** The ids of the cases whose values others brought along and saw accepted. */
  readonly carried: Set<string>;
  /** What is known of the runs, and of how long their work takes. */
  readonly states: RunStates;
  /** The waits for runs that are at work. */
  readonly waiting: Waiting;
  /** Commands that a status refused for a whole patience although they belong in it. */
  readonly unready: Set<string>;
  /** Runs that the target has forgotten. */
  readonly lost: Set<string>;
  /** A limit of runs at a time, as far as it has shown. */
  readonly limit: RunLimit;
  /** Runs that items under way work with. */
  readonly held: Set<string>;
  /** Records of set-up that the next test hands to the reporter. */
  readonly setUp: TestRecord[];
  /** The positive control, once it was asked for. */
  control: Promise<Control> | null;
  /** A canary of the case's own, the same each time that the case is sent with the same seed. */
  canary(caseId: string): Canary;
  subject(liveRunId: string | null): Subject;
  close(): Promise<void>;
}

const CANARIES_KEPT = 64;
/** The main thread without inputs, as the vendor's SDK seeds it. */
const MAIN_THREAD = { '0': { node_run_inputs: [] } };

/** Opens the session of a worker from the environment that the runner was started with. */
export function sessionFromEnvironment(
  workerIndex: number,
  places: Places,
  say: (line: string) => void,
): Session {
  const settings = parseSettings(readEnvironment(process.env));
  if (!settings.ok) throw new Error(settings.issues.join(' '));
  return openSession(resolveTarget(settings.value, null), readPlan(process.env), workerIndex, places, say);
}

/** What a session has learned before its first call. */
function nothingLearned() {
  return {
    unreadStarts: openUnreadStarts(),
    confirmed: new Set<string>(),
    views: new Map(),
    canaries: new Map(),
    needsThread: false,
    idleRuns: [],
    waiters: [],
    liveRunsMade: 0,
    liveRunsEver: 0,
    spareRuns: [],
    pendingInputs: [],
    throttledInARow: 0,
    readsRefused: 0,
    exemplified: new Set<string>(),
    readAlike: new Set<string>(),
    readOtherwise: new Set<string>(),
    freedoms: noFreedomsRefused(),
    accepted: new Set<string>(),
    carried: new Set<string>(),
    unready: new Set<string>(),
    lost: new Set<string>(),
    limit: { active: null, firstActive: null, isSerial: false, freeAfterMs: 0, freesNothing: false },
    held: new Set<string>(),
    setUp: [],
    control: null,
  };
}

/** Canaries that depend on the seed, the case, and how often that case has asked for one. */
function canariesOf(seed: number): (caseId: string) => Canary {
  const counts = new Map<string, number>();
  return (caseId) => {
    const count = (counts.get(caseId) ?? 0) + 1;
    counts.set(caseId, count);
    const value = createHash('sha256').update(`${seed}/${caseId}/${count}`).digest('hex').slice(0, 20);
    return {
      key: `harness_canary_${value.slice(0, 6)}`,
      value: `canary-${value}`,
      sharedKey: 'harness_latest',
    };
  };
}

/**
 * Opens a session with a target, as a plan says.
 * @param places of the items that are conducted side by side; none for single calls.
 */
export function openSession(
  target: Target,
  plan: ContractPlan,
  workerIndex: number,
  places: Places | null = null,
  say: (line: string) => void = () => undefined,
): Session {
  mkdirSync(plan.stateDir, { recursive: true });
  const client = rememberStarts(openApiClient(target));
  const runs = openRunLedger(join(plan.stateDir, 'ledger.ndjson'), plan.budgetRuns);
  const operation = loadOperation();
  const budget = { runs: plan.budgetRuns, requests: plan.budgetRequests };
  const out = leftOut(operation, budget, (about) => isSelected(plan, about));
  return {
    operation,
    target,
    workerIndex,
    client,
    runs,
    plan,
    silence: openSilenceLog(join(plan.stateDir, 'silence.txt')),
    leftOut: out,
    requests: openRequestBudget(plan.budgetRequests, requestsPending(operation, plan, out)),
    ...nothingLearned(),
    states: openRunStates(operation),
    waiting: openWaiting(target.patienceMs, places, say),
    canary: canariesOf(plan.seed),
    subject(liveRunId) {
      const runInput = this.needsThread
        ? { ...target.runInput, thread_to_node_inputs: MAIN_THREAD }
        : target.runInput;
      return { workflowId: target.workflowId, runInput, liveRunId };
    },
    async close() {
      runs.close();
      await client.close();
    },
  };
}

/** Remembers to which run a canary went; the oldest is forgotten first. */
export function rememberCanary(session: Session, canary: Canary, runId: string | null): void {
  session.canaries.set(canary.value, { canary, runId });
  const [oldest] = session.canaries.keys();
  if (session.canaries.size > CANARIES_KEPT && oldest !== undefined) session.canaries.delete(oldest);
}

/** The canaries that were sent to other runs than this one, without the call's own. */
export function foreignCanaries(
  session: Session,
  runId: string | null,
  own: Canary | null,
): readonly Canary[] {
  return [...session.canaries.values()]
    .filter((entry) => entry.runId !== runId && entry.canary.value !== own?.value)
    .map((entry) => entry.canary);
}
