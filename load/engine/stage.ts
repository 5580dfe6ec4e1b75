import type { Books } from './step-statistics.ts';
import type { ScenarioPlan } from '../scenario/plan.ts';
import type { RateStage } from '../arrivals/rate-profile.ts';

/** A part of the measured time whose books are open. */
export interface OpenPart {
  readonly part: RateStage | null;
  readonly books: Books;
  /** Process clock in milliseconds. */
  readonly fromMs: number;
  readonly lengthMs: number;
}

/** Counts for each part how many iterations ended well within its time, whenever they had begun. */
export class EndedWell {
  readonly #parts: readonly OpenPart[];
  readonly #counts: number[];

  constructor(parts: readonly OpenPart[]) {
    this.#parts = parts;
    this.#counts = parts.map(() => 0);
  }

  /** Counts an iteration that ended at a time of the process clock. */
  add(endedMs: number): void {
    const i = this.#parts.findIndex(
      ({ fromMs, lengthMs }) => endedMs >= fromMs && endedMs < fromMs + lengthMs,
    );
    if (i !== -1) this.#counts[i] = (this.#counts[i] ?? 0) + 1;
  }

  of(part: number): number {
    return this.#counts[part] ?? 0;
  }
}

/** Opens the books of each part of a scenario's measured time, which begins at a time of the process clock. */
export function openParts(
  { arrival, durationMs }: ScenarioPlan,
  measuredFromMs: number,
  openBooks: (startMs: number, label: string | null) => Books,
): readonly OpenPart[] {
  if (arrival.model === 'closed')
    return [
      { part: null, books: openBooks(measuredFromMs, null), fromMs: measuredFromMs, lengthMs: durationMs },
    ];
  let fromMs = measuredFromMs;
  return arrival.course.parts.map((part) => {
    const lengthMs = part.segment.durationMs;
    const open = { part, books: openBooks(fromMs, part.label), fromMs, lengthMs };
    fromMs += lengthMs;
    return open;
  });
}
