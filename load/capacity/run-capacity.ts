import type { Inconclusive } from '../../reports/exchange.ts';
import type { CapacityProbe, LoadScenario } from '../../reports/load-result.ts';
import type { LoadContext } from '../context.ts';
import type { Crew } from '../crew/crew.ts';
import { saveHistograms } from '../raw-histograms.ts';
import type { ScenarioRecord } from '../record.ts';
import { restUntil } from '../rest.ts';
import { reportScenario, type ScenarioOutcome } from '../scenario-report.ts';
import { Allowance } from './allowance.ts';
import { CAPACITY, planOfProbe, type CapacityPlan } from './capacity-plan.ts';
import { conclude } from './conclusion.ts';
import { judgeProbe, type ProbeJudgement } from './judgement.ts';
import { advance, beginSearch, type Probe, type Search } from './search.ts';

const RECOVERY_MS = 1000;

interface Tried {
  /** Until when the target asked to hold back; null when it did not. */
  readonly holdUntilEpochMs: number | null;
  readonly outcome: ScenarioOutcome;
  readonly judgement: ProbeJudgement;
}

/**
 * Searches for the capacity. Each probe is a scenario of its own: it drains, and stops its runs, before the next one
 * begins, which must fit into what the caps have left; after a rate that broke the target gets a second to recover, and
 * whatever pause it has asked for by Retry-After.
 */
export async function runCapacity(
  plan: CapacityPlan,
  processes: number,
  context: LoadContext,
  crew: Crew,
): Promise<ScenarioOutcome> {
  const allowance = new Allowance(plan, processes, context);
  const tried: Tried[] = [];
  let search = beginSearch(plan.limits);
  let fatal: Inconclusive | null = null;
  while (search.next !== null && fatal === null) {
    fatal = allowance.take(search.next);
    if (fatal !== null) break;
    const last = await attempt(plan, search, search.next, tried.length + 1, { context, crew });
    tried.push(last);
    fatal = last.judgement.fatal;
    const { probe } = last.judgement;
    context.say(
      `${CAPACITY}: ${probe.phase}, ${probe.rate_per_second}/s for ${probe.duration_ms / 1000} s: ${probe.outcome}. ${probe.sentence}`,
    );
    if (fatal === null) search = advance(plan.limits, search, probe.outcome);
    if (probe.outcome === 'broken' && search.next !== null) await recovery(context.signal);
    if (search.next !== null) await restUntil(last.holdUntilEpochMs, CAPACITY, context);
  }
  return outcomeOf(plan, search, tried, fatal);
}

async function attempt(
  plan: CapacityPlan,
  search: Search,
  probe: Probe,
  number: number,
  { context, crew }: { readonly context: LoadContext; readonly crew: Crew },
): Promise<Tried> {
  const probePlan = planOfProbe(plan, probe, number);
  const record = await crew.conduct(probePlan);
  saveHistograms(context.outDir, CAPACITY, record);
  const outcome = reportScenario(probePlan, record);
  const hasKept = search.kept.some((rate) => rate < probe.ratePerSecond);
  const { holdUntilEpochMs } = record.facts;
  const judgement = judgeProbe(probe, outcome.scenario, measuredOf(record), hasKept);
  return { outcome, judgement, holdUntilEpochMs };
}

function measuredOf({ parts, facts }: ScenarioRecord): Parameters<typeof judgeProbe>[2] {
  const [part] = parts;
  return {
    endedWell: part?.endedWell ?? 0,
    measuredMs: part?.measuredMs ?? 0,
    stopped: facts.trip?.sentence ?? null,
  };
}

function outcomeOf(
  { limits, template }: CapacityPlan,
  search: Search,
  tried: readonly Tried[],
  fatal: Inconclusive | null,
): ScenarioOutcome {
  const probes = tried.map(({ judgement }) => judgement.probe);
  const shown = shownOf(search, tried);
  if (shown === undefined) throw new Error('A search for the capacity tried nothing.');
  const saturation = tried.findLast(({ outcome }) => outcome.saturation !== null)?.outcome.saturation ?? null;
  const about = {
    command: template.scenario.name,
    objectives: template.thresholds.map(({ expression }) => expression),
    limits,
  };
  const { capacity, inconclusive } = conclude(about, search, probes, { fatal, saturation });
  // A rate that was broken by an overload alone has no threshold to say so.
  const isSaid =
    search.confirmed !== null ||
    shown.outcome.scenario.thresholds.some(({ outcome }) => outcome === 'broken');
  const overload: Inconclusive = { cause: 'circuit-broken', sentence: capacity.sentence };
  const whole = inconclusive ?? (isSaid ? null : overload);
  const scenario: LoadScenario = { ...shown.outcome.scenario, name: CAPACITY, inconclusive: whole, capacity };
  return { scenario, saturation: inconclusive?.cause === 'generator-saturated' ? saturation : null };
}

/** The probe whose steps and thresholds stand for the search: the soak that confirmed, else the last one of all. */
function shownOf({ confirmed }: Search, tried: readonly Tried[]): Tried | undefined {
  const isSoak = ({ phase, outcome, rate_per_second }: CapacityProbe): boolean =>
    phase === 'confirming' && outcome === 'kept' && rate_per_second === confirmed;
  return tried.find(({ judgement }) => isSoak(judgement.probe)) ?? tried.at(-1);
}

async function recovery(signal: AbortSignal): Promise<void> {
  const untilMs = performance.now() + RECOVERY_MS;
  while (performance.now() < untilMs && !signal.aborted)
    await new Promise((resolve) => setTimeout(resolve, 50));
}
