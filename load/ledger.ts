import type { Exchange } from '../reports/exchange.ts';
import type { Distribution, Ledger, LoadFailureExample, LoadStep } from '../reports/load-result.ts';
import { Failures } from './failures.ts';
import type { ShedCause } from './governor.ts';
import { FATES, type Fate, type Hit } from './hit.ts';
import { Recorder, type EncodedHistograms, type RecorderState } from './metrics.ts';
import { Seconds, type SecondOutcome, type SecondState } from './seconds.ts';
import { TimeSpan, type TimeSpanState } from './time-span.ts';

/** What a step's book can't know by itself. */
export interface StepFrame {
  readonly ratePerSecond: number | null;
  readonly concurrency: number | null;
  /** Measured time in milliseconds, shorter than planned when the step was stopped. */
  readonly durationMs: number;
  readonly notes: readonly string[];
}

/** A step's book as plain data, without any loss. */
export interface BookState {
  readonly ledger: Ledger;
  readonly cutOff: number;
  readonly byStatus: Readonly<Record<string, number>>;
  readonly latency: RecorderState;
  readonly service: RecorderState;
  readonly firstByte: RecorderState;
  readonly pacing: RecorderState;
  readonly seconds: readonly SecondState[];
  readonly failures: readonly LoadFailureExample[];
  readonly sends: TimeSpanState;
  readonly goodEnds: TimeSpanState;
}

/**
 * The book of one step: each request that was due is either shed or sent, and each that was sent has one fate, so
 * `intended = sent + shed` and `sent` = the sum of the fates once the step is closed.
 */
