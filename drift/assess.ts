import type {
  LiveSchema,
  ObservedShape,
  ShapeChange,
  ShapeComparison,
  ShapeReference,
} from '../result/shape.ts';
import { changesBetween, merged, toChange, type Change } from './changes.ts';
import { compareShapes } from './compare-shapes.ts';
import { liveRevision } from './live-schema.ts';
import { SchemaError } from './model.ts';

/** What was known of an environment before this run. */
export interface Known {
  readonly shape: ObservedShape;
  /** Whether somebody accepted it, or it was only seen by earlier runs. */
  readonly standing: 'accepted' | 'observed';
  /** Where it comes from, in words. */
  readonly source: string;
}

/**
 * Holds what a run has seen against what was known, where anything was.
 * @param describes whether the description knows a place of a response.
 */
export function assessShape(
  now: ObservedShape,
  known: Known | null,
  describes: (place: string) => boolean,
): ShapeComparison {
  const described: ShapeReference = {
    reference: 'description',
    state: 'compared',
    why: 'each accepted response was held against it; what it does not know is listed as drift',
  };
  if (known === null) {
    const why = 'no shape of this environment was accepted, and no earlier run has one';
    return {
      references: [
        described,
        { reference: 'observed', state: 'skipped', why },
        { reference: 'live-schema', state: 'skipped', why: schemaWhy(now.live_schema) ?? why },
      ],
      changes: [],
      notes: [],
    };
  }
  const observed = compareShapes(known.shape.commands, now.commands, describes).map((one) =>
    toChange(one, 'observed'),
  );
  const live = compareLive(known.shape.live_schema, now.live_schema, known.source);
  return {
    references: [
      described,
      now.commands.length === 0
        ? { reference: 'observed', state: 'skipped', why: 'no response was accepted in this run' }
        : { reference: 'observed', state: 'compared', why: `with ${known.source}` },
      live.reference,
    ],
    changes: merged([...observed, ...live.changes]).map((change) => toShapeChange(change, known.standing)),
    notes: [],
  };
}

function schemaWhy(schema: LiveSchema): string | null {
  return schema.state === 'read' ? null : schema.why;
}

function compareLive(
  before: LiveSchema,
  now: LiveSchema,
  source: string,
): { readonly reference: ShapeReference; readonly changes: readonly Change[] } {
  const without = (state: ShapeReference['state'], why: string): ReturnType<typeof compareLive> => ({
    reference: { reference: 'live-schema', state, why },
    changes: [],
  });
  if (now.state === 'not-compared') return without('not-compared', now.why);
  if (now.state === 'absent')
    return before.state === 'read'
      ? without('not-compared', `${now.why}, and it did before`)
      : without('skipped', now.why);
  if (before.state !== 'read') return without('skipped', `${source} has none: ${before.why}`);
  const old = liveRevision(before.document);
  const next = liveRevision(now.document);
  if (typeof next === 'string') return without('not-compared', next);
  if (typeof old === 'string') return without('not-compared', `in ${source}, ${old}`);
  try {
    return {
      reference: { reference: 'live-schema', state: 'compared', why: `with ${source}` },
      changes: changesBetween(old, next, 'live-schema'),
    };
  } catch (error) {
    if (error instanceof SchemaError) return without('not-compared', error.message);
    throw error;
  }
}

function toShapeChange(change: Change, against: ShapeChange['against']): ShapeChange {
  const { operation, side, place, direction, because, fingerprint } = change;
  return {
    operation,
    side,
    place,
    old: change.old,
    new: change.new,
    direction,
    class: change.is,
    because,
    references: change.references.flatMap((one) => (one === 'description' ? [] : [one])),
    against,
    fingerprint,
  };
}
