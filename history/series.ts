import { nightsOf } from './gaps.ts';
import type { NightRecord, NightStep } from './night.ts';
import { splitBetween } from './segment.ts';
import type { ErrorNight } from './statistics/errors.ts';

const METRICS_MAX = 8;
const PERCENTILES = ['p50', 'p95'] as const;
const DAY_MS = 86_400_000;

/** One percentile of one step. */
export interface Metric {
  readonly name: string;
  readonly scenario: string;
  /** Of a night that ran the scenario more than once, the mean of the logarithms. */
  readonly of: (night: NightRecord) => number | null;
}

/** The median latency of one kind of control calls, night by night, as the metrics are. */
export interface ControlSeries {
  readonly kind: string;
  readonly logs: Float64Array;
}

/** The nights of one target as numbers. Runs of one night are one value, the mean of their logarithms. */
export interface TargetSeries {
  /** The last record of each night. */
  readonly nights: readonly NightRecord[];
  /** The index of the first night that can be compared with the last, and what was different before it. */
  readonly segmentFrom: number;
  readonly splits: readonly { readonly night: number; readonly why: string }[];
  readonly metrics: readonly Metric[];
  /** Natural logarithms of milliseconds, NaN where there is none. */
  readonly logs: readonly Float64Array[];
  /** The control calls by kind, of the kinds that the last night has. */
  readonly controls: readonly ControlSeries[];
  readonly errors: readonly ErrorNight[];
  /** Logarithms of the capacity, with the sign turned, so that a fall is a rise; null where it was never measured. */
  readonly capacity: Float64Array | null;
  readonly weekdays: Uint8Array;
}

/** The nights of the target of the last record; records that were broken off, or sent another load, are none of them. */
export function targetSeries(records: readonly NightRecord[]): TargetSeries | null {
  const now = records.at(-1);
  if (now === undefined) return null;
  const own = records.filter((one) => one.target.name === now.target.name && isLikeLast(one, now));
  const groups = nightsOf(own);
  const nights = groups.map((group) => group.at(-1) ?? group[0]);
  const metrics = metricsOf(now);
  const splits = nights.slice(1).flatMap((night, i) => {
    const before = nights[i];
    const why = before === undefined ? null : splitBetween(before, night);
    return why === null ? [] : [{ night: i + 1, why }];
  });
  const capacity = logsOf(groups, capacityOf).map((value) => -value);
  return {
    nights,
    segmentFrom: splits.at(-1)?.night ?? 0,
    splits,
    metrics,
    logs: metrics.map(({ of }) => logsOf(groups, of)),
    controls: controlsOf(groups),
    errors: groups.map((group) =>
      group
        .map(errorsOf)
        .reduce((a, b) => ({ errors: a.errors + b.errors, requests: a.requests + b.requests })),
    ),
    capacity: capacity.every(Number.isNaN) ? null : capacity,
    weekdays: Uint8Array.from(nights, ({ started_at: at }) => weekdayOf(at)),
  };
}

/** The nights that can be compared with the last one. */
export function latestSegment(series: TargetSeries): TargetSeries {
  return latestOf(series, series.segmentFrom);
}

/** The nights from one on. */
export function latestOf(series: TargetSeries, from: number): TargetSeries {
  return {
    ...series,
    nights: series.nights.slice(from),
    segmentFrom: Math.max(0, series.segmentFrom - from),
    splits: series.splits
      .filter(({ night }) => night >= from)
      .map((one) => ({ ...one, night: one.night - from })),
    logs: series.logs.map((logs) => logs.slice(from)),
    controls: series.controls.map(({ kind, logs }) => ({ kind, logs: logs.slice(from) })),
    errors: series.errors.slice(from),
    capacity: series.capacity?.slice(from) ?? null,
    weekdays: series.weekdays.slice(from),
  };
}

