import { pointerStep } from '../result/json.ts';
import type { Difference, DifferenceKind, Direction, Side } from './difference.ts';
import { modelOf, type JsonType, type SchemaModel } from './model.ts';
import { areBoundsWithin, isWithin } from './within.ts';

/** One operation of a revision: the schemas of what is sent and of what comes back. */
export interface OperationSchemas {
  /** Null where nothing is sent, or it is not known. */
  readonly request: unknown;
  readonly response: unknown;
  /** The document that references lead into. */
  readonly root: unknown;
  /** True where the schemas are drawn from an example. */
  readonly isExample?: boolean;
}

/** A revision of an interface: its operations by name. */
export interface Revision {
  readonly operations: Readonly<Record<string, OperationSchemas>>;
}

/** Every difference between two revisions, in a fixed order. @throws SchemaError for a schema that can't be read. */
export function compareRevisions(old: Revision, next: Revision): readonly Difference[] {
  const names = [...new Set([...Object.keys(old.operations), ...Object.keys(next.operations)])].sort();
  return names.flatMap((name) => {
    const [before, after] = [old.operations[name], next.operations[name]];
    if (before === undefined) return [whole(name, 'operation-added', 'widened', 'absent', 'there')];
    if (after === undefined) return [whole(name, 'operation-removed', 'changed', 'there', 'absent')];
    return (['request', 'response'] as const).flatMap((side) =>
      compareSchemas(
        { operation: name, side },
        modelFor(before[side], before.root),
        modelFor(after[side], after.root),
      ),
    );
  });
}

function modelFor(schema: unknown, root: unknown): SchemaModel {
  return modelOf(schema ?? true, root);
}

function whole(
  operation: string,
  kind: DifferenceKind,
  direction: Direction,
  old: string,
  next: string,
): Difference {
  return { operation, side: 'operation', place: '', kind, direction, old, new: next };
}

/** The direction of a whole: null for the same. */
export function directionOf(old: SchemaModel, next: SchemaModel): Direction | null {
  const [grows, shrinks] = [isWithin(old, next, 'as-written'), isWithin(next, old, 'as-written')];
  return grows && shrinks ? null : grows ? 'widened' : shrinks ? 'narrowed' : 'changed';
}

interface At {
  readonly operation: string;
  readonly side: Side;
  readonly place?: string;
}

/** The differences between two models, each at its own place. */
export function compareSchemas(at: At, old: SchemaModel, next: SchemaModel): readonly Difference[] {
  if (old.isLoop || next.isLoop) return [];
  const difference = toDifference(at);
  if (old.alternatives.length > 0 || next.alternatives.length > 0)
    return ofAlternatives(at, old, next, difference);
  const types = direction(contains(next.types, old.types), contains(old.types, next.types));
  const typed =
    types === null ? [] : [difference('type', types, typesText(old.types), typesText(next.types))];
  // What another type does to fields, values and limits is said by the type.
  if (types === 'changed' && [...old.types].every((type) => !next.types.has(type))) return typed;
  return [
    ...typed,
    ...ofValues(old, next, difference),
    ...ofBounds(old, next, difference),
    ...(old.types.has('object') && next.types.has('object') ? ofFields(at, old, next) : []),
    ...(old.types.has('array') && next.types.has('array') ? ofItems(at, old, next) : []),
  ];
}

type Make = (kind: DifferenceKind, direction: Direction, old: string, next: string) => Difference;

function toDifference({ operation, side, place = '' }: At): Make {
  return (kind, towards, old, next) => ({ operation, side, place, kind, direction: towards, old, new: next });
}

/** @param grows the old is within the new; @param shrinks the new is within the old. */
function direction(grows: boolean, shrinks: boolean): Direction | null {
  return grows && shrinks ? null : grows ? 'widened' : shrinks ? 'narrowed' : 'changed';
}

function contains<T>(set: ReadonlySet<T>, part: ReadonlySet<T>): boolean {
  return [...part].every((one) => set.has(one));
}

function typesText(types: ReadonlySet<JsonType>): string {
  const shown = [...types].filter((type) => type !== 'integer' || !types.has('number'));
  return shown.length >= 6 ? 'anything' : shown.sort().join(' or ') || 'nothing';
}

function ofAlternatives(
  at: At,
  old: SchemaModel,
  next: SchemaModel,
  difference: Make,
): readonly Difference[] {
  const before = old.alternatives.length > 0 ? old.alternatives : [old];
  const after = next.alternatives.length > 0 ? next.alternatives : [next];
  const lost = before.filter((one) => !after.some((other) => isSame(one, other)));
  const found = after.filter((one) => !before.some((other) => isSame(one, other)));
  const [gone, come] = [lost[0], found[0]];
  // One alternative that changed is compared inside; otherwise the choice itself has changed.
  if (gone !== undefined && come !== undefined && lost.length === 1 && found.length === 1)
    return compareSchemas(at, gone, come);
  const towards = direction(isWithin(old, next, 'unsent'), isWithin(next, old, 'unsent'));
  return towards === null
    ? []
    : [difference('type', towards, `${before.length} alternatives`, `${after.length} alternatives`)];
}

