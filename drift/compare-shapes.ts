import type { ObservedCommand, ObservedPlace } from '../result/shape.ts';
import type { Difference } from './difference.ts';
import { shapeGroup } from '../result/shape-group.ts';
import { isGone, isUsuallyThere } from './often-enough.ts';

/** What responses were seen to have before, against what they have now; the description says what they may have. */
export function compareShapes(
  before: readonly ObservedCommand[],
  now: readonly ObservedCommand[],
  describes: (place: string) => boolean,
): readonly Difference[] {
  return now.flatMap((command) => {
    const known = before.find((one) => shapeGroup(one) === shapeGroup(command));
    if (known === undefined) return [];
    return command.refused_with === undefined
      ? compareCommand(known, command, describes)
      : compareRefusals(known, command);
  });
}

function compareCommand(
  before: ObservedCommand,
  now: ObservedCommand,
  describes: (place: string) => boolean,
): readonly Difference[] {
  const known = placesOf(before);
  const make = toDifference(shapeGroup(now));
  const rest = now.places.flatMap((place) => {
    const old = known.get(place.place);
    // What the description knows of, and was merely not met before, has not changed.
    if (old === undefined)
      return describes(place.place) || !isParentSeen(place.place, known)
        ? []
        : [make(place.place, 'field-added', 'widened', 'absent', newText(place))];
    return [...ofTypes(old, place, make), ...ofValues(old, place, make)];
  });
  return [...goneFrom(before, now, make), ...rest];
}

/**
 * What a refusal has depends on what was refused, so that alone counts in which all refusals of this run differ from nearly
 * all before: a place that all have, or that none has, and a type that none has any more.
 */
function compareRefusals(before: ObservedCommand, now: ObservedCommand): readonly Difference[] {
  const known = placesOf(before);
  const make = toDifference(shapeGroup(now));
  const inAll = now.places.filter(({ seen }) => seen >= REFUSALS_LEAST && seen === now.responses);
  const rest = inAll.flatMap((place) => {
    const old = known.get(place.place);
    if (old === undefined)
      return before.responses >= REFUSALS_LEAST && isParentSeen(place.place, known)
        ? [make(place.place, 'field-added', 'widened', 'absent', newText(place))]
        : [];
    const isUsual = isUsuallyThere(old.seen, old.of ?? before.responses);
    const isKept = withNumbers(old.types).some((type) => place.types.includes(type));
    return isUsual && !isKept ? ofTypes(old, place, make) : [];
  });
  return [...goneFrom(before, now, make), ...rest];
}

/** So many refusals of a status must agree. */
const REFUSALS_LEAST = 3;

function placesOf({ places }: ObservedCommand): ReadonlyMap<string, ObservedPlace> {
  return new Map(places.map((place) => [place.place, place]));
}

function goneFrom(before: ObservedCommand, now: ObservedCommand, make: Make): readonly Difference[] {
  const seen = placesOf(now);
  return before.places
    .filter(
      ({ place, seen: times, of: total = before.responses }) =>
        isGone(
          { seen: times, responses: total },
          { seen: seen.get(place)?.seen ?? 0, responses: now.responses },
        ) && isParentSeen(place, seen),
    )
    .map(({ place, seen: times, of: total = before.responses }) =>
      make(
        place,
        'field-removed',
        'changed',
        'there',
        `in none of ${now.responses} responses (${times} of ${total} before)`,
      ),
    );
}

/** What is there once may be there by chance. */
function newText({ types, seen }: ObservedPlace): string {
  return `${types.join(' or ')}${seen === 1 ? ', seen once' : ''}`;
}

/** Only the uppermost place of what is gone, or new, is told. */
function isParentSeen(place: string, places: ReadonlyMap<string, ObservedPlace>): boolean {
  const parent = place.slice(0, place.lastIndexOf('/'));
  return parent === '' || places.has(parent);
}

type Make = (
  place: string,
  kind: Difference['kind'],
  direction: Difference['direction'],
  old: string,
  next: string,
) => Difference;

function toDifference(command: string): Make {
  return (place, kind, direction, old, next) => ({
    operation: command,
    side: 'response',
    place,
    kind,
    direction,
    old,
    new: next,
  });
}

/** Null in place of a value, or the other way round, says nothing: a run may have nothing to say there yet. */
function ofTypes(old: ObservedPlace, now: ObservedPlace, make: Make): readonly Difference[] {
  const before = new Set(withNumbers(old.types));
  const come = now.types.filter((type) => type !== 'null' && !before.has(type));
  const isFirst = old.types.every((type) => type === 'null');
  return come.length === 0 || isFirst
    ? []
    : [make(now.place, 'type', 'changed', old.types.join(' or '), now.types.join(' or '))];
}

/** A number that happens to be whole is no other type. */
function withNumbers(types: readonly string[]): readonly string[] {
  return types.some((type) => type === 'number' || type === 'integer')
    ? [...types, 'number', 'integer']
    : types;
}

function ofValues(old: ObservedPlace, now: ObservedPlace, make: Make): readonly Difference[] {
  const before = old.values ?? [];
  const come = (now.values ?? []).filter((value) => !before.includes(value));
  return before.length === 0 || come.length === 0
    ? []
    : [make(now.place, 'values', 'widened', 'absent', come.join(', '))];
}
