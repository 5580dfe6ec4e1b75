import type { WireRequest } from '../../api/exchange.ts';
import type { Command } from '../../openapi/registry.ts';
import type { Exchange } from '../../result/exchange.ts';
import { requestIdOf } from '../../result/request-id.ts';
import { traceIdOf } from '../../target/trace-parents.ts';
import type { Target } from '../../target/target.ts';
import { retryPauseMs, type ResponseCheck, exchangeOf } from './check-response.ts';
import type { RequestOutcome } from '../attack/in-flight.ts';
import type { StageStats } from './stage.ts';
import { totalOf, type Waits } from '../metrics/waits.ts';
import { noteRun, noteTokens, requestFor, reserveRun, takeRequest, type ScenarioContext } from './context.ts';
import type { Work } from './dispatcher.ts';
import { NO_SHARES, type Fate, type Found, type Hit, type SendParts, type Shares } from '../metrics/hit.ts';
import type { StepStats } from '../metrics/step-stats.ts';
import type { RunPool } from './run-pool.ts';
import { stateAfter, type RunState } from '../scenario/run-setup.ts';
import type { ScenarioRuntime } from './runtime.ts';

/** Told once that an iteration is over; `isWell` when all of it was sent and answered well. */
export type OnIterationEnd = (endedMs: number, isWell: boolean) => void;

interface Iteration {
  readonly runtime: ScenarioRuntime;
  readonly stats: StageStats;
  readonly commands: readonly Command[];
  /** Where the run comes from when no command of the iteration starts it; null when one does. */
  readonly pool: RunPool | null;
  readonly intendedMs: number;
  readonly ended: OnIterationEnd;
  runId: string | null;
  /** What the last accepted command has left the run in; null while there is none. */
  state: RunState | null;
  firstSentMs: number | null;
  /** Whose waits all commands so far had. */
  shares: Shares;
  isDisturbed: boolean;
  /** True when the run ended by itself before the last command. */
  hasEnded: boolean;
  /** The first thing that went wrong, if anything did. */
  flaw: { readonly fate: Fate; readonly status: number | null; readonly cause: string | null } | null;
}

/**
 * Begins one pass over some commands on one run. The first is due when the pass is; each later one is due when the
 * one before it has been answered.
 * @param lateMs how late the generator noticed that the pass was due; null when nothing paced it.
 * @param ended called once, when the last command has ended or none can follow.
 */
export function beginIteration(
  runtime: ScenarioRuntime,
  stats: StageStats,
  commands: readonly Command[],
  intendedMs: number,
  lateMs: number | null,
  ended: OnIterationEnd,
): void {
  stats.whole?.due(lateMs);
  const [first] = commands;
  const pool = first === undefined || first === 'start' ? null : (runtime.pools.get(first) ?? null);
  const iteration: Iteration = {
    runtime,
    stats,
    commands,
    pool,
    intendedMs,
    ended,
    runId: null,
    state: null,
    firstSentMs: null,
    shares: NO_SHARES,
    isDisturbed: false,
    hasEnded: false,
    flaw: null,
  };
  if (lateMs !== null) runtime.disturbance.noticed(intendedMs + lateMs, lateMs);
  submit(iteration, 0, intendedMs, lateMs);
}

function submit(iteration: Iteration, index: number, intendedMs: number, lateMs: number | null): void {
  const command = iteration.commands[index];
  const stepStats = command === undefined ? undefined : iteration.stats.byCommand.get(command);
  if (command === undefined || stepStats === undefined) {
    finish(iteration, performance.now());
    return;
  }
  const due: Due = {
    intendedMs,
    lateMs: lateMs ?? 0,
    sentMs: null,
    parts: null,
    shares: NO_SHARES,
    isDisturbed: iteration.runtime.disturbance.covers(intendedMs + (lateMs ?? 0)),
  };
  iteration.runtime.dispatcher.submit(workOf(iteration, index, command, stepStats, due));
  stepStats.due(lateMs === null || due.sentMs === null ? lateMs : due.sentMs - intendedMs);
}

/** When a request was due, and how it came to be written; until then null. */
interface Due {
  readonly intendedMs: number;
  readonly lateMs: number;
  sentMs: number | null;
  parts: SendParts | null;
  shares: Shares;
  isDisturbed: boolean;
}

