import { count, percent } from '../result/format.ts';
import type { RunResult } from '../result/result.ts';
import type { ReleaseRow } from '../result/release-comparison.ts';
import { compareNights, stepsAlike, type ComparedMetric } from './compare.ts';
import { wilson } from './flaky.ts';
import type { NightRecord, NightScenario, NightStep } from './night.ts';
import { meansSplitBetween } from './segment.ts';

export const PARTS = ['contract', 'load', 'capacity'] as const;
export const GATED = ['latency_ms_p50', 'latency_ms_p95', 'error_rate', 'capacity'] as const;

/** A figure of which a release may not lose more than so much. */
export interface GatedMetric {
  readonly metric: (typeof GATED)[number];
  /** Null for each that the two runs have. */
  readonly scenario: string | null;
  readonly step: string | null;
  /** The largest loss: a share of what it was; of errors, of all requests. */
  readonly loss: number;
  /** What an interval that holds the limit comes to: unknown, or what the estimate says. */
  readonly whenUnsure: 'inconclusive' | 'estimate';
}

/** What a release must keep. */
export interface ReleasePolicy {
  readonly required: readonly (typeof PARTS)[number][];
  readonly acceptedDrift: 'allowed' | 'refused';
  /** How much a figure of an unchanged service differs from run to run, as a standard deviation; a share. */
  readonly noise: number;
  readonly metrics: readonly GatedMetric[];
}

/** What the gate needs to know of the release: its record, and what of its findings was accepted. */
export interface Candidate {
  readonly night: NightRecord;
  readonly accepted: number;
}

export function candidateOf(night: NightRecord, { contract }: Pick<RunResult, 'contract'>): Candidate {
  const accepted = (contract?.findings ?? []).filter(({ acceptance }) => acceptance?.state === 'accepted');
  return { night, accepted: new Set(accepted.map(({ fingerprint }) => fingerprint)).size };
}

/** Holds a release against an earlier run. What is required and was not evaluated is never kept. */
export function judgeRelease(
  policy: ReleasePolicy,
  baseline: NightRecord,
  candidate: Candidate,
): readonly ReleaseRow[] {
  const { night } = candidate;
  return [
    ...policy.required.map((part) => partRow(part, night)),
    ...(policy.acceptedDrift === 'refused' ? [acceptedRow(candidate.accepted)] : []),
    ...policy.metrics.flatMap((row) => metricRows(row, policy.noise, baseline, night)),
  ];
}

const NOT_MEASURED = { loss: null, limit: null } as const;

function partRow(part: (typeof PARTS)[number], night: NightRecord): ReleaseRow {
  const why = whyPartUnknown(part, night);
  return {
    kind: 'part',
    name: part,
    ...NOT_MEASURED,
    ...(why === null
      ? { outcome: 'kept', sentence: `The required part ${part} was evaluated.` }
      : { outcome: 'unknown', sentence: `The policy requires ${part}, which was not evaluated: ${why}.` }),
  };
}

function whyPartUnknown(
  part: (typeof PARTS)[number],
  { contract, load, interrupted }: NightRecord,
): string | null {
  if (interrupted) return 'the run was interrupted';
  if (part === 'contract') {
    if (contract === null) return 'the run has no contract tests';
    if (contract.inconclusive !== null) return 'the contract tests could not be judged';
    return contract.selection === null ? null : 'the contract tests were narrowed to some cases';
  }
  if (load === null) return 'the run has no load';
  if (load.inconclusive !== null) return 'the load could not be judged';
  const own = load.scenarios.filter(({ capacity }) => (capacity !== null) === (part === 'capacity'));
  if (own.length === 0)
    return part === 'capacity' ? 'the run searched for no capacity' : 'the run has no load scenario';
  const unjudged = own.find(({ inconclusive }) => inconclusive !== null);
  if (unjudged !== undefined) return `${unjudged.name} could not be judged`;
  if (part === 'capacity' && own.every(({ capacity }) => capacity?.rate_per_second === null))
    return 'no rate was confirmed';
  return null;
}

function acceptedRow(accepted: number): ReleaseRow {
  const isClean = accepted === 0;
  return {
    kind: 'accepted',
    name: 'accepted-drift',
    ...NOT_MEASURED,
    outcome: isClean ? 'kept' : 'broken',
    sentence: isClean
      ? 'Nothing that was accepted is in this release.'
      : `The policy allows nothing that was accepted, and this release has ${count(accepted)} of it.`,
  };
}

