import type { AssumptionState } from '../result/contract-result.ts';
import type { ObservedCommand } from '../result/shape.ts';
import type { NightRecord } from './night.ts';
import { unpacked } from './packed-shape.ts';
import { fingerprintsOf, timeOf, wasJudged } from './since.ts';

/** The nights that asked one target with contract tests, the earliest first. */
export function nightsOf(nights: readonly NightRecord[], target: string): readonly NightRecord[] {
  return nights
    .filter((night) => night.target.name === target && night.contract !== null)
    .toSorted((a, b) => timeOf(a) - timeOf(b));
}

/** What responses had on one night; null where its record does not say. */
export function shapeOfNight({ contract }: NightRecord): readonly ObservedCommand[] | null {
  if (contract?.packed_shape !== undefined) return contract.packed_shape.map(unpacked);
  if (contract?.shape === undefined) return null;
  return contract.shape.map(({ command, refused_with: status, responses, places }) => ({
    command,
    ...(status === undefined ? {} : { refused_with: status }),
    responses,
    places: places.map(([place, seen, types, values]) => ({
      place,
      seen,
      types,
      ...(values.length === 0 ? {} : { values }),
    })),
  }));
}

/** On how many nights a rule that nobody promised had each state. */
export type RuleNights = Readonly<Record<AssumptionState, number>>;

/** How each rule came out on some nights; nights whose records do not say are left out. */
export function rulesOver(nights: readonly NightRecord[], id: string): RuleNights {
  const told = nights.flatMap(({ contract }) => contract?.rules ?? []);
  const confirmed = told.filter((rules) => rules.confirmed.includes(id)).length;
  const refuted = told.filter((rules) => rules.refuted.includes(id)).length;
  return { confirmed, refuted, not_seen: told.length - confirmed - refuted };
}

/** On how many whole nights since a day, the latest ones in a row, no finding had a fingerprint. */
export function nightsWithout(nights: readonly NightRecord[], fingerprint: string, since: string): number {
  const whole = nights.filter(
    (night) =>
      wasJudged(night) && night.contract?.selection === null && night.started_at.slice(0, 10) >= since,
  );
  const last = whole.findLastIndex((night) => fingerprintsOf(night).has(fingerprint));
  return whole.length - 1 - last;
}