function workOf(iteration: Iteration, index: number, command: Command, stepStats: StepStats, due: Due): Work {
  const { intendedMs } = due;
  let request: WireRequest | null = null;
  return {
    intendedMs,
    prepare() {
      const prepared = prepare(iteration, command);
      if (typeof prepared !== 'string') request = prepared;
      return prepared;
    },
    sent(sentMs, waits, lagMs) {
      noteSent(iteration, due, sentMs, waits, lagMs);
      stepStats.sent(intendedMs, sentMs);
      iteration.runtime.controls?.paidSent(intendedMs, sentMs);
      if (iteration.firstSentMs !== null) return;
      iteration.firstSentMs = sentMs;
      iteration.stats.whole?.sent(iteration.intendedMs, sentMs);
    },
    shed(why, waits) {
      const shares = sharesOf(due.lateMs, waits, 0);
      const waitedMs = performance.now() - intendedMs;
      stepStats.shed(why, intendedMs, waitedMs, shares);
      if (iteration.firstSentMs === null)
        iteration.stats.whole?.shed(why, iteration.intendedMs, waitedMs, shares);
      iteration.flaw ??= { fate: 'unfinished', status: null, cause: null };
      finish(iteration, performance.now());
    },
    settled(outcome) {
      if (request !== null) settle(iteration, index, command, stepStats, { due, request, outcome });
    },
  };
}

function noteSent(iteration: Iteration, due: Due, sentMs: number, waits: Waits, lagMs: number): void {
  const waitedMs = totalOf(waits);
  const written = Math.min(lagMs, waitedMs);
  const allowed = waits.held;
  due.sentMs = sentMs;
  due.parts = {
    noticed: due.lateMs,
    allowed,
    connection: Math.max(0, waitedMs - allowed - written),
    written: Math.max(written, sentMs - due.intendedMs - due.lateMs - waitedMs),
  };
  due.shares = sharesOf(due.lateMs, waits, due.parts.written);
  due.isDisturbed ||= iteration.runtime.disturbance.covers(sentMs);
}

function sharesOf(lateMs: number, { held, ceiling, pool, down, own }: Waits, written: number): Shares {
  return { own: lateMs + own + written, held, ceiling, pool, down };
}

function prepare(iteration: Iteration, command: Command): WireRequest | 'wait' | 'never' {
  const { pool } = iteration;
  const { runtime } = iteration;
  if (runtime.stopSignal.reason !== null) return 'never';
  if (command !== 'start' && iteration.runId === null) {
    iteration.runId = pool?.take() ?? null;
    iteration.state = pool?.state ?? null;
    if (iteration.runId === null) return pool?.isExhausted === false ? 'wait' : 'never';
  }
  // Last of all, for what only waits has cost no request yet.
  if (!takeRequest(runtime) || (command === 'start' && !reserveRun(runtime))) return 'never';
  return requestFor(runtime, command, iteration.runId);
}

interface Settled {
  readonly due: Due;
  readonly request: WireRequest;
  readonly outcome: RequestOutcome;
}

function settle(
  iteration: Iteration,
  index: number,
  command: Command,
  stepStats: StepStats,
  settled: Settled,
): void {
  const { runtime } = iteration;
  const { outcome, due } = settled;
  const check = checkOutcome(iteration, command, outcome);
  const { fate, status, cause } = endOf(outcome, check, runtime.target);
  const { sentMs, firstByteMs, endedMs, lagMs } = outcome;
  const { intendedMs, parts, shares, isDisturbed } = due;
  const mayHaveEnded = isRefusalByState(status) && command !== 'start' && iteration.state !== 'paused';
  const at = { intendedMs, sentMs, firstByteMs, endedMs };
  const found = (): Found => foundBy(outcome, runtime.target);
  const hit: Hit = { fate, status, cause, ...at, shares, lagMs, parts, isDisturbed, mayHaveEnded, found };
  stepStats.settled(hit, () => exampleOf(runtime, settled, check));
  if (fate !== 'unfinished' && !mayHaveEnded) runtime.breaker.settled({ command, fate, status });
  if (fate !== 'ok')
    iteration.flaw ??= { fate, status, cause: cause === null ? null : `at ${command}: ${cause}` };
  iteration.shares = addShares(iteration.shares, { ...shares, own: shares.own + lagMs });
  iteration.isDisturbed ||= isDisturbed;
  goOn(iteration, index, command, { status, check, mayHaveEnded }, endedMs);
}

/** Lets the next command follow where the run still is, and else ends the pass. */
function goOn(
  iteration: Iteration,
  index: number,
  command: Command,
  came: {
    readonly status: number | null;
    readonly check: ResponseCheck | null;
    readonly mayHaveEnded: boolean;
  },
  endedMs: number,
): void {
  const { status, check, mayHaveEnded } = came;
  if (command === 'start') iteration.runId = check?.runId ?? null;
  const isAccepted = iteration.runId !== null && status === 200 && check?.runId === iteration.runId;
  if (isAccepted) iteration.state = check.hasEnded ? 'ended' : stateAfter(command);
  else if (isRefusalByState(status)) iteration.state = 'ended';
  else if (status === null || status >= 500) iteration.state = stateAfter(command); // it may have been done
  const isLast = index + 1 >= iteration.commands.length;
  iteration.hasEnded = mayHaveEnded || (!isLast && command !== 'stop' && iteration.state === 'ended');
  if (isAccepted && iteration.state !== 'ended') submit(iteration, index + 1, endedMs, null);
  else finish(iteration, endedMs);
}

