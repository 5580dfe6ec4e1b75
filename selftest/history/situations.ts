import { normal, randomFrom } from '../../bench/nights.ts';
import type { NightRecord } from '../../history/night.ts';
import { onDay, slower } from './nights.ts';

/** Nights with 4 % of noise, as much slower as told; the same each time. */
export function nights(
  count: number,
  factorOf: (day: number) => number = () => 1,
  over: (day: number) => Partial<NightRecord> = () => ({}),
): readonly NightRecord[] {
  const random = randomFrom(3);
  return Array.from({ length: count }, (_, day) => {
    const night = onDay(day, over(day));
    const factor = factorOf(day) * Math.exp(0.04 * normal(random));
    return {
      ...night,
      load: night.load === null ? null : { ...night.load, scenarios: slower(night, factor) },
    };
  });
}

/** What a target declares itself to be. */
export function revision(declared: string | null): NightRecord['revision'] {
  return { declared, headers: {}, schema_sha256: null, shape_sha256: null };
}

/** Nights whose controls moved with the service on the last four of them. */
function moved(): readonly NightRecord[] {
  const random = randomFrom(11);
  const way = Array.from({ length: 60 }, (_, day) => Math.exp(0.05 * normal(random)) * (day >= 56 ? 1.4 : 1));
  return nights(60, (day) => way[day] ?? 1).map((night, day) => ({
    ...night,
    controls: {
      ledger: { sent: 60, answered: 60, failed: 0 },
      kinds: [
        {
          kind: 'invalid body',
          sent: 60,
          latency_us: { count: 60, p50: Math.round(4000 * (way[day] ?? 1)), p95: null },
        },
      ],
      notes: [],
    },
  }));
}

/** A history for each thing that the page has to tell apart. */
export const SITUATIONS: Readonly<Record<string, () => readonly NightRecord[]>> = {
  learning: () => nights(10),
  quiet: () => nights(60),
  suspect: () => nights(60, (day) => (day >= 58 ? 1.1 : 1)),
  confirmed: () => nights(60, (day) => (day >= 56 ? 1.25 : 1)),
  environment: moved,
  recovered: () => nights(70, (day) => (day >= 40 && day < 50 ? 1.3 : 1)),
  gaps: () => nights(60).filter((_, day) => day % 20 !== 7 && day % 20 !== 8),
  'new-machine': () =>
    nights(
      60,
      (day) => (day >= 50 ? 1.4 : 1),
      (day) => ({ surroundings: { ...onDay(day).surroundings, cores: day >= 50 ? 16 : 4 } }),
    ),
  'thousand-nights': () => nights(1000, (day) => (day >= 700 ? 1.2 : 1)),
};
