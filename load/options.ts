import { peakPerSecondOf, type Arrival } from './arrival.ts';
import { arrivalOf, parseArrivals, type ArrivalTexts, type ParsedArrivals } from './arrival-options.ts';
import type { BreakerLimits } from './breaker.ts';
import { parseBreaker, type BreakerTexts } from './breaker-options.ts';
import { readData, type Row } from './data-file.ts';
import type { LoadPlan } from './load-plan.ts';
import { parseWeights } from './mix.ts';
import { durationOf, numberOf } from './option-values.ts';
import { DEFAULT_SAMPLING, parseSampling, type Sampling } from './sampling.ts';
import { COMMANDS } from './bodies.ts';
import { SCENARIO_NAMES, SCENARIOS, type Scenario, type ScenarioPlan } from './scenario.ts';
import { parseSharing, sharingMistakes, type ShareTexts } from './share-options.ts';
import { sharePlan } from './share-plan.ts';
import { WHOLE } from './shard.ts';
import { here, type Surroundings } from './surroundings.ts';
import { unreachable } from './threshold-reach.ts';
import { parseThreshold, type Threshold } from './threshold.ts';

/** The options of an ad-hoc load run as they were typed; what is absent keeps the scenario's default. */
export interface LoadOptionTexts extends ArrivalTexts, BreakerTexts, ShareTexts {
  readonly duration?: string | undefined;
  readonly warmup?: string | undefined;
  readonly connections?: string | undefined;
  readonly timeout?: string | undefined;
  readonly threshold?: readonly string[] | undefined;
  readonly mix?: string | undefined;
  readonly validate?: string | undefined;
  /** CSV or JSON file whose rows fill the run input. */
  readonly data?: string | undefined;
  readonly newConnections?: boolean | undefined;
}

/** A plan, or every mistake that was made, each as a sentence. */
export type ParsedLoadOptions = { readonly plan: LoadPlan } | { readonly mistakes: readonly string[] };

const HOUR_MS = 3_600_000;
const MIXED = 'mixed';

interface Parsed {
  readonly arrivals: ParsedArrivals;
  readonly durationMs: number | null;
  readonly warmupMs: number | null;
  readonly connections: number | null;
  readonly timeoutMs: number | null;
  readonly thresholds: readonly Threshold[] | null;
  readonly sampling: Sampling;
  readonly rows: readonly Row[];
  readonly keepsAlive: boolean;
  readonly breaker: BreakerLimits;
}

