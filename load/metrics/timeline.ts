import type { SecondRow } from '../../result/load-result.ts';
import { QUANTILES, rankOf, samplesNeeded } from './quantile.ts';

/** How one request of a second ended, as far as the time line cares. */
export type SecondOutcome = 'ok' | 'failed' | 'throttled';

interface OpenSecond {
  sent: number;
  ok: number;
  failed: number;
  throttled: number;
  readonly latenciesUs: Samples;
}

/** Whole numbers up to 2^32, four bytes each: a fast step has tens of thousands of them in every second. */
class Samples {
  #values = new Uint32Array(64);
  #count = 0;

  push(value: number): void {
    if (this.#count === this.#values.length) {
      const longer = new Uint32Array(this.#values.length * 2);
      longer.set(this.#values);
      this.#values = longer;
    }
    this.#values[this.#count] = value;
    this.#count += 1;
  }

  /** As 32-bit numbers, the low byte first. */
  base64(): string {
    return Buffer.from(this.#values.buffer, 0, 4 * this.#count).toString('base64');
  }

  sorted(): Uint32Array {
    return this.#values.slice(0, this.#count).sort();
  }
}

/** One second as plain data: its latencies in microseconds, as base64 of 32-bit numbers, the low byte first. */
export interface SecondState {
  readonly second: number;
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  readonly throttled: number;
  readonly latenciesUs: string;
}

/**
 * The time line of a step, one row a second by intended send time, or one for several in a long step. A row is folded into its row once nothing
 * can come any more, so that a long soak keeps only its latest seconds in memory;
 * when it is to be merged with others', all seconds are kept, as rows can't be added up.
 */
export class Timeline {
  readonly #open = new Map<number, OpenSecond>();
  readonly #rows = new Map<number, SecondRow>();
  readonly #keepRows: number;
  readonly #rowSeconds: number;

  /**
   * @param longestMs longest time between the intended send of a request and its end; null to keep all seconds.
   * @param rowSeconds how many seconds a row is for.
   */
  constructor(longestMs: number | null, rowSeconds = 1) {
    this.#rowSeconds = rowSeconds;
    this.#keepRows = longestMs === null ? Infinity : Math.ceil(longestMs / 1000 / rowSeconds) + 2;
  }

  /** All seconds as they are. @throws when some were folded already: a bug in this tool. */
  state(): readonly SecondState[] {
    if (this.#rows.size > 0) throw new Error('A time line whose seconds were folded has no state.');
    return [...this.#open].map(([second, { latenciesUs, ...counts }]) => ({
      second,
      ...counts,
      latenciesUs: latenciesUs.base64(),
    }));
  }

  /** Adds the seconds of another time line that began at the same time. */
  merge(state: readonly SecondState[]): void {
    for (const { second, sent, ok, failed, throttled, latenciesUs } of state) {
      const own = this.#open.get(second) ?? emptySecond();
      this.#open.set(second, own);
      own.sent += sent;
      own.ok += ok;
      own.failed += failed;
      own.throttled += throttled;
      const bytes = Buffer.from(latenciesUs, 'base64');
      for (let at = 0; at + 3 < bytes.length; at += 4) own.latenciesUs.push(bytes.readUInt32LE(at));
    }
  }

  /** Notes a send that was intended `offsetMs` after the step began. */
  sent(offsetMs: number): void {
    this.#second(offsetMs).sent += 1;
  }

  /**
   * Notes the end of a request that was intended `offsetMs` after the step began.
   * @param latencyMs null where the end says nothing about how long a response takes.
   */
  ended(offsetMs: number, outcome: SecondOutcome, latencyMs: number | null): void {
    const second = this.#second(offsetMs);
    if (outcome === 'ok') second.ok += 1;
    else second.failed += 1;
    if (outcome === 'throttled') second.throttled += 1;
    if (latencyMs !== null) second.latenciesUs.push(Math.round(latencyMs * 1000));
  }

  /** All rows from the first second to the last in which anything was sent, without gaps. */
  rows(): readonly SecondRow[] {
    for (const [row, open] of this.#open) this.#rows.set(row, fold(row, this.#rowSeconds, open));
    this.#open.clear();
    const last = Math.max(-1, ...this.#rows.keys());
    return Array.from(
      { length: last + 1 },
      (_, row) => this.#rows.get(row) ?? fold(row, this.#rowSeconds, emptySecond()),
    );
  }

  #second(offsetMs: number): OpenSecond {
    const at = Math.max(0, Math.floor(offsetMs / 1000 / this.#rowSeconds));
    const known = this.#open.get(at);
    if (known !== undefined) return known;
    const fresh = emptySecond();
    this.#open.set(at, fresh);
    for (const [row, open] of this.#open) {
      if (row >= at - this.#keepRows) continue;
      this.#rows.set(row, fold(row, this.#rowSeconds, open));
      this.#open.delete(row);
    }
    return fresh;
  }
}

function emptySecond(): OpenSecond {
  return { sent: 0, ok: 0, failed: 0, throttled: 0, latenciesUs: new Samples() };
}

function fold(row: number, seconds: number, open: OpenSecond): SecondRow {
  const sorted = open.latenciesUs.sorted();
  const { sent, ok, failed, throttled } = open;
  return {
    second: row * seconds,
    ...(seconds === 1 ? {} : { seconds }),
    sent,
    ok,
    failed,
    throttled,
    p50_us: quantileOf(sorted, QUANTILES.p50),
    p99_us: quantileOf(sorted, QUANTILES.p99),
    max_us: sorted.at(-1) ?? null,
    bands: bandsOf(sorted),
  };
}

/** Counts sorted latencies by band: two bands to each doubling, band n from 2^(n/2) µs. */
function bandsOf(sorted: Uint32Array): readonly (readonly [band: number, count: number])[] {
  const counts = new Map<number, number>();
  for (const us of sorted) {
    const band = Math.floor(2 * Math.log2(Math.max(1, us)) + 1e-9);
    counts.set(band, (counts.get(band) ?? 0) + 1);
  }
  return [...counts];
}

function quantileOf(sorted: Uint32Array, quantile: number): number | null {
  if (sorted.length < samplesNeeded(quantile)) return null;
  return sorted[rankOf(quantile, sorted.length) - 1] ?? null;
}

/** A time span as plain data, in milliseconds since the step began; null when nothing happened. */
export type TimeSpanState = { readonly firstMs: number; readonly lastMs: number } | null;

/** Over what time some events of a step came: from the first of them to the last. */
export class TimeSpan {
  #firstMs = Infinity;
  #lastMs = -Infinity;

  /** Notes an event. @param atMs milliseconds since the step began. */
  note(atMs: number): void {
    this.#firstMs = Math.min(this.#firstMs, atMs);
    this.#lastMs = Math.max(this.#lastMs, atMs);
  }

  /**
   * So many events per second, to three decimals: of measured time, or of their own where they took longer.
   * What came late as a whole, as the last command of a chain does, is none the slower for it.
   */
  perSecond(count: number, measuredMs: number): number {
    const spanMs = Math.max(measuredMs, this.#lastMs - this.#firstMs);
    return spanMs <= 0 ? 0 : Math.round((count / spanMs) * 1e6) / 1000;
  }

  state(): TimeSpanState {
    return this.#lastMs < this.#firstMs ? null : { firstMs: this.#firstMs, lastMs: this.#lastMs };
  }

  /** Adds the events of another span of the same step. */
  merge(state: TimeSpanState): void {
    if (state === null) return;
    this.note(state.firstMs);
    this.note(state.lastMs);
  }
}
