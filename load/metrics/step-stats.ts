import type { Exchange } from '../../result/exchange.ts';
import type {
  Distribution,
  Ledger,
  LoadFailureExample,
  LoadStep,
  StepConnections,
} from '../../result/load-result.ts';
import { Failures, type ShedCause, FATES, NO_SHARES, type Fate, type Hit, type Shares } from './hit.ts';
import { Exceedances, type ExceedancesState, type TimeLimit, type Timed } from './exceedances.ts';
import { Recorder, type EncodedHistograms, type RecorderState } from './latency-recorder.ts';
import { Timeline, type SecondOutcome, type SecondState, TimeSpan, type TimeSpanState } from './timeline.ts';
import { WaitRecorders, type PartRecordersState } from './wait-recorders.ts';
import { ServiceByConcurrency, type ServiceByConcurrencyState } from './service-by-concurrency.ts';
import { NotableKeeper, type NotableState } from './notable-requests.ts';
import { ShedBy, type ShedByState } from './waits.ts';

/** What the statistics of a step can't know by themselves. */
export interface StepFrame {
  readonly ratePerSecond: number | null;
  readonly concurrency: number | null;
  /** Measured time in milliseconds, shorter than planned when the step was stopped. */
  readonly durationMs: number;
  readonly notes: readonly string[];
}

/** The statistics of a step as plain data, without any loss. */
export interface StepStatsState {
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
  readonly failed: RecorderState;
  readonly parts: PartRecordersState;
  readonly exceedances: readonly ExceedancesState[];
  readonly shedBy: ShedByState;
  readonly crowd: ServiceByConcurrencyState;
  readonly runsEnded: number;
  readonly notable: NotableState;
  readonly oursMs: { readonly latency: number; readonly service: number; readonly down: number };
}

/** What the statistics are about. */
export interface StepStatsFrame {
  /** Process clock when the measured time begins. */
  readonly startMs: number;
  /** Longest time between the intended send of a request and its end; null for statistics that are to be merged. */
  readonly longestMs: number | null;
  /** The limits at which requests are counted. */
  readonly limits: readonly TimeLimit[];
  /** How many seconds a row of the time line is for. */
  readonly rowSeconds: number;
}

/**
 * The statistics of one step: each request that was due is either shed or sent, and each that was sent has one fate, so
 * `intended = sent + shed` and `sent` = the sum of the fates once the step is closed.
 */
export class StepStats {
  readonly name: string;
  /** The command, or the scenario for a whole chain or mix. */
  readonly command: string;
  /** What statistics that these are merged into must be about. */
  readonly frame: Pick<StepStatsFrame, 'limits' | 'rowSeconds'>;
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
  readonly #seconds: Timeline;
  readonly #failures = new Failures();
  readonly #failed = new Recorder();
  readonly #parts = new WaitRecorders();
  readonly #exceedances: readonly Exceedances[];
  readonly #shedBy = new ShedBy();
  readonly #crowd = new ServiceByConcurrency();
  readonly #notable = new NotableKeeper();
  #intended = 0;
  #shed = 0;
  #cutOff = 0;
  #sent = 0;
  #runsEnded = 0;
  readonly #oursMs = { latency: 0, service: 0, down: 0 };

  /**
   * @param name the command with what tells this step from others of the same.
   */
  constructor(name: string, command: string, { startMs, longestMs, limits, rowSeconds }: StepStatsFrame) {
    this.name = name;
    this.command = command;
    this.#startMs = startMs;
    this.frame = { limits, rowSeconds };
    this.#seconds = new Timeline(longestMs, rowSeconds);
    this.#exceedances = limits.map((limit) => new Exceedances(limit));
  }

  /**
   * A request became due. `lateMs` is how late the generator itself was: until the write, or, where the request had
   * to wait for a connection, until that was noticed; null when nothing paced it.
   */
  due(lateMs: number | null): void {
    this.#intended += 1;
    if (lateMs !== null) this.#pacing.record(lateMs);
  }