function isRefusalByState(status: number | null): boolean {
  return status === 404 || status === 409 || status === 410;
}

function addShares(a: Shares, b: Shares): Shares {
  return {
    own: a.own + b.own,
    held: a.held + b.held,
    ceiling: a.ceiling + b.ceiling,
    pool: a.pool + b.pool,
    down: a.down + b.down,
  };
}

/** Judges a response, notes what it means for its run, and holds back when it asks for that. */
function checkOutcome(
  { runtime, runId }: Iteration,
  command: Command,
  { end, endedMs }: RequestOutcome,
): ResponseCheck | null {
  if (end.kind !== 'answered') return null;
  const { checker, dispatcher, disturbance } = runtime;
  const check = checker.check({ command, runId }, end.status, end.headers, end.body, endedMs);
  noteRun(runtime, command, runId, end.status, check);
  if (command === 'stop' && runId !== null) noteTokens(runtime, runId, check.response);
  const holdMs = retryPauseMs(check.response, Date.now());
  if (end.status === 429 || holdMs !== null) runtime.controls?.standAside();
  if (holdMs !== null) {
    dispatcher.hold(holdMs);
    disturbance.held(performance.now(), holdMs);
  }
  return check;
}

function endOf(
  { end }: RequestOutcome,
  check: ResponseCheck | null,
  { timeoutMs, redactQuote }: Target,
): Pick<Hit, 'fate' | 'status' | 'cause'> {
  switch (end.kind) {
    case 'answered': {
      const cause = check?.cause ?? null;
      const said = cause === null ? null : redactQuote(cause);
      return { fate: check?.fate ?? 'invalid', status: end.status, cause: said };
    }
    case 'failed':
      return { fate: 'transport_error', status: null, cause: `connection ${end.failure.kind}` };
    case 'timeout':
      return { fate: 'timeout', status: null, cause: `no complete response within ${timeoutMs} ms` };
    case 'unfinished':
      return { fate: 'unfinished', status: null, cause: null };
  }
}

const REQUEST_ID_MAX = 128;

/** By what the provider finds a request in its logs, redacted. */
function foundBy({ end, trace }: RequestOutcome, { redact }: Target): Found {
  const headers = end.kind === 'answered' ? end.headers : [];
  const id = requestIdOf(headers);
  return {
    traceId: traceIdOf(trace),
    requestId: id === undefined ? null : redact(id).slice(0, REQUEST_ID_MAX),
  };
}

function exampleOf(
  { target }: ScenarioContext,
  { request, outcome }: Settled,
  check: ResponseCheck | null,
): Exchange | null {
  const { end, endedMs, sentMs, trace } = outcome;
  const sent =
    trace === null ? request : { ...request, headers: [...request.headers, ['traceparent', trace]] as const };
  const exchange = (came: Parameters<typeof exchangeOf>[2]): Exchange =>
    exchangeOf(target, sent, came, endedMs - sentMs);
  const response = check?.response ?? null;
  if (response !== null) return exchange({ response });
  if (end.kind === 'failed') return exchange({ failure: end.failure });
  const message = `no complete response within ${target.timeoutMs} ms`;
  return exchange({ failure: { kind: 'timeout', message } });
}

function finish(iteration: Iteration, endedMs: number): void {
  const { stats, firstSentMs, flaw, pool, runId, state } = iteration;
  if (stats.whole !== null && firstSentMs !== null) {
    const good = iteration.hasEnded
      ? { fate: 'unfinished' as const, status: null, cause: null }
      : { fate: 'ok' as const, status: 200, cause: null };
    stats.whole.settled(
      {
        ...(flaw ?? good),
        intendedMs: iteration.intendedMs,
        sentMs: firstSentMs,
        firstByteMs: null,
        endedMs,
        shares: iteration.shares,
        lagMs: 0,
        parts: null,
        isDisturbed: iteration.isDisturbed,
        mayHaveEnded: iteration.hasEnded,
      },
      () => null,
    );
  }
  if (pool !== null && runId !== null && state !== null) pool.giveBack(runId, state);
  iteration.ended(endedMs, flaw === null && firstSentMs !== null && !iteration.hasEnded);
}
