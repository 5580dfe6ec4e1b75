import type { CapacityProbe } from '../../result/load-result.ts';

/** How an operation behaves as the rate rises; rates per second, null where nothing of the kind was seen. */
export interface Curve {
  /** Where latency leaves its plateau while answers still follow the rate. */
  readonly knee: number | null;
  /** Where answers per second fall although the rate rises. */
  readonly collapse: number | null;
  /** Most answers per second at any rate. */
  readonly mostAnswered: number;
}

const FOLLOWS = 0.95;
const LEAVES = 1.5;
const LEAVES_US = 1000;
const FALLS = 0.9;

/** Reads the curve off the probes; of several at one rate the longest counts, and of equal ones the last. */
export function curveOf(probes: readonly CapacityProbe[]): Curve {
  const longest = new Map<number, CapacityProbe>();
  for (const probe of probes) {
    if ((longest.get(probe.rate_per_second)?.duration_ms ?? 0) <= probe.duration_ms)
      longest.set(probe.rate_per_second, probe);
  }
  const rising = [...longest.values()].sort((a, b) => a.rate_per_second - b.rate_per_second);
  return {
    knee: kneeOf(rising),
    collapse: collapseOf(rising),
    mostAnswered: Math.max(0, ...rising.map((probe) => probe.answered_per_second)),
  };
}

/** The first rate whose p90 is, beyond doubt, half as long again as the plateau's, and which is still answered in full. */
function kneeOf(rising: readonly CapacityProbe[]): number | null {
  const plateauUs = rising[0]?.latency_us.p90 ?? null;
  if (plateauUs === null) return null;
  const limitUs = Math.max(plateauUs * LEAVES, plateauUs + LEAVES_US);
  const first = rising.find(({ latency_us: latency }) => (latency.interval.p90?.[0] ?? 0) > limitUs);
  if (first === undefined) return null;
  return first.answered_per_second >= FOLLOWS * first.rate_per_second ? first.rate_per_second : null;
}

function collapseOf(rising: readonly CapacityProbe[]): number | null {
  let most = 0;
  for (const probe of rising) {
    if (probe.answered_per_second < FALLS * most) return probe.rate_per_second;
    most = Math.max(most, probe.answered_per_second);
  }
  return null;
}
