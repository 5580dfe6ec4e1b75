import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { secondLook, suspectsIn } from '../history/suspects.ts';
import type { NightRecord } from '../history/night.ts';
import { recordOf } from '../history/record.ts';
import { describePlan, type LoadPlan } from '../load/plan.ts';
import type { LoadContext } from '../load/run.ts';
import type { LoadResult, LoadScenario } from '../result/load-result.ts';
import type { RunResult } from '../result/result.ts';

/** What a second look takes besides the load that was sent. */
export interface SecondLook {
  readonly plan: LoadPlan;
  readonly context: LoadContext;
  /** The nights before this one. */
  readonly nights: readonly NightRecord[];
  /** The result of this run with a load part. */
  readonly resultOf: (load: LoadResult) => RunResult;
  readonly run: (plan: LoadPlan, context: LoadContext) => Promise<LoadResult>;
}

/**
 * Runs the scenarios once more that made this night suspect, where the caps have room for them: both runs count, in the
 * verdict as in the history. It is never done for one share of a load, and not after Ctrl-C.
 */
export async function rerunSuspects(first: LoadResult, look: SecondLook): Promise<LoadResult> {
  const { plan, context, nights, resultOf, run } = look;
  const now = recordOf(resultOf(first));
  if (now === null || plan.sharedByShards !== null || isOver(first, context)) return first;
  const suspects = suspectsIn([...nights.filter((one) => isBefore(one, now)), now]);
  const names = new Set(suspects.map(({ metric }) => metric.scenario));
  const scenarios = plan.scenarios.filter(({ scenario }) => names.has(scenario.name));
  if (scenarios.length === 0) return first;
  const again: LoadPlan = {
    ...plan,
    // The control calls of the first run stand for the night.
    scenarios: scenarios.map((one) => ({ ...one, controls: false })),
    capacity: null,
    startsAtMs: null,
  };
  const named = [...names].join(', ');
  const room = roomFor(again, first, look);
  if ('over' in room) {
    const message = `${named} was suspect and was not run once more: that would take ${room.over.join(' and ')}.`;
    context.say(message);
    return { ...first, asked_again: message };
  }
  context.say(`${named} is suspect and is run once more`);
  const outDir = join(context.outDir, 'again');
  mkdirSync(outDir, { recursive: true });
  const { loadCaps } = context.target;
  const caps = { ...loadCaps, requests: room.requests };
  const second = await run(again, { ...context, outDir, target: { ...context.target, loadCaps: caps } });
  const seen = recordOf(resultOf(second));
  const said = seen === null ? '' : ` ${secondLook(suspects, seen)}`;
  const message = `${named} was suspect and was run once more; both runs count.${said}`;
  context.say(message);
  return joined(first, second, message);
}

function isOver({ inconclusive }: LoadResult, { signal }: LoadContext): boolean {
  return signal.aborted || inconclusive !== null;
}

function isBefore({ started_at: one }: NightRecord, { started_at: other }: NightRecord): boolean {
  return Date.parse(one) < Date.parse(other);
}

/** How many requests a second look may send, or which caps it would pass. */
function roomFor(
  again: LoadPlan,
  { duration_ms: loadedMs }: LoadResult,
  { plan, context: { target, runs } }: SecondLook,
): { readonly requests: number | null } | { readonly over: readonly string[] } {
  const wanted = describePlan(again);
  const { requests: requestsCap, durationMs: durationCap } = target.loadCaps;
  // What the first run sent at most; in the closed model nobody knows, and it may have been all.
  const sent = describePlan(plan).requests;
  const requests = requestsCap === null ? null : Math.max(0, requestsCap - (sent ?? requestsCap));
  const started = runs.spend().workflow_runs_started + (wanted.startsRuns ?? Infinity);
  const lastsMs = loadedMs + wanted.durationMs;
  const over = [
    ...(target.maxRuns !== null && started > target.maxRuns
      ? [Number.isFinite(started) ? `HARNESS_MAX_RUNS=${started}` : 'more runs than HARNESS_MAX_RUNS']
      : []),
    ...(requests !== null && (wanted.requests ?? Infinity) > requests
      ? ['more requests than HARNESS_MAX_REQUESTS has left']
      : []),
    ...(durationCap !== null && lastsMs > durationCap
      ? [`HARNESS_MAX_DURATION=${Math.ceil(lastsMs / 1000)}s`]
      : []),
  ];
  return over.length > 0 ? { over } : { requests };
}

function joined(first: LoadResult, second: LoadResult, message: string): LoadResult {
  const repeated = second.scenarios.map((scenario): LoadScenario => {
    const { name } = scenario;
    return { ...scenario, name: `${name}, again`, repeats: name };
  });
  const { generator } = first;
  const worse = second.generator?.saturated === true ? second.generator : generator;
  return {
    ...first,
    inconclusive: second.inconclusive?.cause === 'interrupted' ? second.inconclusive : first.inconclusive,
    duration_ms: first.duration_ms + second.duration_ms,
    scenarios: [...first.scenarios, ...repeated],
    generator: worse,
    asked_again: message,
  };
}
