import type {
  LiveSchema,
  ObservedShape,
  ShapeChange,
  ShapeComparison,
  ShapeReference,
} from '../result/shape.ts';
import { changesBetween, merged, toChange, type Change } from './changes.ts';
import { compareShapes } from './compare-shapes.ts';
import type { JsonRecord } from '../result/json.ts';
import { acceptedGroups } from '../result/shape-group.ts';
import { describedRevision, liveRevision } from './live-schema.ts';
import { SchemaError } from './model.ts';

/** What was known of an environment before this run. */
export interface Known {
  readonly shape: ObservedShape;
  /** Whether somebody accepted it, or it was only seen by earlier runs. */
  readonly standing: 'accepted' | 'observed';
  /** Where it comes from, in words. */
  readonly source: string;
}

/** All that a run is held against. */
export interface Against {
  /** What was known before, the accepted first. */
  readonly known: readonly Known[];
  /** Whether the description knows a place of a response. */
  readonly describes: (place: string) => boolean;
  /** Our own schemas under the names that a target serves them by, and where their references lead. */
  readonly served: { readonly schemas: Readonly<Record<string, JsonRecord>>; readonly root: unknown };
}

/** Holds what a run has seen against what was known, where anything was, and the served schemas against the description. */
export function assessShape(now: ObservedShape, { known, describes, served }: Against): ShapeComparison {
  const own = compareDescribed(now.live_schema, served);
  const described: ShapeReference = {
    reference: 'description',
    state: 'compared',
    why: `each accepted response was held against it; what it does not know is listed as drift${own.why}`,
  };
  const [first] = known;
  if (first === undefined) {
    const why = 'no shape of this environment was accepted, and no earlier run has one';
    return {
      references: [
        described,
        { reference: 'observed', state: 'skipped', why },
        now.live_schema.state === 'not-compared'
          ? { reference: 'live-schema', state: 'not-compared', why: now.live_schema.why }
          : { reference: 'live-schema', state: 'skipped', why: schemaWhy(now.live_schema) ?? why },
      ],
      changes: [],
      described: own.changes,
      notes: [],
    };
  }
  const live = compareLive(first.shape.live_schema, now.live_schema, first.source);
  const sources = known.map(({ source }) => source).join(', and with ');
  return {
    references: [
      described,
      acceptedGroups(now.commands).length === 0
        ? { reference: 'observed', state: 'skipped', why: 'no response was accepted in this run' }
        : { reference: 'observed', state: 'compared', why: `with ${sources}` },
      live.reference,
    ],
    changes: changesAgainst(now, known, describes, live.changes),
    described: own.changes,
    notes: [],
  };
}

/** Each change once, by the weightier standing. */
function changesAgainst(
  now: ObservedShape,
  known: readonly Known[],
  describes: Against['describes'],
  live: readonly Change[],
): readonly ShapeChange[] {
  const found = new Map<string, ShapeChange>();
  for (const [i, { shape, standing }] of known.entries()) {
    const seen = compareShapes(shape.commands, now.commands, describes).map((one) =>
      toChange(one, 'observed'),
    );
    for (const change of merged([...seen, ...(i === 0 ? live : [])]))
      if (!found.has(change.fingerprint)) found.set(change.fingerprint, toShapeChange(change, standing));
  }
  const weight = { breaking: 0, unclear: 1, additive: 2 };
  return [...found.values()].sort((a, b) => weight[a.class] - weight[b.class]);
}

/** Where the served schemas say otherwise than the description does of the same. */
function compareDescribed(
  live: LiveSchema,
  { schemas, root }: Against['served'],
): { readonly changes: readonly ShapeChange[]; readonly why: string } {
  const served = live.state === 'read' ? liveRevision(live.document) : 'none';
  if (typeof served === 'string') return { changes: [], why: '' };
  try {
    const names = Object.keys(served.operations);
    const own = describedRevision(schemas, root, names);
    const both = Object.entries(served.operations).filter(([name]) => name in own.operations);
    const changes = changesBetween(own, { operations: Object.fromEntries(both) }, 'description');
    if (both.length === 0) return { changes: [], why: '' };
    return {
      changes: changes.map((change) => toShapeChange(change, 'described')),
      why: `; ${both.length} of the schemas that the target serves were held against it too`,
    };
  } catch (error) {
    if (error instanceof SchemaError) return { changes: [], why: '' };
    throw error;
  }
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
    references: change.references,
    against,
    fingerprint,
  };
}
