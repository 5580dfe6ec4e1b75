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