export class StepBook {
  readonly name: string;
  /** The command, or the scenario for a whole chain or mix. */
  readonly command: string;
  readonly #startMs: number;
  readonly #fates: Record<Fate, number> = {
    ok: 0,
    http_error: 0,
    invalid: 0,
    transport_error: 0,
    timeout: 0,
    unfinished: 0,
  };
  readonly #byStatus = new Map<string, number>();
  readonly #latency = new Recorder();
  readonly #service = new Recorder();
  readonly #firstByte = new Recorder();
  readonly #pacing = new Recorder();
  readonly #sends = new TimeSpan();
  readonly #goodEnds = new TimeSpan();
  readonly #seconds: Seconds;
  readonly #failures = new Failures();
  #intended = 0;
  #shed = 0;
  #cutOff = 0;
  #sent = 0;

  /**
   * @param name the command with what tells this step from others of the same.
   * @param startMs process clock when the measured time begins.
   * @param longestMs longest time between the intended send of a request and its end; null for a book that is to
   * be merged with others.
   */
  constructor(name: string, command: string, startMs: number, longestMs: number | null) {
    this.name = name;
    this.command = command;
    this.#startMs = startMs;
    this.#seconds = new Seconds(longestMs);
  }

  /**
   * A request became due. `lateMs` is how late the generator itself was: until the write, or, where the request had
   * to wait for a connection, until that was noticed; null when nothing paced it.
   */
  due(lateMs: number | null): void {
    this.#intended += 1;
    if (lateMs !== null) this.#pacing.record(lateMs);
  }

  /** A request that was due will never be sent. */
  shed(why: ShedCause): void {
    this.#shed += 1;
    if (why === 'cut-off') this.#cutOff += 1;
  }

  sent(intendedMs: number, sentMs: number): void {
    this.#sent += 1;
    this.#sends.note(sentMs - this.#startMs);
    this.#seconds.sent(intendedMs - this.#startMs);
  }

  /** Closes a request that was sent. */
  settled(hit: Hit, example: () => Exchange | null): void {
    this.#fates[hit.fate] += 1;
    if (hit.fate === 'ok') this.#goodEnds.note(hit.endedMs - this.#startMs);
    if (hit.fate === 'http_error') this.#countStatus(String(hit.status));
    if (hit.cause !== null) this.#failures.add(hit.cause, example);
    this.#time(hit);
    const latencyMs = isTimed(hit) ? hit.endedMs - hit.intendedMs : null;
    this.#seconds.ended(hit.intendedMs - this.#startMs, outcomeOf(hit), latencyMs);
  }

  ledger(): Ledger {
    return { intended: this.#intended, shed: this.#shed, sent: this.#sent, ...this.#fates };
  }

  /** How late the generator itself was with sends that were due. */
  pacing(): Distribution {
    return this.#pacing.distribution();
  }

  encoded(): { readonly latency_us: EncodedHistograms; readonly service_us: EncodedHistograms } {
    return { latency_us: this.#latency.encoded(), service_us: this.#service.encoded() };
  }

  /** Everything in the book, to be sent or saved. */
  state(): BookState {
    return {
      ledger: this.ledger(),
      cutOff: this.#cutOff,
      byStatus: Object.fromEntries(this.#byStatus),
      latency: this.#latency.state(),
      service: this.#service.state(),
      firstByte: this.#firstByte.state(),
      pacing: this.#pacing.state(),
      seconds: this.#seconds.state(),
      failures: this.#failures.examples(),
      sends: this.#sends.state(),
      goodEnds: this.#goodEnds.state(),
    };
  }

  /** Adds another book of the same step, kept over the same time by someone else. */
  absorb(state: BookState): void {
    this.#intended += state.ledger.intended;
    this.#shed += state.ledger.shed;
    this.#cutOff += state.cutOff;
    this.#sent += state.ledger.sent;
    for (const fate of FATES) this.#fates[fate] += state.ledger[fate];
    for (const [status, count] of Object.entries(state.byStatus)) this.#countStatus(status, count);
    this.#latency.absorb(state.latency);
    this.#service.absorb(state.service);
    this.#firstByte.absorb(state.firstByte);
    this.#pacing.absorb(state.pacing);
    this.#seconds.absorb(state.seconds);
    for (const { cause, count, exchange } of state.failures) this.#failures.add(cause, () => exchange, count);
    this.#sends.absorb(state.sends);
    this.#goodEnds.absorb(state.goodEnds);
  }

  /** How many independent samples the latencies are worth. */
  effectiveCount(): number {
    return this.#latency.effectiveCount();
  }

  /**
   * The step as it stands while it runs: what is still under way is left out, and so are the time line and the rate of
   * good answers, of which some are always still to come.
   */
  soFar(frame: StepFrame): LoadStep {
    const sent = FATES.reduce((sum, fate) => sum + this.#fates[fate], 0);
    const ledger = { ...this.ledger(), intended: sent + this.#shed, sent };
    return { ...this.#framed(frame), ledger };
  }

  /** The step as the result has it. */
  toStep(frame: StepFrame): LoadStep {
    const okPerSecond = this.#goodEnds.perSecond(this.#fates.ok, frame.durationMs);
    return { ...this.#framed(frame), ok_per_second: okPerSecond, seconds: this.#seconds.rows() };
  }

  #framed(frame: StepFrame): LoadStep {
    const { p50, p95, p99, max } = this.pacing();
    return {
      name: this.name,
      command: this.command,
      rate_per_second: frame.ratePerSecond,
      concurrency: frame.concurrency,
      duration_ms: Math.round(frame.durationMs),
      achieved_per_second: this.#sends.perSecond(this.#sent, frame.durationMs),
      ledger: this.ledger(),
      ...(this.#cutOff === 0 ? {} : { cut_off: this.#cutOff }),
      http_error_by_status: Object.fromEntries([...this.#byStatus].sort()),
      latency_us: this.#latency.distribution(),
      service_us: this.#service.distribution(),
      first_byte_us: this.#firstByte.distribution(),
      pacing_error_us: { p50, p95, p99, max },
      seconds: [],
      failures: this.#failures.examples(),
      notes: frame.notes,
    };
  }

  #countStatus(status: string, times = 1): void {
    this.#byStatus.set(status, (this.#byStatus.get(status) ?? 0) + times);
  }

  #time(hit: Hit): void {
    const { fate, intendedMs, sentMs, firstByteMs, endedMs } = hit;
    if (firstByteMs !== null) this.#firstByte.record(firstByteMs - sentMs);
    if (!isTimed(hit)) return;
    const atMs = intendedMs - this.#startMs;
    if (fate === 'timeout' || fate === 'unfinished') {
      this.#latency.recordUnanswered(endedMs - intendedMs, atMs);
      this.#service.recordUnanswered(endedMs - sentMs, atMs);
      return;
    }
    this.#latency.record(endedMs - intendedMs, atMs);
    this.#service.record(endedMs - sentMs, atMs);
  }
}

/** The first of the two equations that a closed ledger breaks, or null when both hold. */
export function ledgerImbalance(ledger: Ledger): string | null {
  const fates = FATES.reduce((sum, fate) => sum + ledger[fate], 0);
  if (ledger.intended !== ledger.sent + ledger.shed)
    return `intended ${ledger.intended} ≠ sent ${ledger.sent} + shed ${ledger.shed}`;
  if (ledger.sent !== fates) return `sent ${ledger.sent} ≠ the sum of the fates ${fates}`;
  return null;
}

/** A lost connection says nothing about how long an answer takes; a time-out says that it takes longer. */
function isTimed({ fate }: Hit): boolean {
  return fate !== 'transport_error';
}

function outcomeOf({ fate, status }: Hit): SecondOutcome {
  if (fate === 'ok') return 'ok';
  return status === 429 ? 'throttled' : 'failed';
}
