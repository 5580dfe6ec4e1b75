import { createHash } from 'node:crypto';
import { caseOf } from '../result/case-of.ts';
import { causesOf, type Cause } from '../result/causes.ts';
import type { AssumptionState, CaseOutcome, ContractResult } from '../result/contract-result.ts';
import type { Distribution, LoadResult, LoadScenario, LoadStep } from '../result/load-result.ts';
import type { RunResult } from '../result/result.ts';
import { caseSet } from './case-set.ts';
import { fitted } from './fit.ts';
import { packed } from './packed-shape.ts';
import {
  HISTORY_VERSION,
  type NightCause,
  type NightContract,
  type NightDistribution,
  type NightRecord,
  type NightScenario,
  type NightStep,
} from './night.ts';

const REASONS_MAX = 8;
const TEXT_MAX = 240;
const CAUSES_MAX = 100;
const NOT_PASSED_MAX = 100;
const CASES_LISTED_MAX = 150;
const CURVE_MAX = 16;

/** Which way of measuring a result was made by, where it does not say so. */
const FIRST_MEASURES = 1;

/** How the history names the embedded sandbox, which has another port each time. */
export const SANDBOX_NAME = 'the embedded sandbox';

/** The record of a finished run; null for one share of a load, which says nothing alone. */
export function recordOf(result: RunResult): NightRecord | null {
  const { run, target, verdict } = result;
  if (verdict === null) return null;
  return fitted({
    history_version: HISTORY_VERSION,
    id: run.id,
    started_at: run.started_at,
    ended_at: run.ended_at,
    profile: run.profile?.name ?? null,
    target: { name: target.is_sandbox ? SANDBOX_NAME : target.base_url, is_sandbox: target.is_sandbox },
    verdict,
    interrupted: run.interrupted,
    reasons: result.reasons.slice(0, REASONS_MAX).map(short),
    mover: result.mover,
    contract: result.contract === null ? null : contractOf(result.contract, run.started_at),
    load:
      result.load === null
        ? null
        : {
            inconclusive: result.load.inconclusive?.cause ?? null,
            scenarios: result.load.scenarios.map(scenarioOf),
          },
    controls: controlsOf(result.load),
    spend: {
      workflow_runs_started: result.spend.workflow_runs_started,
      cap: result.spend.cap,
      left_running: result.spend.ended_by.left_running,
      tokens: result.spend.tokens,
    },
    surroundings: environmentOf(result),
    revision: revisionOf(result),
  });
}

function environmentOf({ tool, run, target, load }: RunResult): NightRecord['surroundings'] {
  return {
    cpu: run.host.cpu ?? null,
    cores: run.host.cores,
    platform: run.host.platform,
    memory_bytes: run.host.memory_bytes,
    node: run.host.node,
    tool_version: tool.version,
    measures: tool.measures ?? FIRST_MEASURES,
    description_sha256: run.description_sha256 ?? null,
    profile_sha256: run.profile?.sha256 ?? null,
    workflow: target.workflow ?? null,
    processes: load?.generator?.processes ?? 1,
    shards: run.shards ?? 1,
    seed: run.seed,
  };
}

function revisionOf({ target }: RunResult): NightRecord['revision'] {
  const { revision } = target;
  return {
    declared: revision?.declared ?? null,
    headers: revision?.headers ?? {},
    schema_sha256: revision?.schema_sha256 ?? null,
    shape_sha256: revision?.shape_sha256 ?? null,
  };
}

const WORST: readonly CaseOutcome['outcome'][] = ['failed', 'warned', 'inconclusive', 'skipped'];

function contractOf(contract: ContractResult, startedAt: string): NightContract {
  const { outcomes, inconclusive, selection, strict, cases } = contract;
  const causes = causesOf(contract.findings);
  const notPassed = outcomes
    .filter(({ outcome }) => outcome !== 'passed')
    .toSorted((a, b) => WORST.indexOf(a.outcome) - WORST.indexOf(b.outcome));
  return {
    inconclusive: inconclusive?.cause ?? null,
    selection,
    strict,
    cases: {
      total: cases.total,
      passed: cases.passed,
      failed: cases.failed,
      warned: cases.warned,
      skipped: cases.skipped,
      inconclusive: cases.inconclusive,
    },
    judged_cases: caseSet(outcomes.filter(({ outcome }) => isJudgement(outcome)).map(({ id }) => id)),
    not_passed: notPassed.slice(0, NOT_PASSED_MAX).map(({ id, outcome }) => ({ id: short(id), outcome })),
    not_passed_more: Math.max(0, notPassed.length - NOT_PASSED_MAX),
    causes: causes.slice(0, CAUSES_MAX).map((cause) => causeOf(cause, outcomes, startedAt)),
    more_causes: causes.slice(CAUSES_MAX).map(({ fingerprint }) => fingerprint),
    rules: { confirmed: rulesIn(contract, 'confirmed'), refuted: rulesIn(contract, 'refuted') },
    ...(contract.shape === undefined ? {} : { packed_shape: contract.shape.map(packed) }),
  };
}

