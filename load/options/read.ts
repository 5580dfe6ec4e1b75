import { alikeOf, readOptions, type TextsOf, type ValuesOf } from '../../options/option.ts';
import { peakPerSecondOf, type Arrival } from '../arrivals/arrival.ts';
import { arrivalContradictions, arrivalOf } from './arrivals.ts';
import { COMMANDS } from '../scenario/request-bodies.ts';
import type { LoadPlan } from '../plan.ts';
import type { Weights } from '../scenario/mix.ts';
import { LOAD_OPTIONS } from './rows.ts';
import { requestsOf, SCENARIO_NAMES, SCENARIOS, type Scenario } from '../scenario/scenario.ts';
import { type ScenarioPlan } from '../scenario/plan.ts';
import { sharingMistakes, spreadMistakes } from './shares.ts';
import { sharePlan } from '../scenario/share.ts';
import { WHOLE } from '../arrivals/shard.ts';
import { readHostLimits, type HostLimits } from './host-limits.ts';
import { unreachable } from '../scenario/validate.ts';
import { parseThreshold, type Threshold } from '../scenario/threshold.ts';

/** The options of an ad-hoc load run as they were typed; what is absent keeps the scenario's default. */
export type LoadOptionTexts = TextsOf<typeof LOAD_OPTIONS>;

type LoadValues = ValuesOf<typeof LOAD_OPTIONS>;

/** A plan, or every mistake that was made, each as a sentence. */
export type ParsedLoadOptions = { readonly plan: LoadPlan } | { readonly mistakes: readonly string[] };

const MIXED = 'mixed';

/** Parses scenario names and options; all mistakes are collected and none is thrown. */
export function parseLoadOptions(
  names: readonly string[],
  texts: LoadOptionTexts,
  surroundings: HostLimits = readHostLimits(),
): ParsedLoadOptions {
  const mistakes: string[] = [];
  const { values, mistakes: unreadable } = readOptions(LOAD_OPTIONS, texts);
  const scenarios = scenariosOf(names, mistakes).map((scenario) => mixedBy(values.mix, scenario));
  if (texts.mix !== undefined && !names.includes(MIXED))
    mistakes.push(`--mix gives the weights of the scenario ${MIXED}; name that too.`);
  mistakes.push(...unreadable, ...arrivalContradictions(texts, values.shape));
  mistakes.push(...strayThresholds(values.threshold, scenarios));
  const { processes, startAt: startsAtMs } = values;
  const sharing = { processes, shard: values.shard ?? WHOLE, startsAtMs };
  const room = { ...surroundings, processes, shares: processes * sharing.shard.count };
  const plans = scenarios.map((scenario) => planOf(scenario, values, room, mistakes));
  mistakes.push(
    ...spreadMistakes(texts, startsAtMs, surroundings, scenarios.length),
    ...plans.flatMap((plan) => sharingMistakes(plan, sharing, surroundings)),
  );
  if (values.threshold.length > 0)
    mistakes.push(...plans.flatMap((plan) => unreachable(plan, plan.thresholds)));
  if (mistakes.length > 0) return { mistakes: [...new Set(mistakes)] };
  return {
    plan: {
      ...sharing,
      alike: values.shard === null ? null : { ...alikeOf(LOAD_OPTIONS, values), ...alikeIn(plans) },
      capacity: null,
      scenarios: plans.map((plan) => sharePlan(plan, sharing.shard)),
    },
  };
}

/** The plan of the whole load, but for what may differ between machines. */
function alikeIn(plans: readonly ScenarioPlan[]): Readonly<Record<string, unknown>> {
  const wholes = plans.map((plan) => ({ ...plan, connections: null, rows: null, shard: null }));
  return { plan: wholes };
}

function scenariosOf(names: readonly string[], mistakes: string[]): readonly Scenario[] {
  const known = SCENARIO_NAMES.join(', ');
  if (names.length === 0) mistakes.push(`Name at least one load scenario; known are ${known}.`);
  const found: Scenario[] = [];
  for (const name of new Set(names)) {
    const scenario = SCENARIOS.find((candidate) => candidate.name === name);
    if (scenario === undefined) mistakes.push(`There is no load scenario "${name}"; known are ${known}.`);
    else found.push(scenario);
  }
  return found;
}

/** The mix with the weights that were asked for; other scenarios as they are. */
function mixedBy(weights: Weights | null, scenario: Scenario): Scenario {
  if (weights === null || scenario.name !== MIXED) return scenario;
  return { ...scenario, weights, commands: COMMANDS.filter((command) => weights[command] !== undefined) };
}

/** What has steps of its own in a scenario: its commands, and where there are several the whole of them. */
function measuredIn({ commands, name }: Scenario): readonly string[] {
  return commands.length > 1 ? [...commands, name] : commands;
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

/** What the connections of a load have to fit into. */
interface Room extends HostLimits {
  readonly processes: number;
  /** How many processes, on all machines together, share the connections. */
  readonly shares: number;
}

function planOf(scenario: Scenario, values: LoadValues, room: Room, mistakes: string[]): ScenarioPlan {
  const { defaults } = scenario;
  const measured = new Set(measuredIn(scenario));
  const durationMs = values.duration ?? defaults.durationMs;
  const arrival = arrivalOf(values, { ...defaults, durationMs }, mistakes);
  const asked = values.threshold.filter(({ command }) => command === null || measured.has(command));
  return {
    scenario,
    arrival,
    durationMs,
    warmupMs: values.warmup ?? defaults.warmupMs,
    connections: values.connections ?? connectionsFor(scenario, arrival, values.timeout, room),
    timeoutMs: values.timeout,
    thresholds: limitsOf(values.threshold.length === 0 ? null : asked, thresholdsOf(defaults.thresholds)),
    shard: WHOLE,
    sampling: values.validate,
    rows: values.data,
    keepsAlive: !values.newConnections,
    throughProxy: values.throughProxy,
    breaker: { failureShare: values.breakerFailures, connectFailures: values.breakerConnects },
  };
}

function thresholdsOf(expressions: readonly string[]): readonly Threshold[] {
  return expressions.flatMap((expression) => {
    const parsed = parseThreshold(expression);
    return 'mistake' in parsed ? [] : [parsed];
  });
}

/** The limits asked for, else the scenario's own. Its limit on errors stays until another is given: fast is not enough. */
function limitsOf(asked: readonly Threshold[] | null, defaults: readonly Threshold[]): readonly Threshold[] {
  if (asked === null) return defaults;
  const isOnErrors = ({ metric }: Threshold): boolean => metric.kind === 'error_rate';
  return asked.some(isOnErrors) ? asked : [...asked, ...defaults.filter(isOnErrors)];
}

/**
 * In the closed model one connection for each place. In the open one a ceiling: as many as there would be under way if
 * each response took as long as it may, within what is allowed and half of the files that this machine has left.
 */
function connectionsFor(
  scenario: Scenario,
  arrival: Arrival,
  timeoutMs: number | null,
  { connectionsMax, openFilesMax, processes, shares, timeoutMs: usualMs }: Room,
): number {
  if (arrival.model === 'closed') return arrival.concurrency;
  const perSecond = (peakPerSecondOf({ arrival, shard: WHOLE }) ?? 0) * requestsOf(scenario);
  const underWay = Math.ceil((perSecond * (timeoutMs ?? usualMs)) / 1000);
  const files = openFilesMax === null ? Infinity : Math.floor(openFilesMax / 2) * processes;
  return Math.max(shares, Math.min(Math.max(2, underWay), connectionsMax, files));
}
