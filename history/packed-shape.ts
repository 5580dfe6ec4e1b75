import type { ObservedCommand, ObservedPlace } from '../result/shape.ts';
import type { NightContract } from './night.ts';

type Packed = NonNullable<NightContract['packed_shape']>[number];

const PLACES_MAX = 400;
const TYPES_BY = '|';

/** What responses to one command had, for a record: each place without what it shares with the one before it. */
export function packed({ command, refused_with: status, responses, places }: ObservedCommand): Packed {
  let before = '';
  return {
    command,
    ...(status === undefined ? {} : { refused_with: status }),
    responses,
    places: places.slice(0, PLACES_MAX).map(({ place, seen, types, values = [] }) => {
      const shared = sharedLength(before, place);
      before = place;
      return [shared, place.slice(shared), seen, types.join(TYPES_BY), ...values] as const;
    }),
  };
}

/** The same again, whole. */
export function unpacked({ command, refused_with: status, responses, places }: Packed): ObservedCommand {
  let before = '';
  return {
    command,
    ...(status === undefined ? {} : { refused_with: status }),
    responses,
    places: places.map(([shared, rest, seen, types, ...values]): ObservedPlace => {
      before = before.slice(0, shared) + rest;
      return { place: before, seen, types: typesOf(types), ...(values.length === 0 ? {} : { values }) };
    }),
  };
}

function typesOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(TYPES_BY);
}

function sharedLength(one: string, other: string): number {
  let length = 0;
  while (length < one.length && length < other.length && one[length] === other[length]) length += 1;
  return length;
}
