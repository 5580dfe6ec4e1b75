import { observedFields, type Field } from '../../openapi/fields.ts';
import { jsonTypeOf } from '../../result/json.ts';
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

/** Counts responses and their places, command by command. */
export class ShapeCounter {
  readonly #responses = new Map<string, number>();
  readonly #places = new Map<string, Map<string, Count>>();

  add(command: string, places: readonly SeenPlace[]): void {
    this.#responses.set(command, (this.#responses.get(command) ?? 0) + 1);
    const first = new Set<string>(); // an item of a list counts once for its response
    for (const { place, type, value } of places) {
      const count = this.#countOf(command, place);
      if (!first.has(place)) count.seen += 1;
      first.add(place);
      count.types.add(type);
      if (value !== null) count.values.add(value);
    }
  }

  /** Takes over what others have counted. */
  merge(others: readonly ObservedCommand[]): void {
    for (const { command, responses, places } of others) {
      this.#responses.set(command, (this.#responses.get(command) ?? 0) + responses);
      for (const { place, seen, types, values = [] } of places) {
        const count = this.#countOf(command, place);
        count.seen += seen;
        for (const type of types) count.types.add(type);
        for (const value of values) count.values.add(value);
      }
    }
  }

  #countOf(command: string, place: string): Count {
    const places = this.#places.get(command) ?? new Map<string, Count>();
    this.#places.set(command, places);
    const count = places.get(place) ?? { seen: 0, types: new Set(), values: new Set() };
    places.set(place, count);
    return count;
  }

  /** In the order of their names, so that the same responses are the same shape. */
  result(): readonly ObservedCommand[] {
    return [...this.#responses]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([command, responses]) => ({
        command,
        responses,
        places: [...(this.#places.get(command) ?? [])]
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