function metricRows(row: GatedMetric, noise: number, a: NightRecord, b: NightRecord): readonly ReleaseRow[] {
  const split = meansSplitBetween(a, b);
  if (split !== null) return [unknown(row, nameOf(row), `the two were not measured alike: ${split}`)];
  if (a.interrupted || b.interrupted)
    return [unknown(row, nameOf(row), `${a.interrupted ? a.id : b.id} was interrupted`)];
  if (row.metric === 'capacity') return [capacityRow(row, a, b)];
  const matches = (scenario: string, step: string | null): boolean =>
    (row.scenario === null || row.scenario === scenario) &&
    (row.step === null || step === null || row.step === step);
  const { alike, apart } = stepsAlike(a, b);
  const cut = [a, b].flatMap(({ load }) => load?.scenarios ?? []).filter(({ steps_more: more }) => more > 0);
  const unlike = [
    ...apart.filter(({ scenario, step }) => matches(scenario, step) && !isCapacity(scenario, a, b)),
    ...cut.map(({ name }) => ({ scenario: name, step: null, why: 'the record leaves steps of it out' })),
  ].map(({ scenario, step, why }) => unknown(row, nameOf(row, scenario, step), why));
  const rows = alike
    .filter(({ scenario, b: step }) => matches(scenario, step.name))
    .map((one) =>
      row.metric === 'error_rate'
        ? errorRow(row, nameOf(row, one.scenario, one.b.name), one.a, one.b)
        : latencyRow(row, nameOf(row, one.scenario, one.b.name), noise, metricOf(row, one, a, b)),
    );
  const all = [...unlike, ...rows];
  return all.length > 0 ? all : [unknown(row, nameOf(row), 'neither of the two runs measured it')];
}

function isCapacity(scenario: string, ...nights: readonly NightRecord[]): boolean {
  return nights.some(
    ({ load }) =>
      load?.scenarios.some(({ name, capacity }) => name === scenario && capacity !== null) === true,
  );
}

function metricOf(
  { metric }: GatedMetric,
  one: { readonly scenario: string; readonly b: { readonly name: string } },
  a: NightRecord,
  b: NightRecord,
): ComparedMetric | undefined {
  return compareNights(a, b).metrics.find(
    ({ scenario, step, percentile }) =>
      scenario === one.scenario && step === one.b.name && metric === `latency_ms_${percentile}`,
  );
}

/** The noise of both runs comes to what the two samples can tell: within one run nothing is seen of it. */
function latencyRow(
  row: GatedMetric,
  name: string,
  noise: number,
  metric: ComparedMetric | undefined,
): ReleaseRow {
  if (metric === undefined) return unknown(row, name, 'one of the two has too few samples for it');
  const { ratio, interval } = metric;
  if (interval === null) return unknown(row, name, 'one of the two has too few samples for its interval');
  const between = 1.96 * Math.SQRT2 * noise;
  const low = ratio * Math.exp(-Math.hypot(Math.log(ratio / interval[0]), between));
  const high = ratio * Math.exp(Math.hypot(Math.log(interval[1] / ratio), between));
  return judged(row, name, [ratio - 1, low - 1, high - 1], 'slower');
}

interface Counts {
  readonly failed: number;
  readonly of: number;
}

/** What a gateway answers, and the limit of a key: no loss of the service. */
const ENVIRONMENT_STATUSES = ['429', '502', '503', '504'];

function environmentIn({ http_error_by_status: statuses }: NightStep): number {
  return ENVIRONMENT_STATUSES.reduce((sum, status) => sum + (statuses[status] ?? 0), 0);
}

/** Errors of the environment decide nothing: where the row depends on them, it is not evaluated. */
function errorRow(row: GatedMetric, name: string, a: NightStep, b: NightStep): ReleaseRow {
  const [all, own] = [false, true].map((isOwn) => {
    const of = (step: NightStep): Counts => {
      const { sent, ok } = step.ledger;
      const apart = isOwn ? environmentIn(step) : 0;
      return { failed: sent - ok - apart, of: sent - apart };
    };
    return shareRow(row, name, of(a), of(b));
  }) as [ReleaseRow, ReleaseRow];
  if (all.outcome === own.outcome) return all;
  return unknown(
    row,
    name,
    `it depends on responses with ${ENVIRONMENT_STATUSES.join(', ')}, which are the environment's (${count(environmentIn(a))} before, ${count(environmentIn(b))} now)`,
  );
}

