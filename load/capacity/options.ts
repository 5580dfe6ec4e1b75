import { parseLoadOptions, type LoadOptionTexts, type ParsedLoadOptions } from '../options.ts';
import { durationOf, numberOf } from '../option-values.ts';
import { samplesNeeded, QUANTILES } from '../quantile.ts';
import { RATE_MAX } from '../shape.ts';
import { here, type Surroundings } from '../surroundings.ts';
import type { Threshold } from '../threshold.ts';
import { CAPACITY } from './capacity-plan.ts';
import type { SearchLimits } from './search.ts';

/** The options of a search for the capacity, as they were typed. */
export interface CapacityTexts {
  /** The objectives, as threshold expressions. */
  readonly slo?: readonly string[] | undefined;
  /** The scenario that is sent. */
  readonly command?: string | undefined;
  readonly minRate?: string | undefined;
  readonly maxRate?: string | undefined;
  readonly probeDuration?: string | undefined;
  readonly soakDuration?: string | undefined;
  readonly precision?: string | undefined;
}

const STRANGERS = [
  'rate',
  'concurrency',
  'duration',
  'shape',
  'think',
  'threshold',
  'shard',
  'startAt',
] as const;
const PROBE_MS_MAX = 600_000;
const SOAK_PROBES = 3;
const MAX_RATE_DEFAULT = 200;

/** Parses the options of a search; all mistakes are collected and none is thrown. */
export function parseCapacityOptions(
  names: readonly string[],
  options: LoadOptionTexts & CapacityTexts,
  surroundings: Surroundings = here(),
): ParsedLoadOptions {
  const mistakes: string[] = strangers(names, options);
  const objectives = options.slo ?? [];
  if (objectives.length === 0)
    mistakes.push(`${CAPACITY} needs an objective: give --slo, like --slo 'latency_ms_p95 < 500'.`);
  const bounds = { least: 0.01, most: RATE_MAX, whole: false };
  const minRate = numberOf('--min-rate', options.minRate, bounds, mistakes) ?? 1;
  const maxRate =
    numberOf('--max-rate', options.maxRate, bounds, mistakes) ?? Math.max(MAX_RATE_DEFAULT, minRate);
  if (minRate > maxRate)
    mistakes.push(
      `--min-rate is ${minRate} and --max-rate ${maxRate}; the first must not be above the second.`,
    );
  const times = { least: 500, most: PROBE_MS_MAX };
  const probeMs = durationOf('--probe-duration', options.probeDuration, times, mistakes) ?? 5000;
  const soakMs =
    durationOf('--soak-duration', options.soakDuration, { least: 500, most: 3_600_000 }, mistakes) ??
    probeMs * SOAK_PROBES;
  const template = parseLoadOptions(
    [options.command ?? 'start'],
    {
      ...without(options),
      warmup: options.warmup ?? '1s',
      rate: String(maxRate),
      duration: '1h', // set for each probe; here it only has to be long enough for every objective
      arrivals: options.arrivals === 'poisson' ? undefined : options.arrivals,
      threshold: objectives,
    },
    surroundings,
  );
  const precision = precisionOf(options.precision, mistakes);
  if ('mistakes' in template) return { mistakes: [...new Set([...mistakes, ...template.mistakes])] };
  const [scenario] = template.plan.scenarios;
  if (scenario === undefined || mistakes.length > 0) return { mistakes };
  const samplesLeast = samplesFor(scenario.thresholds);
  const limits: SearchLimits = { minRate, maxRate, precision, probeMs, soakMs, samplesLeast };
  if ((samplesLeast * 1000) / minRate > PROBE_MS_MAX)
    return {
      mistakes: [
        `A probe at --min-rate ${minRate} would take ${Math.ceil(samplesLeast / minRate)} s for the ${samplesLeast} answers that the objectives need; give a higher rate, or an objective on a lower percentile.`,
      ],
    };
  const poissonSeed = options.arrivals === 'poisson' ? Number(options.seed ?? 1) : null;
  return { plan: { ...template.plan, scenarios: [], capacity: { limits, template: scenario, poissonSeed } } };
}

function strangers(names: readonly string[], options: LoadOptionTexts): string[] {
  const given = STRANGERS.filter((name) => options[name] !== undefined && options[name].length > 0);
  const dashed = (name: string): string =>
    `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  return [
    ...(names.length > 1 ? [`${CAPACITY} is asked for alone; leave out the other names.`] : []),
    ...given.map(
      (name) =>
        `${dashed(name)} has no place in ${CAPACITY}, which sets the rate itself; see --slo, --command, --min-rate, --max-rate, --probe-duration.`,
    ),
  ];
}

function without(options: LoadOptionTexts): LoadOptionTexts {
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => !STRANGERS.some((stranger) => stranger === name)),
  );
}

function precisionOf(text: string | undefined, mistakes: string[]): number {
  if (text === undefined) return 0.05;
  const share = /^\d+(\.\d+)?%$/.test(text.trim()) ? Number(text.trim().slice(0, -1)) / 100 : NaN;
  if (share >= 0.005 && share <= 1) return share;
  mistakes.push(`--precision is "${text}"; it takes a share from 0.5% to 100%, like 5%.`);
  return 0.05;
}

/** As many answers as the highest percentile among the objectives needs. */
function samplesFor(objectives: readonly Threshold[]): number {
  return Math.max(
    1,
    ...objectives.map(({ metric }) =>
      metric.kind === 'time' && metric.statistic !== 'max' && metric.statistic !== 'mean'
        ? samplesNeeded(QUANTILES[metric.statistic])
        : 1,
    ),
  );
}
