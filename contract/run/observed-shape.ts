import { observedFields, type Field } from '../../openapi/fields.ts';
import { isRecord, jsonTypeOf, type JsonRecord } from '../../result/json.ts';
import { shapeGroup } from '../../result/shape-group.ts';
import type { ObservedCommand } from '../../result/shape.ts';

/** One place of one response: its type, and its value where that is a word of a small set. */
export interface SeenPlace {
  readonly place: string;
  readonly type: string;
  readonly value: string | null;
}

const VALUE_MAX = 60;

/** What one response has, by place; what a free map holds is not looked at, and no value is kept but of small sets. */
export function placesSeen(value: unknown, fields: ReadonlyMap<string, Field>): readonly SeenPlace[] {
  return observedFields(value, fields).map(({ pattern, value: at }) => ({
    place: pattern,
    type: typeOf(at),
    value: isOfSmallSet(fields.get(pattern), at) ? at : null,
  }));
}

const REFUSAL_KEYS_MAX = 40;

/**
 * What a refusal has, by place: its own members and those of the items of its lists, no value, and nothing deeper, where
 * many servers repeat what was sent. A member named like a field of the request is one for any field.
 */
export function placesOfRefusal(value: unknown, requestFields: readonly string[]): readonly SeenPlace[] {
  if (!isRecord(value)) return [{ place: '', type: typeOf(value), value: null }];
  const nameOf = (key: string): string => (requestFields.includes(key) ? '{field}' : key);
  const membersOf = (one: JsonRecord, at: string): readonly (readonly [string, unknown])[] =>
    Object.entries(one)
      .slice(0, REFUSAL_KEYS_MAX)
      .map(([key, member]) => [`${at}/${nameOf(key)}`, member] as const);
  const own = membersOf(value, '');
  const items = own.flatMap(([place, member]) =>
    Array.isArray(member)
      ? member.flatMap((item: unknown) => [
          [`${place}/[]`, item] as const,
          ...(isRecord(item) ? membersOf(item, `${place}/[]`) : []),
        ])
      : [],
  );
  return [...own, ...items].map(([place, member]) => ({ place, type: typeOf(member), value: null }));
}

/** A response names its places and words itself, and either may repeat what was sent in a header. */
export function withoutSecrets(redact: (text: string) => string): (seen: SeenPlace) => SeenPlace {
  return ({ place, type, value }) => ({
    place: redact(place),
    type,
    value: value === null ? null : redact(value),
  });
}

function typeOf(value: unknown): string {
  return typeof value === 'number' && Number.isInteger(value) ? 'integer' : jsonTypeOf(value);
}

function isOfSmallSet(field: Field | undefined, value: unknown): value is string {
  return (
    field !== undefined &&
    field.knownValues !== null &&
    typeof value === 'string' &&
    value.length <= VALUE_MAX
  );
}

interface Count {
  seen: number;
  readonly types: Set<string>;
  readonly values: Set<string>;
}

interface Group {
  readonly command: string;
  readonly refusedWith: number | undefined;
  responses: number;
  readonly places: Map<string, Count>;
}

/** Counts responses and their places, command by command, and refusals status by status. */
export class ShapeCounter {
  readonly #groups = new Map<string, Group>();

  /** @param refusedWith the status of a refusal. */
  add(command: string, places: readonly SeenPlace[], refusedWith?: number): void {
    const group = this.#groupOf(command, refusedWith);
    group.responses += 1;
    const first = new Set<string>(); // an item of a list counts once for its response
    for (const { place, type, value } of places) {
      const count = countOf(group, place);
      if (!first.has(place)) count.seen += 1;
      first.add(place);
      count.types.add(type);
      if (value !== null) count.values.add(value);
    }
  }

  /** Takes over what others have counted. */
  merge(others: readonly ObservedCommand[]): void {
    for (const { command, refused_with: refusedWith, responses, places } of others) {
      const group = this.#groupOf(command, refusedWith);
      group.responses += responses;
      for (const { place, seen, types, values = [] } of places) {
        const count = countOf(group, place);
        count.seen += seen;
        for (const type of types) count.types.add(type);
        for (const value of values) count.values.add(value);
      }
    }
  }

  #groupOf(command: string, refusedWith: number | undefined): Group {
    const key = shapeGroup({ command, refused_with: refusedWith });
    const group = this.#groups.get(key) ?? { command, refusedWith, responses: 0, places: new Map() };
    this.#groups.set(key, group);
    return group;
  }

  /** In the order of their names, so that the same responses are the same shape. */
  result(): readonly ObservedCommand[] {
    return [...this.#groups]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { command, refusedWith, responses, places }]) => ({
        command,
        ...(refusedWith === undefined ? {} : { refused_with: refusedWith }),
        responses,
        places: [...places]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([place, { seen, types, values }]) => ({
            place,
            seen,
            types: [...types].sort(),
            ...(values.size === 0 ? {} : { values: [...values].sort() }),
          })),
      }));
  }
}

function countOf({ places }: Group, place: string): Count {
  const count = places.get(place) ?? { seen: 0, types: new Set(), values: new Set() };
  places.set(place, count);
  return count;
}
