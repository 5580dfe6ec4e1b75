import type { NightRecord, NightScenario, NightStep } from './night.ts';
import { revisionsOf, revisionText } from './revisions.ts';
import { splitBetween } from './segment.ts';
import { fingerprintsOf, sinceNight } from './since.ts';

/** One percentile of one step in both runs, in milliseconds, each with its 95 % interval where the run could give one. */
export interface ComparedMetric {
  readonly name: string;
  readonly scenario: string;
  readonly step: string;
  readonly percentile: (typeof PERCENTILES)[number];
  readonly a: Measured;
  readonly b: Measured;
  /** How many times as long it takes in B, with the 95 % interval that the two runs give; null where one has none. */
  readonly ratio: number;
  readonly interval: readonly [low: number, high: number] | null;
  readonly outcome: 'slower' | 'faster' | 'no difference seen' | 'can not tell';
}

/** The percentiles that records have intervals of. */
export const PERCENTILES = ['p50', 'p95'] as const;

/** A step that both runs measured alike. */
export interface ComparedStep {
  readonly scenario: string;
  readonly a: NightStep;
  readonly b: NightStep;
}

/** A scenario, or one step of it, that the two did not measure alike. */
export interface ApartStep {
  readonly scenario: string;
  /** Null for the whole scenario. */
  readonly step: string | null;
  readonly why: string;
}

export interface Measured {
  readonly ms: number;
  readonly low: number | null;
  readonly high: number | null;
}

export interface Comparison {
  readonly a: string;
  readonly b: string;
  /** Null where the two did not ask the same cases. */
  readonly findings: {
    readonly appeared: readonly string[];
    readonly gone: readonly string[];
    readonly same: readonly string[];
  } | null;
  readonly metrics: readonly ComparedMetric[];
  /** Of each step how many times as long B takes, from the fastest responses to the slowest. */
  readonly shifts: readonly Shift[];
  /** What else is not the same, in words. */
  readonly differences: readonly string[];
  /** What could not be compared, and why. */
  readonly not_compared: readonly string[];
}

export interface Shift {
  readonly name: string;
  readonly points: readonly (readonly [quantile: number, ratio: number])[];
}

/** Sets one run against another. What they did not measure alike is listed, and not compared. */
export function compareNights(a: NightRecord, b: NightRecord): Comparison {
  const { metrics, shifts, apart } = metricsOf(a, b);
  const findings = findingsOf(a, b);
  return {
    a: a.id,
    b: b.id,
    findings,
    metrics,
    shifts,
    differences: differencesOf(a, b),
    not_compared: [...(findings === null ? [whyNoFindings(a, b)] : []), ...apart],
  };
}

function findingsOf(a: NightRecord, b: NightRecord): Comparison['findings'] {
  if (a.contract === null || b.contract === null) return null;
  if (a.contract.selection !== b.contract.selection) return null;
  if (a.contract.inconclusive !== null || b.contract.inconclusive !== null) return null;
  const { appeared, gone } = sinceNight(b, a);
  const titles = new Map([...a.contract.causes, ...b.contract.causes].map((one) => [one.fingerprint, one]));
  const named = (fingerprint: string): string => {
    const cause = titles.get(fingerprint);
    return cause === undefined ? fingerprint : `${fingerprint} ${cause.check}: ${cause.title}`;
  };
  const before = fingerprintsOf(a);
  return {
    appeared: appeared.map(named),
    gone: gone.map(({ fingerprint }) => named(fingerprint)),
    same: [...fingerprintsOf(b)].filter((one) => before.has(one)).map(named),
  };
}

function whyNoFindings(a: NightRecord, b: NightRecord): string {
  if (a.contract === null || b.contract === null)
    return `findings: ${a.contract === null ? a.id : b.id} has no contract tests`;
  if (a.contract.selection !== b.contract.selection)
    return 'findings: the two were narrowed to different cases';
  return 'findings: the contract tests of one of the two could not be judged';
}

function metricsOf(
  a: NightRecord,
  b: NightRecord,
): Pick<Comparison, 'metrics' | 'shifts'> & { readonly apart: readonly string[] } {
  const { alike, apart } = stepsAlike(a, b);
  return {
    metrics: alike.flatMap(comparedStep),
    shifts: alike.map(shiftOf).filter(({ points }) => points.length > 0),
    apart: apart.map(({ scenario, step, why }) => `${scenario}${step === null ? '' : `, ${step}`}: ${why}`),
  };
}

/** The steps that both runs measured alike, and why the others are not. */
export function stepsAlike(
  a: NightRecord,
  b: NightRecord,
): { readonly alike: readonly ComparedStep[]; readonly apart: readonly ApartStep[] } {
  const before = (a.load?.scenarios ?? []).filter(isFirst);
  const after = (b.load?.scenarios ?? []).filter(isFirst);
  const alike: ComparedStep[] = [];
  const apart: ApartStep[] = before
    .filter(({ name }) => !after.some((one) => one.name === name))
    .map(({ name }) => ({ scenario: name, step: null, why: `${b.id} did not run it` }));
  for (const scenario of after) {
    const { name } = scenario;
    const was = before.find((one) => one.name === name);
    const why = was === undefined ? `${a.id} did not run it` : whyApart(was, scenario);
    if (was === undefined || why !== null) {
      apart.push({ scenario: name, step: null, why: why ?? '' });
      continue;
    }
    const gone = was.steps.filter((step) => sameStep(scenario.steps, step) === undefined);
    apart.push(...gone.map((step) => ({ scenario: name, step: step.name, why: `${b.id} has no such step` })));
    for (const step of scenario.steps) {
      const other = sameStep(was.steps, step);
      const reason = other === undefined ? `${a.id} has no such step` : whyStepsApart(other, step);
      if (other === undefined || reason !== null)
        apart.push({ scenario: name, step: step.name, why: reason ?? '' });
      else alike.push({ scenario: name, a: other, b: step });
    }
  }
  return { alike, apart };
}

