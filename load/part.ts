import type { Books } from './books.ts';
import type { ScenarioPlan } from './scenario.ts';
import type { Part } from './shape.ts';

/** A part of the measured time whose books are open. */
export interface OpenPart {
  readonly part: Part | null;
  readonly books: Books;
  /** Process clock in milliseconds. */
  readonly fromMs: number;
  readonly lengthMs: number;
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
