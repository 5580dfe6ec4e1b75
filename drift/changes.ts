import { createHash } from 'node:crypto';
import { compareRevisions, type Revision } from './compare.ts';
import type { Difference, DifferenceClass } from './difference.ts';
import { classOf } from './policy.ts';

/** What a revision is held against. */
export type Reference = 'description' | 'observed' | 'live-schema';

/** A difference with its weight. */
export interface Change extends Difference {
  readonly is: DifferenceClass;
  readonly because: string;
  readonly references: readonly Reference[];
  /** Stable over runs: a hash of where and what, never of a wording. */
  readonly fingerprint: string;
}

/** Weighs the differences between two revisions. @throws SchemaError for a schema that can't be read. */
export function changesBetween(old: Revision, next: Revision, reference: Reference): readonly Change[] {
  return compareRevisions(old, next).map((difference) => {
    const isExample = [old, next].some(
      ({ operations }) => operations[difference.operation]?.isExample === true,
    );
    return toChange(difference, reference, isExample && isAboutPresence(difference));
  });
}

/** Whether a field is there: what an example does not show may be there all the same. */
function isAboutPresence({ kind }: Difference): boolean {
  return [
    'field-added',
    'required-field-added',
    'field-removed',
    'field-required',
    'field-optional',
  ].includes(kind);
}

/** @param isUnclear true where one side of the difference can't tell. */
export function toChange(difference: Difference, reference: Reference, isUnclear = false): Change {
  const row = classOf(difference);
  return {
    ...difference,
    is: isUnclear ? 'unclear' : row.is,
    because: isUnclear ? 'one side is drawn from an example, which is not a whole schema' : row.because,
    references: [reference],
    fingerprint: fingerprintOf(difference),
  };
}

/** A field that has come or gone is known by its place: how often it was seen is another number each night. */
function fingerprintOf({ operation, side, place, kind, old, new: next }: Difference): string {
  const isPlaceAlone = kind === 'field-added' || kind === 'field-removed';
  const text = JSON.stringify([operation, side, place, kind, ...(isPlaceAlone ? [] : [old, next])]);
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** One change for each place and kind, with every reference that shows it; breaking ones first. */
export function merged(changes: readonly Change[]): readonly Change[] {
  const byFingerprint = new Map<string, Change>();
  for (const change of changes) {
    const known = byFingerprint.get(change.fingerprint);
    const references = [...new Set([...(known?.references ?? []), ...change.references])];
    byFingerprint.set(change.fingerprint, { ...(known ?? change), references });
  }
  const weight = { breaking: 0, unclear: 1, additive: 2 };
  return [...byFingerprint.values()].sort((a, b) => weight[a.is] - weight[b.is]);
}