/** A second look at a scenario is compared with no other night's. */
function isFirst({ repeats }: NightScenario): boolean {
  return repeats === undefined;
}

function sameStep(steps: readonly NightStep[], { name, command }: NightStep): NightStep | undefined {
  return steps.find((one) => one.name === name && one.command === command);
}

function whyApart(a: NightScenario, b: NightScenario): string | null {
  if (a.model !== b.model) return `the model was ${a.model} and is ${b.model}`;
  if (a.inconclusive !== null || b.inconclusive !== null) return 'one of the two could not be judged';
  if (a.capacity !== null || b.capacity !== null)
    return 'a search for the capacity tries other rates each time';
  if (a.warmup_ms !== b.warmup_ms)
    return `the warm-up was ${a.warmup_ms / 1000} s and is ${b.warmup_ms / 1000} s`;
  if (a.connections !== b.connections)
    return `the connections were ${a.connections} and are ${b.connections}`;
  return null;
}

function whyStepsApart(a: NightStep, b: NightStep): string | null {
  const rate = ({ rate_per_second: open, concurrency }: NightStep): number | null => open ?? concurrency;
  if (rate(a) !== rate(b)) return `the rate was ${rate(a) ?? '?'} and is ${rate(b) ?? '?'}`;
  return a.is_ours || b.is_ours ? 'something of this tool kept the rate down in one of the two' : null;
}

function comparedStep({ scenario, a, b }: ComparedStep): readonly ComparedMetric[] {
  return PERCENTILES.flatMap((percentile) => {
    const was = measured(a.latency_us[percentile], a.latency_us[`${percentile}_interval`]);
    const is = measured(b.latency_us[percentile], b.latency_us[`${percentile}_interval`]);
    const at = { scenario, step: b.name, percentile, name: `${scenario}, ${b.name} ${percentile}` };
    return was === null || is === null ? [] : [{ ...at, ...compared(was, is) }];
  });
}

const SHIFT_QUANTILES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95];

/** The two percentile curves, one over the other; no further than both samples reach. */
function shiftOf({ scenario, a, b }: ComparedStep): Shift {
  const points = SHIFT_QUANTILES.flatMap((quantile) => {
    const [was, is] = [usAt(a.curve, quantile), usAt(b.curve, quantile)];
    return was === null || is === null || was <= 0 || is <= 0 ? [] : [[quantile, is / was] as const];
  });
  return { name: `${scenario}, ${b.name}`, points };
}

/** A value of a percentile curve, between two of its points on a logarithmic line. */
function usAt(curve: NightStep['curve'], quantile: number): number | null {
  const after = curve.findIndex(([at = 0]) => at >= quantile);
  const [high = 0, highUs = 0] = curve[after] ?? [];
  const [low = 0, lowUs = 0] = curve[after - 1] ?? [];
  if (after < 0 || highUs <= 0) return null;
  if (high === quantile || after === 0 || lowUs <= 0) return highUs;
  return lowUs * (highUs / lowUs) ** ((quantile - low) / (high - low));
}

function measured(us: number | null, interval: readonly (number | null)[] | null): Measured | null {
  if (us === null || us <= 0) return null;
  const [low = null, high = null] = interval ?? [];
  return { ms: us / 1000, low: low === null ? null : low / 1000, high: high === null ? null : high / 1000 };
}

/** The logarithms' half widths add in squares, because the two runs are independent. */
function compared(
  a: Measured,
  b: Measured,
): Pick<ComparedMetric, 'a' | 'b' | 'ratio' | 'interval' | 'outcome'> {
  const ratio = b.ms / a.ms;
  if (a.low === null || a.high === null || b.low === null || b.high === null || a.low <= 0 || b.low <= 0)
    return { a, b, ratio, interval: null, outcome: 'can not tell' };
  const below = Math.hypot(Math.log(b.ms / b.low), Math.log(a.high / a.ms));
  const above = Math.hypot(Math.log(b.high / b.ms), Math.log(a.ms / a.low));
  const interval = [ratio * Math.exp(-below), ratio * Math.exp(above)] as const;
  const outcome = interval[0] > 1 ? 'slower' : interval[1] < 1 ? 'faster' : 'no difference seen';
  return { a, b, ratio, interval, outcome };
}

function differencesOf(a: NightRecord, b: NightRecord): readonly string[] {
  const differs = (what: string, was: string | null, is: string | null): readonly string[] =>
    was === is
      ? []
      : [
          `${what}: ${was === null || was === '' ? 'unknown' : was} and ${is === null || is === '' ? 'unknown' : is}`,
        ];
  const split = splitBetween(a, b);
  const hash = (text: string | null): string | null => text?.slice(0, 12) ?? null;
  return [
    ...differs('target', a.target.name, b.target.name),
    ...(isOneRevision(a, b) ? [] : differs('revision', revisionText(a), revisionText(b))),
    ...differs(
      'description',
      hash(a.surroundings.description_sha256),
      hash(b.surroundings.description_sha256),
    ),
    ...differs('tool', a.surroundings.tool_version, b.surroundings.tool_version),
    ...(split === null ? [] : [`surroundings: ${split}`]),
  ];
}

/** Replicas of one revision tell several values, and not all of them each time. Where one run was told nothing, that is a difference. */
function isOneRevision(a: NightRecord, b: NightRecord): boolean {
  if ((revisionText(a) === '') !== (revisionText(b) === '')) return false;
  return revisionsOf([a, b]).every(({ from }) => from === 0);
}
