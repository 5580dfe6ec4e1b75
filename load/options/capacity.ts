import { inapplicableOptions, readOptions } from '../../options/option.ts';
import { LOAD_OPTIONS } from './rows.ts';
import { parseLoadOptions, type LoadOptionTexts, type ParsedLoadOptions } from './read.ts';
import { samplesNeeded, QUANTILES } from '../metrics/quantile.ts';
import { readHostLimits, type HostLimits } from './host-limits.ts';
import type { Threshold } from '../scenario/threshold.ts';
import { CAPACITY } from '../scenario/scenario.ts';
import type { SearchLimits } from '../capacity/search.ts';

const PROBE_MS_MAX = 600_000;
const SOAK_PROBES = 3;
const MAX_RATE_DEFAULT = 200;

/** Parses the options of a search; all issues are collected and none is thrown. */
export function parseCapacityOptions(
  names: readonly string[],
  texts: LoadOptionTexts,
  hostLimits: HostLimits = readHostLimits(),
): ParsedLoadOptions {
  const { values, issues: unreadable } = readOptions(LOAD_OPTIONS, texts);
  const issues: string[] = [...misplaced(names, texts), ...unreadable];
  if (texts.slo === undefined || texts.slo.length === 0)
    issues.push(`${CAPACITY} needs an objective: give --slo, like --slo 'latency_ms_p95 < 500'.`);
  const { minRate, probeDuration: probeMs, precision } = values;
  const maxRate = values.maxRate ?? Math.max(MAX_RATE_DEFAULT, minRate);
  if (minRate > maxRate)
    issues.push(
      `--min-rate is ${minRate} and --max-rate ${maxRate}; the first must not be above the second.`,
    );
  const soakMs = values.soakDuration ?? probeMs * SOAK_PROBES;
  const template = parseLoadOptions([values.command], templateOf(texts, maxRate), hostLimits);
  if ('issues' in template) return { issues: [...new Set([...issues, ...template.issues])] };
  const [scenario] = template.plan.scenarios;
  if (scenario === undefined || issues.length > 0) return { issues: [...new Set(issues)] };
  const samplesLeast = samplesFor(scenario.thresholds);
  const limits: SearchLimits = { minRate, maxRate, precision, probeMs, soakMs, samplesLeast };
  if ((samplesLeast * 1000) / minRate > PROBE_MS_MAX)
    return {
      issues: [
        `A probe at --min-rate ${minRate} would take ${Math.ceil(samplesLeast / minRate)} s for the ${samplesLeast} responses that the objectives need; give a higher rate, or an objective on a lower percentile.`,
      ],
    };
  const poissonSeed = values.arrivals === 'poisson' ? (values.seed ?? 1) : null;
  const capacity = { limits, template: scenario, poissonSeed, roomFor: 'first-probe' } as const;
  return { plan: { ...template.plan, scenarios: [], capacity } };
}

/** The options of a load like those of each probe; rate and duration are set for each. */
function templateOf(texts: LoadOptionTexts, maxRate: number): LoadOptionTexts {
  const applicable = Object.entries(texts).filter(([name]) =>
    Object.entries(LOAD_OPTIONS).some(([row, { commands }]) => row === name && commands.includes(CAPACITY)),
  );
  return {
    ...(Object.fromEntries(applicable) as LoadOptionTexts),
    warmup: texts.warmup ?? '1s',
    rate: String(maxRate),
    duration: '1h', // set for each probe; here it only has to be long enough for every objective
    arrivals: texts.arrivals === 'poisson' ? undefined : texts.arrivals,
    threshold: texts.slo,
  };
}

function misplaced(names: readonly string[], texts: LoadOptionTexts): readonly string[] {
  return [
    ...(names.length > 1 ? [`${CAPACITY} is asked for alone; leave out the other names.`] : []),
    ...inapplicableOptions(CAPACITY, LOAD_OPTIONS, texts).map(
      (flag) =>
        `${flag} has no place in ${CAPACITY}, which sets the rate itself; see --slo, --command, --min-rate, --max-rate, --probe-duration.`,
    ),
  ];
}

/** As many responses as the highest percentile among the objectives needs. */
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