/** The difference of two shares after Newcombe, so that a baseline without an error is one like any other. */
function shareRow(row: GatedMetric, name: string, a: Counts, b: Counts): ReleaseRow {
  if (a.of === 0 || b.of === 0)
    return unknown(row, name, `${a.of === 0 ? 'the baseline' : 'the release'} sent nothing`);
  const [was, is] = [a.failed / a.of, b.failed / b.of];
  // As a limit on errors is met by a sample without one, so is a loss.
  if (b.failed === 0) return judged(row, name, [-was, -was, 0], 'of the requests fail besides', counts(a, b));
  const [lowA, highA] = wilson(a.failed, a.of);
  const [lowB, highB] = wilson(b.failed, b.of);
  const loss = is - was;
  const low = loss - Math.hypot(is - lowB, highA - was);
  const high = loss + Math.hypot(highB - is, was - lowA);
  return judged(row, name, [loss, low, high], 'of the requests fail besides', counts(a, b));
}

function counts(a: Counts, b: Counts): string {
  return ` (${count(a.failed)} of ${count(a.of)} before, ${count(b.failed)} of ${count(b.of)} now)`;
}

/** A search confirms a rate and breaks at a higher one; the capacity lies between the two. */
function capacityRow(row: GatedMetric, a: NightRecord, b: NightRecord): ReleaseRow {
  const [was, is] = [capacityOf(a), capacityOf(b)];
  const name = nameOf(row);
  if (was === null || is === null)
    return unknown(row, name, `${was === null ? a.id : b.id} searched for no capacity that could be judged`);
  const why = whyUnlike(was, is);
  if (why !== null) return unknown(row, name, why);
  const [before, now] = [was.rate_per_second, is.rate_per_second];
  if (before === null || now === null)
    return unknown(row, name, `no rate was confirmed in ${before === null ? a.id : b.id}`);
  const least = now / Math.max(before, was.broken_at_per_second ?? before);
  const most = Math.max(now, is.broken_at_per_second ?? Infinity) / before;
  return judged(
    row,
    name,
    [1 - now / before, Math.max(-1, 1 - most), 1 - least],
    'lower',
    ` (${before}/s before, ${now}/s now)`,
  );
}

type Capacity = NonNullable<NightScenario['capacity']>;

function capacityOf({ load }: NightRecord): Capacity | null {
  return (
    load?.scenarios.find(({ capacity, inconclusive }) => capacity !== null && inconclusive === null)
      ?.capacity ?? null
  );
}

function whyUnlike(a: Capacity, b: Capacity): string | null {
  if (a.command !== b.command) return `the capacity was that of ${a.command} and is that of ${b.command}`;
  const [before, now] = [a.objectives?.join(' and '), b.objectives?.join(' and ')];
  return before === undefined || now === undefined || before === now
    ? null
    : `the objectives were ${before} and are ${now}`;
}

function judged(
  { loss: limit, whenUnsure }: GatedMetric,
  name: string,
  loss: readonly [number, number, number],
  worse: string,
  more = '',
): ReleaseRow {
  const [estimate, low, high] = loss;
  const sure = low > limit ? 'broken' : high <= limit ? 'kept' : null;
  const outcome = sure ?? (whenUnsure === 'inconclusive' ? 'unknown' : estimate > limit ? 'broken' : 'kept');
  const figures = `${change(estimate)} ${worse} (${change(low)} to ${change(high)})${more}; at most ${percent(limit)} is allowed`;
  const tells = {
    kept: `${name} keeps the policy: ${figures}.`,
    broken: `${name} is worse than the policy allows: ${figures}.`,
    unknown: `${name} can't be certified, because its interval holds the limit: ${figures}.`,
  };
  return { kind: 'metric', name, outcome, sentence: tells[outcome], loss, limit };
}

function unknown({ loss: limit }: GatedMetric, name: string, why: string): ReleaseRow {
  const message = `${name} can't be certified, because it was not evaluated: ${why}.`;
  return { kind: 'metric', name, outcome: 'unknown', sentence: message, loss: null, limit };
}

function change(share: number): string {
  return `${share < 0 ? '−' : '+'}${percent(Math.abs(share))}`;
}

function nameOf(
  { metric, scenario: ofRow, step: stepOfRow }: GatedMetric,
  scenario: string | null = ofRow,
  step: string | null = stepOfRow,
): string {
  const where = [...new Set([scenario, step])].filter((one) => one !== null).join(', ');
  return where === '' ? metric : `${metric} of ${where}`;
}