/** A night of the same parts: one without load, or of one command alone, is another series. */
function isLikeLast(one: NightRecord, now: NightRecord): boolean {
  if (one === now) return true;
  return (
    !one.interrupted &&
    (one.load === null) === (now.load === null) &&
    (one.contract === null) === (now.contract === null) &&
    (one.contract?.selection ?? null) === (now.contract?.selection ?? null)
  );
}

/** Start and resume as a rule; where a night has neither, whatever it measured. */
function metricsOf({ load }: NightRecord): readonly Metric[] {
  const steps = (load?.scenarios ?? [])
    .filter(({ capacity, repeats }) => capacity === null && repeats === undefined)
    .flatMap((scenario) => scenario.steps.map((step) => ({ scenario: scenario.name, step })));
  const usual = steps.filter(({ step }) => step.command === 'start' || step.command === 'resume');
  return (usual.length > 0 ? usual : steps)
    .flatMap(({ scenario, step }) =>
      PERCENTILES.map((percentile) => ({
        scenario,
        name: `${step.name.startsWith(scenario) ? step.name : `${scenario}, ${step.name}`} ${percentile}`,
        of: (night: NightRecord) => meanOf(stepsIn(night, scenario, step), percentile),
      })),
    )
    .slice(0, METRICS_MAX);
}

function stepsIn(
  { load }: NightRecord,
  scenario: string,
  { name, command }: NightStep,
): readonly NightStep[] {
  return (load?.scenarios ?? [])
    .filter((one) => one.name === scenario || one.repeats === scenario)
    .flatMap(({ steps }) => steps.find((one) => one.name === name && one.command === command) ?? []);
}

function meanOf(steps: readonly NightStep[], percentile: (typeof PERCENTILES)[number]): number | null {
  const known = steps.flatMap((step) => valueOf(step, percentile) ?? []);
  const sum = known.reduce((total, value) => total + Math.log(value), 0);
  return known.length === 0 ? null : Math.exp(sum / known.length);
}

function valueOf(step: NightStep, percentile: (typeof PERCENTILES)[number]): number | null {
  if (step.is_ours) return null;
  const us = step.latency_us[percentile];
  return us === null || us <= 0 ? null : us / 1000;
}

function logsOf(
  groups: readonly (readonly NightRecord[])[],
  of: (night: NightRecord) => number | null,
): Float64Array {
  return Float64Array.from(groups, (group) => {
    const logs = group
      .map(of)
      .filter((value): value is number => value !== null && value > 0)
      .map(Math.log);
    return logs.length === 0 ? NaN : logs.reduce((sum, log) => sum + log, 0) / logs.length;
  });
}

/** Without a value for the last night there is nothing to hold its metrics against, and they are judged as they are. */
function controlsOf(groups: readonly (readonly NightRecord[])[]): readonly ControlSeries[] {
  const kinds = new Set(
    groups
      .at(-1)
      ?.flatMap(({ controls }) => controls?.kinds ?? [])
      .map(({ kind }) => kind),
  );
  return [...kinds]
    .map((kind) => ({
      kind,
      logs: logsOf(
        groups,
        ({ controls }) => controls?.kinds.find((one) => one.kind === kind)?.latency_us.p50 ?? null,
      ),
    }))
    .filter(({ logs }) => !Number.isNaN(logs.at(-1) ?? NaN));
}

function capacityOf({ load }: NightRecord): number | null {
  return load?.scenarios.find(({ capacity }) => capacity !== null)?.capacity?.rate_per_second ?? null;
}

function errorsOf({ load }: NightRecord): ErrorNight {
  const steps = (load?.scenarios ?? [])
    .filter(({ capacity }) => capacity === null)
    .flatMap(({ steps: all }) => all);
  return {
    errors: steps.reduce((sum, { ledger }) => sum + ledger.sent - ledger.ok, 0),
    requests: steps.reduce((sum, { ledger }) => sum + ledger.sent, 0),
  };
}

/** The day that most of a night lies in: a night that begins before midnight belongs to the next. */
function weekdayOf(startedAt: string): number {
  return Math.floor((Date.parse(startedAt) + DAY_MS / 4) / DAY_MS) % 7;
}
