import type { Inconclusive } from '../../result/exchange.ts';
import type { CapacityProbe, LoadScenario } from '../../result/load-result.ts';
import type { LoadContext } from '../engine/context.ts';
import type { Runner } from '../workers/runner.ts';
import { saveHistograms } from '../metrics/histogram-files.ts';
import { waitForRetryAfter } from '../engine/setup-client.ts';
import { reportScenario, type ScenarioOutcome } from '../judge/scenario-report.ts';
import { CAPACITY } from '../scenario/scenario.ts';
import { ProbeBudget, planOfProbe, type CapacityPlan } from './plan.ts';
import { conclude } from './conclusion.ts';
import { judgeProbe, type ProbeJudgement } from './judge-probe.ts';
import { advance, beginSearch, type Probe, type Search } from './search.ts';

const RECOVERY_MS = 1000;

interface ProbeResult {
  /** Until when the target asked to hold back; null when it did not. */
  readonly holdUntilEpochMs: number | null;
  readonly outcome: ScenarioOutcome;
  readonly judgement: ProbeJudgement;
}

/**
 * Searches for the capacity. Each probe is a scenario of its own: it drains, and stops its runs, before the next one
 * begins, which must fit into what the caps have left; after a rate that broke the target gets time to recover, and
 * whatever pause it has asked for by Retry-After.
 */
export async function runCapacity(
  plan: CapacityPlan,
  processes: number,
  context: LoadContext,
  runner: Runner,
): Promise<ScenarioOutcome> {
  const budget = new ProbeBudget(plan, processes, context);
  const results: ProbeResult[] = [];
  let search = beginSearch(plan.limits);
  let fatal: Inconclusive | null = null;
  while (search.next !== null && fatal === null) {
    fatal = budget.take(search.next);
    if (fatal !== null) break;
    const last = await attempt(plan, search, search.next, results.length + 1, { context, runner });
    results.push(last);
    fatal = last.judgement.fatal;
    const { probe } = last.judgement;
    context.say(
      `${CAPACITY}: ${probe.phase}, ${probe.rate_per_second}/s for ${probe.duration_ms / 1000} s: ${probe.outcome}. ${probe.sentence}`,
    );
    if (fatal === null) search = advance(plan.limits, search, probe.outcome);
    if (search.next !== null) await rest(probe, search, context.signal);
    if (search.next !== null) await waitForRetryAfter(last.holdUntilEpochMs, CAPACITY, context);
  }
  return outcomeOf(plan, search, results, fatal);
}

async function attempt(
  plan: CapacityPlan,
  search: Search,
  probe: Probe,
  number: number,
  { context, runner }: { readonly context: LoadContext; readonly runner: Runner },
): Promise<ProbeResult> {
  const probePlan = planOfProbe(plan, probe, number);
  const record = await runner.run(probePlan);
  const unsaved = saveHistograms(context.outDir, CAPACITY, record);
  if (unsaved !== null) context.say(unsaved);
  const outcome = reportScenario(probePlan, record);
  const hasKept = search.kept.some((rate) => rate < probe.ratePerSecond);
  const { holdUntilEpochMs } = record.facts;
  const stopped = record.facts.stopReason?.message ?? null;
  const judgement = judgeProbe(probe, outcome.scenario, {
    stopped,
    hasKept: hasKept || probe.phase === 'control',
  });
  return { outcome, judgement, holdUntilEpochMs };
}

function outcomeOf(
  { limits, template }: CapacityPlan,
  search: Search,
  results: readonly ProbeResult[],
  fatal: Inconclusive | null,
): ScenarioOutcome {
  const probes = results.map(({ judgement }) => judgement.probe);
  const shown = shownOf(search, results);
  if (shown === undefined) throw new Error('A search for the capacity tried nothing.');
  const ours = oursOf(results);
  const about = {
    command: template.scenario.name,
    objectives: template.thresholds.map(({ expression }) => expression),
    limits,
  };
  const { capacity, inconclusive } = conclude(about, search, probes, {
    fatal: fatal ?? unsteady(search),
    ours,
  });
  // A rate that was broken by an overload alone has no threshold to say so.
  const isSaid =
    search.confirmed !== null ||
    shown.outcome.scenario.thresholds.some(({ outcome }) => outcome === 'broken');
  const overload: Inconclusive = { cause: 'circuit-broken', sentence: capacity.sentence };
  const whole = inconclusive ?? (isSaid ? null : overload);
  const scenario: LoadScenario = { ...shown.outcome.scenario, name: CAPACITY, inconclusive: whole, capacity };
  return {
    scenario,
    saturation: inconclusive?.cause === 'generator-saturated' ? inconclusive.sentence : null,
  };
}

/** The probe whose steps and thresholds stand for the search: the soak that confirmed, else the last one of all. */
function shownOf({ confirmed }: Search, results: readonly ProbeResult[]): ProbeResult | undefined {
  const isSoak = ({ phase, outcome, rate_per_second }: CapacityProbe): boolean =>
    phase === 'confirming' && outcome === 'kept' && rate_per_second === confirmed;
  return results.find(({ judgement }) => isSoak(judgement.probe)) ?? results.at(-1);
}

const OURS: readonly Inconclusive['cause'][] = [
  'generator-saturated',
  'too-few-connections',
  'runs-not-ready',
];

/** What of ours kept a probe from being judged; the last one counts. */
function oursOf(results: readonly ProbeResult[]): Inconclusive | null {
  const last = results.findLast(
    ({ judgement: { probe } }) =>
      probe.outcome === 'inconclusive' && probe.cause !== undefined && OURS.includes(probe.cause),
  );
  if (last === undefined) return null;
  const { cause = 'generator-saturated', sentence } = last.judgement.probe;
  return { cause, sentence };
}

/** Nothing can be concluded from an environment that did not stay what it was. */
function unsteady({ isUnsteady, kept }: Search): Inconclusive | null {
  if (!isUnsteady) return null;
  return {
    cause: 'environment-down',
    sentence: `${kept.at(-1) ?? 0} per second, which had kept the objectives, did not when they were asked again: the environment changed during the search.`,
  };
}

/** After a rate that broke, or that was not answered at all, the target gets time to recover, more for each attempt. */
async function rest(
  { outcome, ledger }: CapacityProbe,
  { next, doubted }: Search,
  signal: AbortSignal,
): Promise<void> {
  const isSilent = ledger.ok + ledger.http_error + ledger.invalid === 0;
  if (outcome !== 'broken' && doubted === null && !isSilent) return;
  const untilMs = performance.now() + RECOVERY_MS * (isSilent ? 2 ** (next?.attempt ?? 1) : 1);
  while (performance.now() < untilMs && !signal.aborted)
    await new Promise((resolve) => setTimeout(resolve, 50));
}