function isSame(a: SchemaModel, b: SchemaModel): boolean {
  return isWithin(a, b, 'as-written') && isWithin(b, a, 'as-written');
}

const VALUES_SHOWN = 6;

function ofValues(old: SchemaModel, next: SchemaModel, difference: Make): readonly Difference[] {
  const [before, after] = [withoutNull(old.values), withoutNull(next.values)];
  if (before === null && after === null) return [];
  if (before === null || after === null)
    return [difference('values', before === null ? 'narrowed' : 'widened', text(before), text(after))];
  const gone = [...before].filter((value) => !after.has(value));
  const come = [...after].filter((value) => !before.has(value));
  return [
    ...(gone.length === 0 ? [] : [difference('values', 'narrowed', text(new Set(gone)), 'absent')]),
    ...(come.length === 0 ? [] : [difference('values', 'widened', 'absent', text(new Set(come)))]),
  ];
}

/** Whether null is allowed is said by the types. */
function withoutNull(values: ReadonlySet<string> | null): ReadonlySet<string> | null {
  return values === null ? null : new Set([...values].filter((value) => value !== 'null'));
}

function text(values: ReadonlySet<string> | null): string {
  if (values === null) return 'any value';
  const list = [...values].sort();
  const more = list.length > VALUES_SHOWN ? ` and ${list.length - VALUES_SHOWN} more` : '';
  return `${list.slice(0, VALUES_SHOWN).join(', ')}${more}`;
}

function ofBounds(old: SchemaModel, next: SchemaModel, difference: Make): readonly Difference[] {
  const types = new Set([...old.types].filter((type) => next.types.has(type)));
  const [before, after] = [
    { ...old, types },
    { ...next, types },
  ];
  const towards = direction(areBoundsWithin(before, after), areBoundsWithin(after, before));
  return towards === null ? [] : [difference('limit', towards, boundsText(old), boundsText(next))];
}

function boundsText({ least, most, texts }: SchemaModel): string {
  const bounds = [...least, ...most].map(([keyword, bound]) => `${keyword} ${bound}`);
  return [...bounds, ...texts].sort().join(', ') || 'no limit';
}

function ofFields(at: At, old: SchemaModel, next: SchemaModel): readonly Difference[] {
  const names = [...new Set([...old.properties.keys(), ...next.properties.keys()])].sort();
  const fields = names.flatMap((name): readonly Difference[] => {
    const inside = { ...at, place: `${at.place ?? ''}${pointerStep(name)}` };
    const difference = toDifference(inside);
    const [before, after] = [old.properties.get(name), next.properties.get(name)];
    const [wasRequired, isRequired] = [old.required.has(name), next.required.has(name)];
    if (before === undefined)
      return [
        isRequired
          ? difference('required-field-added', 'narrowed', 'absent', 'required')
          : difference('field-added', 'widened', 'absent', 'optional'),
      ];
    if (after === undefined)
      return [difference('field-removed', 'changed', wasRequired ? 'required' : 'optional', 'absent')];
    const presence =
      wasRequired === isRequired
        ? []
        : [
            isRequired
              ? difference('field-required', 'narrowed', 'optional', 'required')
              : difference('field-optional', 'widened', 'required', 'optional'),
          ];
    return [...presence, ...compareSchemas(inside, before, after)];
  });
  return [...fields, ...ofOthers(at, old, next)];
}

function ofOthers(
  at: At,
  { others: old }: SchemaModel,
  { others: next }: SchemaModel,
): readonly Difference[] {
  const inside = { ...at, place: `${at.place ?? ''}/{}` };
  if (typeof old === 'object' && typeof next === 'object') return compareSchemas(inside, old, next);
  if (old === next) return [];
  const rank = (others: SchemaModel['others']): number => (others === 'none' ? 0 : others === 'any' ? 2 : 1);
  const shown = (others: SchemaModel['others']): string =>
    others === 'none'
      ? 'no other fields'
      : others === 'any'
        ? 'any other fields'
        : 'other fields of one kind';
  return [
    toDifference(inside)(
      'other-fields',
      rank(next) > rank(old) ? 'widened' : 'narrowed',
      shown(old),
      shown(next),
    ),
  ];
}

function ofItems(at: At, { items: old }: SchemaModel, { items: next }: SchemaModel): readonly Difference[] {
  const inside = { ...at, place: `${at.place ?? ''}/[]` };
  if (old !== null && next !== null) return compareSchemas(inside, old, next);
  if (old === next) return [];
  return [
    toDifference(inside)(
      'type',
      old === null ? 'narrowed' : 'widened',
      old === null ? 'anything' : typesText(old.types),
      next === null ? 'anything' : typesText(next.types),
    ),
  ];
}
