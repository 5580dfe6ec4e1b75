import type { Command } from '../../openapi/registry.ts';
import type { Weights } from './mix.ts';

/** A named load shape: which commands are sent, how an iteration sends them, and modest defaults. */
export interface Scenario {
  readonly name: string;
  readonly about: string;
  /** Each has a step of its own. */
  readonly commands: readonly Command[];
  /** Null: an iteration sends all commands, one after another on one run. Else it sends one of them, by weight. */
  readonly weights: Weights | null;
  readonly defaults: ScenarioDefaults;
}

export interface ScenarioDefaults {
  readonly ratePerSecond: number;
  readonly durationMs: number;
  readonly warmupMs: number;
  readonly thresholds: readonly string[];
}

const THRESHOLDS = ['error_rate < 1%', 'latency_ms_p95 < 2000'] as const;
const MODEST = {
  ratePerSecond: 3,
  durationMs: 20_000,
  warmupMs: 1000,
  thresholds: THRESHOLDS,
} as const satisfies ScenarioDefaults;

/** The scenarios that can be asked for. By default each has at least 59 samples in each measured step, so that p95 can be judged. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'start',
    about: 'starts one run after another',
    commands: ['start'],
    weights: null,
    defaults: { ...MODEST, ratePerSecond: 6, durationMs: 10_000, warmupMs: 500 },
  },
  {
    name: 'data',
    about: 'sends data to runs that were started beforehand',
    commands: ['data'],
    weights: null,
    defaults: MODEST,
  },
  {
    name: 'resume',
    about: 'resumes paused runs, prepared beforehand and paused again afterwards',
    commands: ['resume'],
    weights: null,
    defaults: MODEST,
  },
  {
    name: 'pause',
    about: 'pauses runs that were started beforehand and are resumed again afterwards',
    commands: ['pause'],
    weights: null,
    defaults: MODEST,
  },
  {
    name: 'stop',
    about: 'stops runs, each started beforehand or beside the load',
    commands: ['stop'],
    weights: null,
    defaults: MODEST,
  },
  {
    name: 'start-resume',
    about: 'leads each run through start, pause, resume and stop',
    commands: ['start', 'pause', 'resume', 'stop'],
    weights: null,
    defaults: MODEST,
  },
  {
    name: 'mixed',
    about: 'sends one command at a time, by weight, each to a run of its own',
    commands: ['start', 'data', 'resume'],
    weights: { start: 1, data: 6, resume: 3 },
    defaults: { ...MODEST, ratePerSecond: 10, durationMs: 60_000 },
  },
];

/** The most requests that one iteration of a scenario sends, one after another. */
export function requestsOf({ weights, commands }: Scenario): number {
  return weights === null ? commands.length : 1;
}

/** The names that can be asked for, as messages list them. */
export const SCENARIO_NAMES: readonly string[] = SCENARIOS.map((scenario) => scenario.name);

/** The name of a search as a scenario. */
export const CAPACITY = 'capacity';
