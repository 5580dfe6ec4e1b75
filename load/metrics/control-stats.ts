import type { LoadControls } from '../../result/load-result.ts';
import { Recorder, type RecorderState } from './latency-recorder.ts';

/** The kinds of free calls: how far each of them goes into the service is different. */
export const CONTROL_KINDS = ['invalid body', 'refused method', 'live schema'] as const;

export type ControlKind = (typeof CONTROL_KINDS)[number];

interface KindStats {
  intended: number;
  sent: number;
  failed: number;
  readonly byStatus: Record<string, number>;
  readonly latency: Recorder;
}

/** Control calls as plain data, without any loss. */
export interface ControlState {
  readonly kinds: Readonly<
    Partial<
      Record<
        ControlKind,
        Omit<KindStats, 'latency' | 'byStatus'> & {
          readonly byStatus: Readonly<Record<string, number>>;
          readonly latency: RecorderState;
        }
      >
    >
  >;
  readonly notes: readonly string[];
}

/** What became of control calls; in no other ledger. `intended = sent + shed`, and `sent = answered + failed`. */
export class ControlStats {
  readonly #kinds = new Map<ControlKind, KindStats>();
  readonly #notes = new Set<string>();

  /** A call is due; whether it is sent is told later. */
  due(kind: ControlKind): void {
    this.#of(kind).intended += 1;
  }

  sent(kind: ControlKind): void {
    this.#of(kind).sent += 1;
  }

  /** @param ms from the send to the end of the response; null where the response is no measurement. */
  responded(kind: ControlKind, status: number, ms: number | null): void {
    const { byStatus, latency } = this.#of(kind);
    byStatus[status] = (byStatus[status] ?? 0) + 1;
    if (ms !== null) latency.record(ms);
  }

  /** It was sent and no whole response came. */
  failed(kind: ControlKind): void {
    this.#of(kind).failed += 1;
  }

  /** Something that a reader must know, once however often it is told. */
  note(message: string): void {
    this.#notes.add(message);
  }

  state(): ControlState {
    const kinds = [...this.#kinds].map(
      ([kind, { latency, ...rest }]) => [kind, { ...rest, latency: latency.state() }] as const,
    );
    return { kinds: Object.fromEntries(kinds), notes: [...this.#notes] };
  }

  merge({ kinds, notes }: ControlState): void {
    for (const kind of CONTROL_KINDS) {
      const theirs = kinds[kind];
      if (theirs === undefined) continue;
      const own = this.#of(kind);
      own.intended += theirs.intended;
      own.sent += theirs.sent;
      own.failed += theirs.failed;
      for (const [status, count] of Object.entries(theirs.byStatus))
        own.byStatus[status] = (own.byStatus[status] ?? 0) + count;
      own.latency.merge(theirs.latency);
    }
    for (const note of notes) this.#notes.add(note);
  }

  /** @throws when the ledger does not balance: that is a fault of this tool. */
  toResult(): LoadControls {
    const kinds = CONTROL_KINDS.flatMap((kind) => {
      const own = this.#kinds.get(kind);
      if (own === undefined) return [];
      const responses = Object.values(own.byStatus).reduce((sum, count) => sum + count, 0);
      if (own.sent !== responses + own.failed || own.sent > own.intended)
        throw new Error(`The ledger of the control calls (${kind}) does not balance.`);
      return [
        {
          kind,
          intended: own.intended,
          shed: own.intended - own.sent,
          sent: own.sent,
          answered: responses,
          failed: own.failed,
          by_status: own.byStatus,
          latency_us: own.latency.part(),
        },
      ];
    });
    const sum = (of: 'intended' | 'shed' | 'sent' | 'answered' | 'failed'): number =>
      kinds.reduce((total, kind) => total + kind[of], 0);
    return {
      intended: sum('intended'),
      shed: sum('shed'),
      sent: sum('sent'),
      answered: sum('answered'),
      failed: sum('failed'),
      kinds,
      notes: [...this.#notes],
    };
  }

  #of(kind: ControlKind): KindStats {
    let own = this.#kinds.get(kind);
    if (own === undefined) {
      own = { intended: 0, sent: 0, failed: 0, byStatus: {}, latency: new Recorder() };
      this.#kinds.set(kind, own);
    }
    return own;
  }
}

/** The control calls of several shares or scenarios as one. */
export function mergeControls(states: readonly ControlState[]): ControlStats {
  const stats = new ControlStats();
  for (const state of states) stats.merge(state);
  return stats;
}