  /** A request that was due will never be sent. @param shares for what it has waited. */
  shed(why: ShedCause, intendedMs = this.#startMs, waitedMs = Infinity, shares: Shares = NO_SHARES): void {
    this.#shed += 1;
    if (why === 'cut-off') this.#cutOff += 1;
    const cause = why === 'cut-off' ? 'ours' : this.#shedBy.count(waitedMs, shares);
    this.#exceed({
      atMs: intendedMs - this.#startMs,
      latencyMs: Infinity,
      serviceMs: null,
      shares,
      lagMs: 0,
      isDisturbed: false,
      isOurs: cause === 'ours',
      isDown: cause === 'down',
    });
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
    if (hit.mayHaveEnded) this.#runsEnded += 1;
    this.#notable.add(hit);
    this.#time(hit);
    const latencyMs = isTimed(hit) ? hit.endedMs - hit.intendedMs : null;
    this.#seconds.ended(hit.intendedMs - this.#startMs, outcomeOf(hit), latencyMs);
  }

  ledger(): Ledger {
    return { intended: this.#intended, shed: this.#shed, sent: this.#sent, ...this.#fates };
  }

  /** The counts that show how far a load is: errors are all that ended otherwise than well, but for what we gave up. */
  counts(): Readonly<Record<'sent' | 'ended' | 'ok' | 'errors' | 'shed', number>> {
    const ended = FATES.reduce((sum, fate) => sum + this.#fates[fate], 0);
    const { ok, unfinished } = this.#fates;
    return { sent: this.#sent, ended, ok, errors: ended - ok - unfinished, shed: this.#shed };
  }

  /** The 95th percentile of the response times so far; null where the sample can't carry it. */
  p95Us(): number | null {
    return this.#latency.part().p95;
  }

  /** The times from the actual send to the end of the response, ascending; what was never answered is `Infinity`. */
  serviceTimes(): readonly number[] {
    return this.#service.sorted();
  }

  /** How late the generator itself was with sends that were due. */
  pacing(): Distribution {
    return this.#pacing.distribution();
  }

  encoded(): {
    readonly latency_us: EncodedHistograms;
    readonly service_us: EncodedHistograms;
    readonly parts_us: ReturnType<WaitRecorders['encoded']>;
  } {
    const parts = this.#parts.encoded();
    return { latency_us: this.#latency.encoded(), service_us: this.#service.encoded(), parts_us: parts };
  }

  /** Everything in it, to be sent or saved. */
  state(): StepStatsState {
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
      failed: this.#failed.state(),
      parts: this.#parts.state(),
      exceedances: this.#exceedances.map((one) => one.state()),
      shedBy: this.#shedBy.state(),
      crowd: this.#crowd.state(),
      runsEnded: this.#runsEnded,
      notable: this.#notable.state(),
      oursMs: { ...this.#oursMs },
    };
  }

  /** Merges other statistics of the same step, kept over the same time by someone else. */
  merge(state: StepStatsState): void {
    this.#intended += state.ledger.intended;
    this.#shed += state.ledger.shed;
    this.#cutOff += state.cutOff;
    this.#sent += state.ledger.sent;
    for (const fate of FATES) this.#fates[fate] += state.ledger[fate];
    for (const [status, count] of Object.entries(state.byStatus)) this.#countStatus(status, count);
    this.#latency.merge(state.latency);
    this.#service.merge(state.service);
    this.#firstByte.merge(state.firstByte);
    this.#pacing.merge(state.pacing);
    this.#seconds.merge(state.seconds);
    for (const { cause, count, exchange } of state.failures) this.#failures.add(cause, () => exchange, count);
    this.#sends.merge(state.sends);
    this.#goodEnds.merge(state.goodEnds);
    this.#failed.merge(state.failed);
    this.#parts.merge(state.parts);
    for (const [i, one] of state.exceedances.entries()) this.#exceedances[i]?.merge(one);
    this.#shedBy.merge(state.shedBy);
    this.#crowd.merge(state.crowd);
    this.#runsEnded += state.runsEnded;
    this.#notable.merge(state.notable);
    this.#oursMs.latency += state.oursMs.latency;
    this.#oursMs.service += state.oursMs.service;
    this.#oursMs.down += state.oursMs.down;
  }

  /** How many independent samples the latencies are worth. */
  effectiveCount(): number {
    return this.#latency.effectiveCount();
  }

  /**
   * The step as it stands while it runs: what is still under way is left out, and so are the time line and the rate of
   * good responses, of which some are always still to come.
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
    const latency = this.#latency.distribution();
    const service = this.#service.distribution();
    return {
      name: this.name,
      command: this.command,
      rate_per_second: frame.ratePerSecond,
      concurrency: frame.concurrency,
      duration_ms: Math.round(frame.durationMs),
      achieved_per_second: this.#sends.perSecond(this.#sent, frame.durationMs),
      ledger: this.ledger(),
      ...(this.#cutOff === 0 ? {} : { cut_off: this.#cutOff }),
      ...(this.#shedBy.isEmpty ? {} : { shed_by: this.#shedBy.toResult() }),
      ...(this.#runsEnded === 0 ? {} : { runs_ended: this.#runsEnded }),
      http_error_by_status: Object.fromEntries([...this.#byStatus].sort()),
      latency_us: latency,
      service_us: service,
      ...(this.#failed.count === 0 ? {} : { failed_us: this.#failed.part() }),
      first_byte_us: this.#firstByte.distribution(),
      ...(this.#parts.isEmpty ? {} : { parts_us: this.#parts.toResult() }),
      mean_without_ours_us: {
        latency: without(latency, this.#oursMs.latency),
        service: without(service, this.#oursMs.service),
        ...(this.#oursMs.down === 0
          ? {}
          : { latency_up: without(latency, this.#oursMs.latency + this.#oursMs.down) }),
      },
      beyond: this.#exceedances.map((one) => one.toResult()),
      pacing_error_us: { p50, p95, p99, max },
      seconds: [],
      failures: this.#failures.examples(),
      ...(this.#notable.isEmpty ? {} : { notable: this.#notable.toResult() }),
      notes: frame.notes,
    };
  }

  /** How the connections did. @param ceiling most that were allowed. */
  connections(ceiling: number, ratePerSecond: number | null): StepConnections {
    const { waited, needed } = this.#crowd.toResult(ratePerSecond, this.#service.distribution());
    return { ceiling, waited, needed };
  }

  #countStatus(status: string, times = 1): void {
    this.#byStatus.set(status, (this.#byStatus.get(status) ?? 0) + times);
  }

  #time(hit: Hit): void {
    const { fate, intendedMs, sentMs, firstByteMs, endedMs } = hit;
    if (firstByteMs !== null) this.#firstByte.record(firstByteMs - sentMs);
    if (hit.parts !== null) this.#parts.record(hit, hit.parts);
    if (!isTimed(hit)) return;
    const atMs = intendedMs - this.#startMs;
    if (fate === 'http_error' || fate === 'invalid') {
      this.#failed.record(endedMs - intendedMs);
      return;
    }
    this.#exceed(timedOf(hit, atMs));
    if (fate === 'timeout' || fate === 'unfinished') {
      this.#latency.recordUnanswered(endedMs - intendedMs, atMs);
      this.#service.recordUnanswered(endedMs - sentMs, atMs);
      return;
    }
    this.#latency.record(endedMs - intendedMs, atMs);
    this.#service.record(endedMs - sentMs, atMs);
    this.#crowd.add(endedMs - sentMs, hit.lagMs, hit.shares.ceiling);
    const { own, held, ceiling, pool } = hit.shares;
    this.#oursMs.latency += own + held + ceiling + pool + hit.lagMs;
    this.#oursMs.service += hit.lagMs;
    this.#oursMs.down += hit.shares.down;
  }

  #exceed(timed: Timed): void {
    for (const one of this.#exceedances) one.add(timed);
  }
}

/** An unfinished request was given up by us: it counts as long as it had waited, and is unknown beyond that. */
function timedOf(
  { fate, intendedMs, sentMs, endedMs, shares, lagMs, isDisturbed, mayHaveEnded }: Hit,
  atMs: number,
): Timed {
  const isTimeout = fate === 'timeout';
  return {
    atMs,
    latencyMs: isTimeout || fate === 'unfinished' ? Infinity : endedMs - intendedMs,
    serviceMs: isTimeout || fate === 'unfinished' ? Infinity : endedMs - sentMs,
    shares,
    lagMs,
    isDisturbed,
    isOurs: fate === 'unfinished' || mayHaveEnded,
    isDown: false,
  };
}

/** A mean of times, in microseconds, without what was ours of all of them together. */
function without({ mean, count, censored }: Distribution, oursMs: number): number | null {
  const responses = count - censored;
  return mean === null || responses === 0
    ? null
    : Math.max(0, Math.round((mean - (oursMs * 1000) / count) * 10) / 10);
}

/** The first of the two equations that a closed ledger breaks, or null when both hold. */
export function ledgerImbalance(ledger: Ledger): string | null {
  const fates = FATES.reduce((sum, fate) => sum + ledger[fate], 0);
  if (ledger.intended !== ledger.sent + ledger.shed)
    return `intended ${ledger.intended} ≠ sent ${ledger.sent} + shed ${ledger.shed}`;
  if (ledger.sent !== fates) return `sent ${ledger.sent} ≠ the sum of the fates ${fates}`;
  return null;
}

/** A lost connection says nothing about how long a response takes; a time-out says that it takes longer. */
function isTimed({ fate }: Hit): boolean {
  return fate !== 'transport_error';
}

function outcomeOf({ fate, status }: Hit): SecondOutcome {
  if (fate === 'ok') return 'ok';
  return status === 429 ? 'throttled' : 'failed';
}
