import { COMMON_OPTIONS } from '../../options/common.ts';
import { sharedOf, readOptions, type TextsOf, type ValuesOf } from '../../options/option.ts';
import { arrivalContradictions } from './arrivals.ts';
import { COMMANDS } from '../scenario/request-bodies.ts';
import type { LoadPlan } from '../plan.ts';
import type { Weights } from '../scenario/mix.ts';
import { LOAD_OPTIONS, planOf, measuredIn } from './rows.ts';
import { SCENARIO_NAMES, SCENARIOS, type Scenario } from '../scenario/scenario.ts';
import { type ScenarioPlan } from '../scenario/plan.ts';
import { sharingIssues, spreadIssues } from './shares.ts';
import { sharePlan } from '../scenario/share.ts';
import { WHOLE } from '../arrivals/shard.ts';
import { readHostLimits, type HostLimits } from './host-limits.ts';
import { unreachable } from '../scenario/validate.ts';
import { type Threshold } from '../scenario/threshold.ts';

/** The options of an ad-hoc load run as they were typed; what is absent keeps the scenario's default. */
export type LoadOptionTexts = TextsOf<typeof LOAD_OPTIONS & typeof COMMON_OPTIONS>;

/** A plan, or every issue that was made, each as a sentence. */
export type ParsedLoadOptions = { readonly plan: LoadPlan } | { readonly issues: readonly string[] };

const MIXED = 'mixed';

/** Parses scenario names and options; all issues are collected and none is thrown. */
export function parseLoadOptions(
  names: readonly string[],
  texts: LoadOptionTexts,
  hostLimits: HostLimits = readHostLimits(),
): ParsedLoadOptions {
  const issues: string[] = [];
  const { values, issues: unreadable } = readOptions(LOAD_OPTIONS, texts);
  const scenarios = scenariosOf(names, issues).map((scenario) => mixedBy(values.mix, scenario));
  if (texts.mix !== undefined && !names.includes(MIXED))
    issues.push(`--mix gives the weights of the scenario ${MIXED}; name that too.`);
  issues.push(...unreadable, ...arrivalContradictions(texts, values.shape));
  issues.push(...strayThresholds(values.threshold, scenarios));
  const { processes, startAt: startsAtMs } = values;
  const sharing = { processes, shard: values.shard ?? WHOLE, startsAtMs };
  const limits = { ...hostLimits, processes, shares: processes * sharing.shard.count };
  const plans = scenarios.map((scenario) => planOf(scenario, values, limits, issues));
  issues.push(
    ...spreadIssues(texts, startsAtMs, hostLimits, scenarios.length),
    ...plans.flatMap((plan) => sharingIssues(plan, sharing, hostLimits)),
  );
  if (values.threshold.length > 0)
    issues.push(...plans.flatMap((plan) => unreachable(plan, plan.thresholds)));
  if (issues.length > 0) return { issues: [...new Set(issues)] };
  return {
    plan: {
      ...sharing,
      sharedByShards: values.shard === null ? null : sharedBetweenShards(values, texts, plans),
      capacity: null,
      scenarios: plans.map((plan) => sharePlan(plan, sharing.shard)),
    },
  };
}

/** What all shards must share: options, and the plan of the whole load but for what may differ between machines. */
function sharedBetweenShards(
  values: ValuesOf<typeof LOAD_OPTIONS>,
  texts: TextsOf<typeof COMMON_OPTIONS>,
  plans: readonly ScenarioPlan[],
): Readonly<Record<string, unknown>> {
  const wholes = plans.map((plan) => ({ ...plan, connections: null, rows: null, shard: null }));
  return {
    ...sharedOf(COMMON_OPTIONS, readOptions(COMMON_OPTIONS, texts).values),
    ...sharedOf(LOAD_OPTIONS, values),
    plan: wholes,
  };
}

function scenariosOf(names: readonly string[], issues: string[]): readonly Scenario[] {
  const known = SCENARIO_NAMES.join(', ');
  if (names.length === 0) issues.push(`Name at least one load scenario; known are ${known}.`);
  const found: Scenario[] = [];
  for (const name of new Set(names)) {
    const scenario = SCENARIOS.find((candidate) => candidate.name === name);
    if (scenario === undefined) issues.push(`There is no load scenario "${name}"; known are ${known}.`);
    else found.push(scenario);
  }
  return found;
}

/** The mix with the weights that were asked for; other scenarios as they are. */
function mixedBy(weights: Weights | null, scenario: Scenario): Scenario {
  if (weights === null || scenario.name !== MIXED) return scenario;
  return { ...scenario, weights, commands: COMMANDS.filter((command) => weights[command] !== undefined) };
}

/** A threshold for a command that no chosen scenario sends would be judged by nobody. */
function strayThresholds(
  thresholds: readonly Threshold[],
  scenarios: readonly Scenario[],
): readonly string[] {
  const measured = new Set(scenarios.flatMap(measuredIn));
  if (measured.size === 0) return [];
  return thresholds
    .filter(({ command }) => command !== null && !measured.has(command))
    .map(
      ({ expression, command }) =>
        `The threshold "${expression}" is about ${command ?? ''}; measured are ${[...measured].join(', ')}.`,
    );
}
