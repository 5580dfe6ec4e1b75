import type { WireRequest } from '../contract/exchange.ts';
import type { Command } from '../openapi/registry.ts';
import type { Exchange } from '../reports/exchange.ts';
import type { Target } from '../target/target.ts';
import { retryAfterMs, type Judgement } from './answer.ts';
import type { ShotOutcome } from './attack/shot.ts';
import type { Books } from './books.ts';
import { exchangeOf } from './evidence.ts';
import { noteRun, noteTokens, requestFor, reserveRun, takeRequest, type Field } from './field.ts';
import type { Governor, Work } from './governor.ts';
import type { Fate, Hit } from './hit.ts';
import type { StepBook } from './ledger.ts';
import type { RunPool } from './pool.ts';

/** What an iteration needs besides the field. */
export interface Stage {
  readonly field: Field;
  readonly governor: Governor;
  /** The prepared runs of each command that takes them. */
  readonly pools: ReadonlyMap<Exclude<Command, 'start'>, RunPool>;
}

/** Told once that an iteration is over; `isWell` when all of it was sent and answered well. */
export type Ended = (endedMs: number, isWell: boolean) => void;

interface Iteration {
  readonly stage: Stage;
  readonly books: Books;
  readonly commands: readonly Command[];
  /** Where the run comes from when no command of the iteration starts it; null when one does. */
  readonly pool: RunPool | null;
  readonly intendedMs: number;
  readonly ended: Ended;
  runId: string | null;
  firstSentMs: number | null;
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
  stage: Stage,
  books: Books,
  commands: readonly Command[],
  intendedMs: number,
  lateMs: number | null,
  ended: Ended,
): void {
  books.whole?.due(lateMs);
  const [first] = commands;
  const pool = first === undefined || first === 'start' ? null : (stage.pools.get(first) ?? null);
  const iteration: Iteration = {
    stage,
    books,
    commands,
    pool,
    intendedMs,
    ended,
    runId: null,
    firstSentMs: null,
    flaw: null,
  };
  submit(iteration, 0, intendedMs, lateMs);
}

function submit(iteration: Iteration, index: number, intendedMs: number, lateMs: number | null): void {
  const command = iteration.commands[index];
  const book = command === undefined ? undefined : iteration.books.byCommand.get(command);
  if (command === undefined || book === undefined) {
    finish(iteration, performance.now());
    return;
  }
  const due: Due = { intendedMs, sentMs: null };
  iteration.stage.governor.submit(workOf(iteration, index, command, book, due));
  book.due(lateMs === null || due.sentMs === null ? lateMs : due.sentMs - intendedMs);
}

/** When a request was due, and when it was written; until then null. */
interface Due {
  readonly intendedMs: number;
  sentMs: number | null;
}

function workOf(iteration: Iteration, index: number, command: Command, book: StepBook, due: Due): Work {
  const { intendedMs } = due;
  let request: WireRequest | null = null;
  return {
    intendedMs,
    prepare() {
      const prepared = prepare(iteration, command);
      if (typeof prepared !== 'string') request = prepared;
      return prepared;
    },
    sent(sentMs) {
      due.sentMs = sentMs;
      book.sent(intendedMs, sentMs);
      if (iteration.firstSentMs !== null) return;
      iteration.firstSentMs = sentMs;
      iteration.books.whole?.sent(iteration.intendedMs, sentMs);
    },
    shed(why) {
      book.shed(why);
      if (iteration.firstSentMs === null) iteration.books.whole?.shed(why);
      iteration.flaw ??= { fate: 'unfinished', status: null, cause: null };
      finish(iteration, performance.now());
    },
    settled(outcome) {
      if (request !== null) settle(iteration, index, command, book, { intendedMs, request, outcome });
    },
  };
}

function prepare(iteration: Iteration, command: Command): WireRequest | 'wait' | 'never' {
  const { pool } = iteration;
  const { field } = iteration.stage;
  if (field.halt.trip !== null) return 'never';
  if (command !== 'start' && iteration.runId === null) {
    iteration.runId = pool?.take() ?? null;
    if (iteration.runId === null) return pool?.isDry === false ? 'wait' : 'never';
  }
  // Last of all, for what only waits has cost no request yet.
  if (!takeRequest(field) || (command === 'start' && !reserveRun(field))) return 'never';
  return requestFor(field, command, iteration.runId);
}

