import { shapeGroup } from '../result/shape-group.ts';
import type { ObservedCommand, ObservedPlace } from '../result/shape.ts';

/** What one earlier run has seen of the responses to each command. */
export type NightSeen = readonly ObservedCommand[];

/** What was not seen on so many nights in a row leaves the shape. */
const NIGHTS_KEPT = 60;

/** The shape of an environment over nights, and a sentence for each place that leaves it tonight. */
export interface ShapeOverNights {
  readonly commands: readonly ObservedCommand[];
  readonly notes: readonly string[];
}

/**
 * Adds up what earlier runs have seen, the earliest first. A place counts among the responses from the first run that
 * saw it to the last: what has gone stays gone, however many nights go by, until it leaves the shape.
 */
export function shapeOver(nights: readonly NightSeen[], now: NightSeen): ShapeOverNights {
  const names = [...new Set(nights.flatMap((night) => night.map(shapeGroup)))].sort();
  const all = names.map((name) => commandOver(name, nights.flatMap(of(name)), now.find(isOf(name)) ?? null));
  return { commands: all.map(({ command }) => command), notes: all.flatMap(({ notes }) => notes) };
}

function isOf(name: string): (one: ObservedCommand) => boolean {
  return (one) => shapeGroup(one) === name;
}

function of(name: string): (night: NightSeen) => readonly ObservedCommand[] {
  return (night) => night.filter((one) => isOf(name)(one) && one.responses > 0);
}

function commandOver(
  name: string,
  nights: readonly ObservedCommand[],
  now: ObservedCommand | null,
): { readonly command: ObservedCommand; readonly notes: readonly string[] } {
  const sightings = new Map<string, Sightings>();
  for (const [night, { places }] of nights.entries())
    for (const place of places) {
      const known = sightings.get(place.place) ?? { first: night, last: night, seen: [] };
      sightings.set(place.place, { ...known, last: night, seen: [...known.seen, place] });
    }
  const places: ObservedPlace[] = [];
  const leaving: string[] = [];
  for (const [place, { first, last, seen }] of [...sightings].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const isMissedNow = now !== null && !now.places.some((one) => one.place === place);
    const missed = nights.length - 1 - last + (isMissedNow ? 1 : 0);
    if (missed >= NIGHTS_KEPT) {
      if (missed === NIGHTS_KEPT && isMissedNow) leaving.push(place);
      continue;
    }
    const responses = nights.slice(first, last + 1).reduce((sum, night) => sum + night.responses, 0);
    places.push({ ...added(seen), place, of: responses });
  }
  const responses = nights.reduce((sum, night) => sum + night.responses, 0);
  const { command = name, refused_with: status } = nights[0] ?? {};
  const uppermost = leaving.filter((place) => !leaving.some((other) => place.startsWith(`${other}/`)));
  return {
    command: { command, ...(status === undefined ? {} : { refused_with: status }), responses, places },
    notes: uppermost.map(
      (place) => `${place} of ${name} was not seen on ${NIGHTS_KEPT} nights and has left the observed shape.`,
    ),
  };
}

interface Sightings {
  readonly first: number;
  readonly last: number;
  readonly seen: readonly ObservedPlace[];
}

function added(all: readonly ObservedPlace[]): Omit<ObservedPlace, 'place'> {
  const values = new Set(all.flatMap((one) => one.values ?? []));
  return {
    seen: all.reduce((sum, { seen }) => sum + seen, 0),
    types: [...new Set(all.flatMap(({ types }) => types))].sort(),
    ...(values.size === 0 ? {} : { values: [...values].sort() }),
  };
}

/** An accepted shape with the counts that later runs add to it; its places, types and values stay as they were accepted. */
export function acceptedOver(
  accepted: NightSeen,
  nights: readonly NightSeen[],
  now: NightSeen,
): ShapeOverNights {
  const { commands, notes } = shapeOver([accepted, ...nights], now);
  return {
    commands: accepted.map((command) => {
      const counts = new Map(
        commands.find(isOf(shapeGroup(command)))?.places.map((place) => [place.place, place]) ?? [],
      );
      return {
        ...command,
        places: command.places.flatMap((place) => {
          const counted = counts.get(place.place);
          return counted === undefined
            ? []
            : [{ ...place, seen: counted.seen, of: counted.of ?? counted.seen }];
        }),
      };
    }),
    notes,
  };
}