function rulesIn({ assumptions }: ContractResult, state: AssumptionState): readonly string[] {
  return assumptions.filter((one) => one.state === state).map(({ id }) => id);
}

/** A case that was skipped, or could not be judged, says nothing about what stayed away. */
export function isJudgement(outcome: CaseOutcome['outcome']): boolean {
  return outcome !== 'skipped' && outcome !== 'inconclusive';
}

function causeOf(cause: Cause, outcomes: readonly CaseOutcome[], startedAt: string): NightCause {
  const listed = new Set(outcomes.map(({ id }) => id));
  // What is asked beside the cases, like the control, belongs to none.
  const ids = new Set(
    cause.findings.flatMap(({ case_id: id }) => caseOf(id, (one) => listed.has(one)) ?? []),
  );
  const { first } = cause;
  return {
    fingerprint: cause.fingerprint,
    check: first.check,
    severity: cause.severity,
    title: short(first.title),
    accepted: first.acceptance?.state === 'accepted',
    first_seen: first.first_seen ?? startedAt,
    cases: ids.size > CASES_LISTED_MAX ? null : caseSet(ids),
  };
}

function scenarioOf(scenario: LoadScenario): NightScenario {
  const { capacity } = scenario;
  return {
    name: scenario.name,
    model: scenario.model,
    connections: scenario.connections,
    warmup_ms: scenario.warmup_ms,
    inconclusive: scenario.inconclusive?.cause ?? null,
    steps: scenario.steps.map(stepOf),
    steps_more: 0,
    thresholds: scenario.thresholds.map(({ expression, step, observed, limit, outcome }) => ({
      expression,
      step,
      observed,
      limit,
      outcome,
    })),
    capacity:
      capacity === undefined
        ? null
        : {
            command: capacity.command,
            rate_per_second: capacity.rate_per_second,
            broken_at_per_second: capacity.broken_at_per_second,
            objectives: capacity.objectives,
          },
    ...(scenario.repeats === undefined ? {} : { repeats: scenario.repeats }),
  };
}

function stepOf(step: LoadStep): NightStep {
  const { ledger } = step;
  return {
    name: step.name,
    command: step.command,
    rate_per_second: step.rate_per_second,
    concurrency: step.concurrency,
    duration_ms: step.duration_ms,
    ledger: {
      intended: ledger.intended,
      shed: ledger.shed,
      sent: ledger.sent,
      ok: ledger.ok,
      http_error: ledger.http_error,
      invalid: ledger.invalid,
      transport_error: ledger.transport_error,
      timeout: ledger.timeout,
      unfinished: ledger.unfinished,
    },
    http_error_by_status: step.http_error_by_status,
    latency_us: distributionOf(step.latency_us),
    service_us: distributionOf(step.service_us),
    bands: bandsOf(step),
    curve: thinned(step.latency_us.curve),
    is_ours: step.limited_by !== undefined,
  };
}

function distributionOf(all: Distribution): NightDistribution {
  return {
    count: all.count,
    p50: all.p50,
    p90: all.p90,
    p95: all.p95,
    p99: all.p99,
    p50_interval: all.interval.p50,
    p95_interval: all.interval.p95,
  };
}

/** The latencies of all seconds together. */
function bandsOf({ seconds }: LoadStep): NightStep['bands'] {
  const sums = new Map<number, number>();
  for (const [band, count] of seconds.flatMap(({ bands = [] }) => bands))
    sums.set(band, (sums.get(band) ?? 0) + count);
  return [...sums].sort(([a], [b]) => a - b);
}

/** At most so many points of a curve, its ends among them. */
function thinned(curve: Distribution['curve']): NightStep['curve'] {
  if (curve.length <= CURVE_MAX) return curve;
  const at = Array.from({ length: CURVE_MAX }, (_, i) =>
    Math.round((i * (curve.length - 1)) / (CURVE_MAX - 1)),
  );
  return at.flatMap((i) => {
    const point = curve[i];
    return point === undefined ? [] : [[Number(point[0].toFixed(6)), Math.round(point[1])]];
  });
}

function controlsOf(load: LoadResult | null): NightRecord['controls'] {
  const controls = load?.controls;
  if (controls === undefined) return null;
  const { sent, answered, failed, kinds, notes } = controls;
  return {
    ledger: { sent, answered, failed },
    kinds: kinds.map(({ kind, sent: own, latency_us: { count, p50, p95 } }) => ({
      kind,
      sent: own,
      latency_us: { count, p50, p95 },
    })),
    notes: notes.slice(0, REASONS_MAX).map(short),
  };
}

function short(text: string): string {
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text;
}

/** A name of something that is the same each night, without telling it. */
export function markOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
