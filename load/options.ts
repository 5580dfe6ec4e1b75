import { parseDurationMs } from '../target/duration.ts';
import { parseWeights } from './mix.ts';
import {
  COMMANDS,
  SCENARIO_NAMES,
  SCENARIOS,
  type Arrival,
  type LoadPlan,
  type Scenario,
  type ScenarioPlan,
} from './scenario.ts';
import { parseThreshold, type Threshold } from './threshold.ts';

/** The options of an ad-hoc load run as they were typed; what is absent keeps the scenario's default. */
export interface LoadOptionTexts {
  readonly rate?: string | undefined;
  readonly duration?: string | undefined;
  readonly warmup?: string | undefined;
  readonly connections?: string | undefined;
  readonly timeout?: string | undefined;
  readonly concurrency?: string | undefined;
  readonly threshold?: readonly string[] | undefined;
  readonly mix?: string | undefined;
}

/** A plan, or every mistake that was made, each as a sentence. */
export type ParsedLoadOptions = { readonly plan: LoadPlan } | { readonly mistakes: readonly string[] };

const HOUR_MS = 3_600_000;
const MIXED = 'mixed';

interface Parsed {
  readonly rate: number | null;
  readonly durationMs: number | null;
  readonly warmupMs: number | null;
  readonly connections: number | null;
  readonly timeoutMs: number | null;
  readonly concurrency: number | null;
  readonly thresholds: readonly Threshold[] | null;
}

/** Parses scenario names and options; all mistakes are collected and none is thrown. */
export function parseLoadOptions(names: readonly string[], options: LoadOptionTexts): ParsedLoadOptions {
  const mistakes: string[] = [];
  const scenarios = scenariosOf(names, mistakes).map((scenario) => mixedBy(options.mix, scenario, mistakes));
  if (options.mix !== undefined && !names.includes(MIXED))
    mistakes.push(`--mix gives the weights of the scenario ${MIXED}; name that too.`);
  const parsed: Parsed = {
    rate: numberOf('--rate', options.rate, { least: 0.01, most: 10_000, whole: false }, mistakes),
    durationMs: durationOf('--duration', options.duration, { least: 100, most: 24 * HOUR_MS }, mistakes),
    warmupMs: durationOf('--warmup', options.warmup, { least: 0, most: HOUR_MS }, mistakes),
    connections: numberOf(
      '--connections',
      options.connections,
      { least: 1, most: 2000, whole: true },
      mistakes,
    ),
    timeoutMs: durationOf('--timeout', options.timeout, { least: 10, most: 300_000 }, mistakes),
    concurrency: numberOf(
      '--concurrency',
      options.concurrency,
      { least: 1, most: 2000, whole: true },
      mistakes,
    ),
    thresholds:
      options.threshold === undefined || options.threshold.length === 0
        ? null
        : thresholdsOf(options.threshold, mistakes),
  };
  if (options.rate !== undefined && options.concurrency !== undefined) {
    mistakes.push('Give --rate (open model) or --concurrency (closed model), not both.');
  }
  mistakes.push(...strayThresholds(parsed.thresholds ?? [], scenarios));
  if (mistakes.length > 0) return { mistakes };
  return { plan: { scenarios: scenarios.map((scenario) => planOf(scenario, parsed)) } };
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

interface Bounds {
  readonly least: number;
  readonly most: number;
}

function numberOf(
  option: string,
  text: string | undefined,
  bounds: Bounds & { readonly whole: boolean },
  mistakes: string[],
): number | null {
  if (text === undefined) return null;
  const value = /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : NaN;
  if (value >= bounds.least && value <= bounds.most && (!bounds.whole || Number.isInteger(value)))
    return value;
  mistakes.push(
    `${option} is "${text}"; it takes a ${bounds.whole ? 'whole ' : ''}number from ${bounds.least} to ${bounds.most}.`,
  );
  return null;
}

function durationOf(
  option: string,
  text: string | undefined,
  bounds: Bounds,
  mistakes: string[],
): number | null {
  if (text === undefined) return null;
  const value = parseDurationMs(text);
  if (value !== null && value >= bounds.least && value <= bounds.most) return value;
  const range = `from ${bounds.least} ms to ${bounds.most / 1000} s`;
  mistakes.push(
    `${option} is "${text}"; it takes a duration with its unit, such as 500ms, 30s or 2m, ${range}.`,
  );
  return null;
}

function thresholdsOf(texts: readonly string[], mistakes: string[]): readonly Threshold[] {
  return texts.flatMap((text) => {
    const parsed = parseThreshold(text);
    if (!('mistake' in parsed)) return [parsed];
    mistakes.push(parsed.mistake);
    return [];
  });
}

/** A threshold for a command that no chosen scenario sends would be judged by nobody. */
function strayThresholds(
  thresholds: readonly Threshold[],
  scenarios: readonly Scenario[],
): readonly string[] {
  const measured = new Set(scenarios.flatMap((scenario) => [...scenario.commands, scenario.name]));
  if (measured.size === 0) return [];
  return thresholds
    .filter(({ command }) => command !== null && !measured.has(command))
    .map(
      ({ expression, command }) =>
        `The threshold "${expression}" is about ${command ?? ''}; measured are ${[...measured].join(', ')}.`,
    );
}

function planOf(scenario: Scenario, parsed: Parsed): ScenarioPlan {
  const { defaults } = scenario;
  const measured = new Set<string>([...scenario.commands, scenario.name]);
  const arrival: Arrival =
    parsed.concurrency === null
      ? { model: 'open', ratePerSecond: parsed.rate ?? defaults.ratePerSecond }
      : { model: 'closed', concurrency: parsed.concurrency };
  return {
    scenario,
    arrival,
    durationMs: parsed.durationMs ?? defaults.durationMs,
    warmupMs: parsed.warmupMs ?? defaults.warmupMs,
    connections: parsed.connections ?? parsed.concurrency ?? connectionsFor(arrival, defaults.connections),
    timeoutMs: parsed.timeoutMs,
    thresholds:
      parsed.thresholds?.filter(({ command }) => command === null || measured.has(command)) ??
      thresholdsOf(defaults.thresholds, []),
  };
}

/** A higher rate than the default's needs more connections: one for each request of half a second, at most 256. */
function connectionsFor(arrival: Arrival, atLeast: number): number {
  if (arrival.model === 'closed') return arrival.concurrency;
  return Math.min(256, Math.max(atLeast, Math.ceil(arrival.ratePerSecond / 2)));
}
