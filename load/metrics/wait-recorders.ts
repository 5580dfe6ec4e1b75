import type { TimeParts } from '../../result/load-result.ts';
import type { Hit, SendParts } from './hit.ts';
import { Recorder, type EncodedHistograms, type RecorderState } from './latency-recorder.ts';

const PARTS = [
  'noticed',
  'allowed',
  'connection',
  'written',
  'first_byte',
  'answered',
  'read_late',
] as const satisfies readonly (keyof TimeParts)[];

const DIGITS = 2;

/** The parts of response times as plain data; null where nothing was recorded. */
export type PartRecordersState = Readonly<Record<keyof TimeParts, RecorderState>> | null;

type Recorders = Readonly<Record<keyof TimeParts, Recorder>>;

/** The account of each request's time: how long each part of its response time took. */
export class WaitRecorders {
  /** Made with the first request: a whole chain has no such parts. */
  #recorders: Recorders | null = null;

  get isEmpty(): boolean {
    return this.#recorders === null;
  }

  record({ sentMs, firstByteMs, endedMs, lagMs }: Hit, parts: SendParts): void {
    const recorders = (this.#recorders ??= newRecorders());
    recorders.noticed.record(parts.noticed);
    recorders.allowed.record(parts.allowed);
    recorders.connection.record(parts.connection);
    recorders.written.record(parts.written);
    if (firstByteMs === null) return;
    recorders.first_byte.record(firstByteMs - sentMs);
    recorders.answered.record(endedMs - firstByteMs);
    recorders.read_late.record(lagMs);
  }

  state(): PartRecordersState {
    const recorders = this.#recorders;
    return recorders === null ? null : byPart((part) => recorders[part].state());
  }

  merge(state: PartRecordersState): void {
    if (state === null) return;
    const recorders = (this.#recorders ??= newRecorders());
    for (const part of PARTS) recorders[part].merge(state[part]);
  }

  encoded(): Readonly<Record<keyof TimeParts, EncodedHistograms>> | null {
    const recorders = this.#recorders;
    return recorders === null ? null : byPart((part) => recorders[part].encoded());
  }

  toResult(): TimeParts {
    const recorders = this.#recorders ?? newRecorders();
    return byPart((part) => recorders[part].part());
  }
}

function newRecorders(): Recorders {
  return byPart(() => new Recorder(DIGITS));
}

function byPart<T>(of: (part: keyof TimeParts) => T): Readonly<Record<keyof TimeParts, T>> {
  return Object.fromEntries(PARTS.map((part) => [part, of(part)])) as Record<keyof TimeParts, T>;
}