/** Parses scenario names and options; all mistakes are collected and none is thrown. */
export function parseLoadOptions(
  names: readonly string[],
  options: LoadOptionTexts,
  surroundings: Surroundings = here(),
): ParsedLoadOptions {
  const mistakes: string[] = [];
  const scenarios = scenariosOf(names, mistakes).map((scenario) => mixedBy(options.mix, scenario, mistakes));
  if (options.mix !== undefined && !names.includes(MIXED))
    mistakes.push(`--mix gives the weights of the scenario ${MIXED}; name that too.`);
  const parsed: Parsed = {
    arrivals: parseArrivals(options, mistakes),
    durationMs: durationOf('--duration', options.duration, { least: 100, most: 24 * HOUR_MS }, mistakes),
    warmupMs: durationOf('--warmup', options.warmup, { least: 0, most: HOUR_MS }, mistakes),
    connections: numberOf(
      '--connections',
      options.connections,
      { least: 1, most: 2000, whole: true },
      mistakes,
    ),
    timeoutMs: durationOf('--timeout', options.timeout, { least: 10, most: 300_000 }, mistakes),
    thresholds:
      options.threshold === undefined || options.threshold.length === 0
        ? null
        : thresholdsOf(options.threshold, mistakes),
    sampling: samplingOf(options.validate, mistakes),
    rows: options.data === undefined ? [] : rowsOf(options.data, mistakes),
    keepsAlive: options.newConnections !== true,
    breaker: parseBreaker(options, mistakes),
  };
  mistakes.push(...strayThresholds(parsed.thresholds ?? [], scenarios));
  const plans = scenarios.map((scenario) => planOf(scenario, parsed, mistakes));
  const sharing = parseSharing(options, surroundings, scenarios.length, mistakes);
  mistakes.push(...plans.flatMap((plan) => sharingMistakes(plan, sharing, surroundings)));
  if (parsed.thresholds !== null)
    mistakes.push(...plans.flatMap((plan) => unreachable(plan, plan.thresholds)));
  if (mistakes.length > 0) return { mistakes: [...new Set(mistakes)] };
  return {
    plan: { ...sharing, capacity: null, scenarios: plans.map((plan) => sharePlan(plan, sharing.shard)) },
  };
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
function mixedBy(text: string | undefined, scenario: Scenario, mistakes: string[]): Scenario {
  if (text === undefined || scenario.name !== MIXED) return scenario;
  const parsed = parseWeights(text, COMMANDS);
  if ('mistakes' in parsed) {
    mistakes.push(...parsed.mistakes);
    return scenario;
  }
  const { weights } = parsed;
  return { ...scenario, weights, commands: COMMANDS.filter((command) => weights[command] !== undefined) };
}

function rowsOf(path: string, mistakes: string[]): readonly Row[] {
  const parsed = readData(path);
  if (!('mistake' in parsed)) return parsed.rows;
  mistakes.push(parsed.mistake);
  return [];
}

function samplingOf(text: string | undefined, mistakes: string[]): Sampling {
  const parsed = text === undefined ? DEFAULT_SAMPLING : parseSampling(text);
  if (!('mistake' in parsed)) return parsed;
  mistakes.push(parsed.mistake);
  return DEFAULT_SAMPLING;
}

function thresholdsOf(texts: readonly string[], mistakes: string[]): readonly Threshold[] {
  return texts.flatMap((text) => {
    const parsed = parseThreshold(text);
    if (!('mistake' in parsed)) return [parsed];
    mistakes.push(parsed.mistake);
    return [];
  });
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

function planOf(scenario: Scenario, parsed: Parsed, mistakes: string[]): ScenarioPlan {
  const { defaults } = scenario;
  const measured = new Set(measuredIn(scenario));
  const durationMs = parsed.durationMs ?? defaults.durationMs;
  const arrival = arrivalOf(parsed.arrivals, { ...defaults, durationMs }, mistakes);
  return {
    scenario,
    arrival,
    durationMs,
    warmupMs: parsed.warmupMs ?? defaults.warmupMs,
    connections: parsed.connections ?? connectionsFor(arrival, defaults.connections),
    timeoutMs: parsed.timeoutMs,
    thresholds: limitsOf(
      parsed.thresholds?.filter(({ command }) => command === null || measured.has(command)) ?? null,
      thresholdsOf(defaults.thresholds, []),
    ),
    shard: WHOLE,
    sampling: parsed.sampling,
    rows: parsed.rows,
    keepsAlive: parsed.keepsAlive,
    breaker: parsed.breaker,
  };
}

/** The limits asked for, else the scenario's own. Its limit on errors stays until another is given: fast is not enough. */
function limitsOf(asked: readonly Threshold[] | null, defaults: readonly Threshold[]): readonly Threshold[] {
  if (asked === null) return defaults;
  const isOnErrors = ({ metric }: Threshold): boolean => metric.kind === 'error_rate';
  return asked.some(isOnErrors) ? asked : [...asked, ...defaults.filter(isOnErrors)];
}

/** A higher rate than the default's needs more connections: one for each request of half a second, at most 256. */
function connectionsFor(arrival: Arrival, atLeast: number): number {
  if (arrival.model === 'closed') return arrival.concurrency;
  return Math.min(256, Math.max(atLeast, Math.ceil((peakPerSecondOf({ arrival, shard: WHOLE }) ?? 0) / 2)));
}