interface Settled {
  readonly intendedMs: number;
  readonly request: WireRequest;
  readonly outcome: ShotOutcome;
}

function settle(
  iteration: Iteration,
  index: number,
  command: Command,
  book: StepBook,
  settled: Settled,
): void {
  const { pool } = iteration;
  const { field } = iteration.stage;
  const { outcome, intendedMs } = settled;
  const addressed = iteration.runId;
  const judgement = judgeOutcome(iteration, command, outcome);
  const { fate, status, cause } = endOf(outcome, judgement, field.target);
  const { sentMs, firstByteMs, endedMs } = outcome;
  const hit: Hit = { fate, status, cause, intendedMs, sentMs, firstByteMs, endedMs };
  book.settled(hit, () => exampleOf(field, settled, judgement));
  if (fate !== 'unfinished') field.breaker.settled({ command, fate, status });
  if (fate !== 'ok')
    iteration.flaw ??= { fate, status, cause: cause === null ? null : `at ${command}: ${cause}` };
  if (command === 'start') iteration.runId = judgement?.runId ?? null;
  if (pool !== null && addressed !== null) pool.giveBack(addressed, status);
  const isOnItsWay = iteration.runId !== null && status === 200 && judgement?.runId === iteration.runId;
  if (isOnItsWay) submit(iteration, index + 1, outcome.endedMs, null);
  else finish(iteration, outcome.endedMs);
}

/** Judges an answer, notes what it means for its run, and holds back when it asks for that. */
function judgeOutcome(
  { stage, runId }: Iteration,
  command: Command,
  { end, endedMs }: ShotOutcome,
): Judgement | null {
  if (end.kind !== 'answered') return null;
  const { field, governor } = stage;
  const judgement = field.judge.judge({ command, runId }, end.status, end.headers, end.body, endedMs);
  noteRun(field, command, runId, end.status, judgement.runId);
  if (command === 'stop' && runId !== null) noteTokens(field, runId, judgement.answer);
  const holdMs = retryAfterMs(judgement.answer, Date.now());
  if (holdMs !== null) governor.hold(holdMs);
  return judgement;
}

function endOf(
  { end }: ShotOutcome,
  judgement: Judgement | null,
  { timeoutMs, redactQuote }: Target,
): Pick<Hit, 'fate' | 'status' | 'cause'> {
  switch (end.kind) {
    case 'answered': {
      const cause = judgement?.cause ?? null;
      const said = cause === null ? null : redactQuote(cause);
      return { fate: judgement?.fate ?? 'invalid', status: end.status, cause: said };
    }
    case 'failed':
      return { fate: 'transport_error', status: null, cause: `connection ${end.failure.kind}` };
    case 'timeout':
      return { fate: 'timeout', status: null, cause: `no whole answer within ${timeoutMs} ms` };
    case 'unfinished':
      return { fate: 'unfinished', status: null, cause: null };
  }
}

function exampleOf(
  { target }: Field,
  { request, outcome }: Settled,
  judgement: Judgement | null,
): Exchange | null {
  const durationMs = outcome.endedMs - outcome.sentMs;
  const answer = judgement?.answer ?? null;
  if (answer !== null) return exchangeOf(target, request, { answer }, durationMs);
  const { end } = outcome;
  if (end.kind === 'failed') return exchangeOf(target, request, { failure: end.failure }, durationMs);
  const message = `no whole answer within ${target.timeoutMs} ms`;
  return exchangeOf(target, request, { failure: { kind: 'timeout', message } }, durationMs);
}

function finish(iteration: Iteration, endedMs: number): void {
  const { books, firstSentMs, flaw } = iteration;
  if (books.whole !== null && firstSentMs !== null) {
    const end = flaw ?? { fate: 'ok', status: 200, cause: null };
    books.whole.settled(
      { ...end, intendedMs: iteration.intendedMs, sentMs: firstSentMs, firstByteMs: null, endedMs },
      () => null,
    );
  }
  iteration.ended(endedMs, flaw === null && firstSentMs !== null);
}
