import type { NightDistribution, NightRecord, NightScenario, NightStep } from './night.ts';
import { revisionsOf, revisionText } from './revisions.ts';
import { splitBetween } from './segment.ts';
import { fingerprintsOf, sinceNight } from './since.ts';

/** One percentile of one step in both runs, in milliseconds, each with its 95 % interval where the run could give one. */
export interface ComparedMetric {
  readonly name: string;
  readonly a: Measured;
  readonly b: Measured;
  /** How many times as long it takes in B, with the 95 % interval that the two runs give; null where one has none. */
  readonly ratio: number;
  readonly interval: readonly [low: number, high: number] | null;
  readonly outcome: 'slower' | 'faster' | 'no difference seen' | 'can not tell';
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
  /** What else is not the same, in words. */
  readonly differences: readonly string[];
  /** What could not be compared, and why. */
  readonly not_compared: readonly string[];
}

/** Sets one run against another. What they did not measure alike is listed, and not compared. */
export function compareNights(a: NightRecord, b: NightRecord): Comparison {
  const { metrics, apart } = metricsOf(a, b);
  const findings = findingsOf(a, b);
  return {
    a: a.id,
    b: b.id,
    findings,
    metrics,
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
): { readonly metrics: readonly ComparedMetric[]; readonly apart: readonly string[] } {
  const before = a.load?.scenarios ?? [];
  const after = b.load?.scenarios ?? [];
  const metrics: ComparedMetric[] = [];
  const apart: string[] = before
    .filter(({ name }) => !after.some((one) => one.name === name))
    .map(({ name }) => `${name}: ${b.id} did not run it`);
  for (const scenario of after) {
    const was = before.find(({ name }) => name === scenario.name);
    const why = was === undefined ? `${a.id} did not run it` : whyApart(was, scenario);
    if (was === undefined || why !== null) {
      apart.push(`${scenario.name}: ${why ?? ''}`);
      continue;
    }
    for (const step of scenario.steps) {
      const other = was.steps.find(({ name, command }) => name === step.name && command === step.command);
      const reason = other === undefined ? `${a.id} has no such step` : whyStepsApart(other, step);
      if (other === undefined || reason !== null)
        apart.push(`${scenario.name}, ${step.name}: ${reason ?? ''}`);
      else metrics.push(...comparedStep(`${scenario.name}, ${step.name}`, other.latency_us, step.latency_us));
    }
  }
  return { metrics, apart };
}

function whyApart(a: NightScenario, b: NightScenario): string | null {
  if (a.model !== b.model) return `the model was ${a.model} and is ${b.model}`;
  if (a.inconclusive !== null || b.inconclusive !== null) return 'one of the two could not be judged';
  if (a.capacity !== null || b.capacity !== null)
    return 'a search for the capacity tries other rates each time';
  return null;
}

function whyStepsApart(a: NightStep, b: NightStep): string | null {
  const rate = ({ rate_per_second: open, concurrency }: NightStep): number | null => open ?? concurrency;
  if (rate(a) !== rate(b)) return `the rate was ${rate(a) ?? '?'} and is ${rate(b) ?? '?'}`;
  return a.is_ours || b.is_ours ? 'something of this tool kept the rate down in one of the two' : null;
}

function comparedStep(name: string, a: NightDistribution, b: NightDistribution): readonly ComparedMetric[] {
  return (['p50', 'p95'] as const).flatMap((percentile) => {
    const was = measured(a[percentile], a[`${percentile}_interval`]);
    const is = measured(b[percentile], b[`${percentile}_interval`]);
    return was === null || is === null ? [] : [compared(`${name} ${percentile}`, was, is)];
  });
}

function measured(us: number | null, interval: readonly (number | null)[] | null): Measured | null {
  if (us === null || us <= 0) return null;
  const [low = null, high = null] = interval ?? [];
  return { ms: us / 1000, low: low === null ? null : low / 1000, high: high === null ? null : high / 1000 };
}

/** The logarithms' half widths add in squares, because the two runs are independent. */
function compared(name: string, a: Measured, b: Measured): ComparedMetric {
  const ratio = b.ms / a.ms;
  if (a.low === null || a.high === null || b.low === null || b.high === null || a.low <= 0 || b.low <= 0)
    return { name, a, b, ratio, interval: null, outcome: 'can not tell' };
  const below = Math.hypot(Math.log(b.ms / b.low), Math.log(a.high / a.ms));
  const above = Math.hypot(Math.log(b.high / b.ms), Math.log(a.ms / a.low));
  const interval = [ratio * Math.exp(-below), ratio * Math.exp(above)] as const;
  const outcome = interval[0] > 1 ? 'slower' : interval[1] < 1 ? 'faster' : 'no difference seen';
  return { name, a, b, ratio, interval, outcome };
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
