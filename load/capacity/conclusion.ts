import type { Inconclusive } from '../../result/exchange.ts';
import type { Capacity, CapacityProbe } from '../../result/load-result.ts';
import type { Search, SearchLimits } from './search.ts';

/** What a search has found, and why it can't be taken as the capacity, or null when it can. */
export interface Conclusion {
  readonly capacity: Capacity;
  readonly inconclusive: Inconclusive | null;
}

/**
 * Draws the conclusion of a search.
 * @param fatal why it ended before its time, or null.
 * @param ours what of ours kept the lowest rate that was not kept from being judged, or null.
 */
export function conclude(
  about: { readonly command: string; readonly objectives: readonly string[]; readonly limits: SearchLimits },
  search: Search,
  probes: readonly CapacityProbe[],
  ended: { readonly fatal: Inconclusive | null; readonly ours: Inconclusive | null },
): Conclusion {
  const believed = probes.filter((probe) => isBelieved(probe, probes));
  const curve = curveOf(
    believed.filter(({ outcome, cause }) => outcome !== 'inconclusive' && cause !== 'throttled'),
  );
  const broken = believed.filter(({ outcome }) => outcome === 'broken');
  const broke = broken.map((probe) => probe.rate_per_second);
  const isLimited = broken.some(({ cause }) => cause === 'throttled');
  const capacity: Capacity = {
    objectives: about.objectives,
    command: about.command,
    rate_per_second: search.confirmed,
    broken_at_per_second: broke.length === 0 ? null : Math.min(...broke),
    knee_per_second: curve.knee,
    collapse_per_second: curve.collapse,
    probes,
    sentence: '',
  };
  const unknown = ended.fatal ?? lackOf(search, probes, ended.ours);
  const message = messageOf(about, capacity, search, { ...curve, isLimited }, unknown);
  return { capacity: { ...capacity, sentence: message }, inconclusive: unknown };
}

/** Why a search that went to its end has still not found the capacity. */
function lackOf(
  { confirmed, broken }: Search,
  probes: readonly CapacityProbe[],
  ours: Inconclusive | null,
): Inconclusive | null {
  const edge = probes.filter((probe) => probe.rate_per_second === broken).at(-1);
  if (confirmed === null && edge?.cause === 'throttled')
    return { cause: 'throttled', sentence: edge.sentence };
  if (edge?.outcome !== 'inconclusive') return null;
  if (ours !== null) return ours;
  if (confirmed !== null) return null; // the edge is blurred, but what was confirmed is kept
  return { cause: 'too-few-samples', sentence: edge.sentence };
}

/** A curve, and whether a limit on our key hides what would come beyond. */
interface LimitedCurve extends Curve {
  readonly isLimited: boolean;
}

/** A probe counts unless a later one at the same rate came to something else. */
function isBelieved(probe: CapacityProbe, probes: readonly CapacityProbe[]): boolean {
  const last = probes.findLast((other) => other.rate_per_second === probe.rate_per_second);
  return last === undefined || last.outcome === probe.outcome || last.outcome === 'inconclusive';
}

function messageOf(
  { command, objectives, limits }: Parameters<typeof conclude>[0],
  capacity: Capacity,
  search: Search,
  curve: LimitedCurve,
  unknown: Inconclusive | null,
): string {
  const what = objectives.join(' and ');
  const { rate_per_second: rate, broken_at_per_second: broken } = capacity;
  if (rate === null && unknown === null && broken !== null)
    return `${command} breaks ${what} already at ${broken} per second, the lowest rate that was tried.`;
  if (rate === null) {
    const kept = search.kept.at(-1);
    const far = kept === undefined ? 'No rate' : `${kept} per second kept ${what}, but no rate`;
    return `${far} was confirmed for ${command}: ${unknown?.sentence ?? 'the search ended early.'}`;
  }
  const holds = `${command} keeps ${what} at ${rate} per second, confirmed by a soak`;
  if (rate >= limits.maxRate)
    return `${holds}; that is the highest rate that was allowed, so its limit lies beyond.`;
  if (unknown !== null) return `${holds}; higher rates could not be judged. ${unknown.sentence}`;
  return `${holds}; ${beyond(capacity, search, curve)}.`;
}

/** How the operation behaves above its capacity: knee, saturation and collapse told apart. */
function beyond({ broken_at_per_second: broken }: Capacity, search: Search, curve: LimitedCurve): string {
  const most = Number(curve.peakResponses.toPrecision(3));
  const at = broken ?? search.broken;
  const breaks = broken === null ? `${at} could not be shown to keep them` : `at ${broken} they break`;
  if (curve.isLimited) return `at ${at} the target responds with 429: a limit on this key, not a collapse`;
  const knee = curve.knee === null ? '' : `, latency leaves its plateau at ${curve.knee}`;
  return curve.collapse === null
    ? `${breaks}${knee}, and no more than ${most} per second are ever answered`
    : `${breaks}${knee}, and from ${curve.collapse} on the responses fall below the ${most} per second that there were before: it collapses`;
}

/** How an operation behaves as the rate rises; rates per second, null where nothing of the kind was seen. */
export interface Curve {
  /** Where latency leaves its plateau while responses still follow the rate. */
  readonly knee: number | null;
  /** Where responses per second fall although the rate rises. */
  readonly collapse: number | null;
  /** Most responses per second at any rate. */
  readonly peakResponses: number;
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
    peakResponses: Math.max(0, ...rising.map((probe) => probe.answered_per_second)),
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
