import { mergeControls, type ControlState, type ControlStats } from './control-stats.ts';
import type { Inconclusive } from '../../result/exchange.ts';
import type { Command } from '../../openapi/registry.ts';
import { VersionHeaders, type HeaderCounts } from '../../result/version-headers.ts';
import { StepStats, type StepStatsFrame, type StepStatsState } from './step-stats.ts';
import { Recorder, type RecorderState } from './latency-recorder.ts';
import type { RateStage } from '../arrivals/rate-profile.ts';

/** Why a scenario was stopped before its time. */
export interface StopReason {
  /** What makes the scenario inconclusive; null when the API itself is to blame and its thresholds will say so. */
  readonly inconclusive: Inconclusive | null;
  readonly message: string;
}

/** What the reader of a step must know about the prepared runs of its command. */
export interface PoolFacts {
  readonly command: Exclude<Command, 'start'>;
  /** Runs that could not be used again. */
  readonly retired: number;
  /** True when a request has had to wait for a run. */
  readonly wasExhausted: boolean;
}

/** How long connections took to make; `tls` stays empty without TLS. */
export interface Connects {
  readonly tcp: Recorder;
  readonly tls: Recorder;
}

/** What one stage of the measured time came to. */
export interface StageRecord {
  /** Null in the closed model, which has no rate. */
  readonly stage: RateStage | null;
  /** One for each command, and one for the whole chain or mix where there is one. */
  readonly stats: readonly StepStats[];
  /** Measured time in milliseconds; shorter than planned when the scenario was stopped. */
  readonly measuredMs: number;
  /** Iterations that ended well within the measured time, whenever they had begun. */
  readonly endedWell: number;
}

/** What a reader of the statistics must know besides them. */
export interface Facts {
  /** Why the scenario ended before its time; null when it did not. */
  readonly stopReason: StopReason | null;
  readonly timeoutMs: number;
  /** How long the target made us hold back. */
  readonly heldMs: number;
  /** Until when the target asked to hold back; null when that is over, or was never asked for. */
  readonly holdUntilEpochMs: number | null;
  readonly checked: number;
  readonly checkedInFull: number;
  readonly pools: readonly PoolFacts[];
  /** Headers of responses that are named like a version, a build or an instance; redacted. */
  readonly versionHeaders?: HeaderCounts;
  /** Share of one core that this process used in the measured time, the highest where there were several. */
  readonly cpu: number;
}

/** Everything that a scenario, or one share of it, left behind. */
export interface ScenarioRecord {
  readonly stages: readonly StageRecord[];
  readonly connects: Connects;
  readonly facts: Facts;
  /** The free calls among the load; null where none were wanted. */
  readonly controls: ControlStats | null;
}

/** The same as plain data, without any loss. */
export interface RecordState {
  readonly stages: readonly StageState[];
  readonly connects: { readonly tcp: RecorderState; readonly tls: RecorderState };
  readonly facts: Facts;
  readonly controls: ControlState | null;
}

interface StageState extends Omit<StageRecord, 'stats'> {
  readonly stats: readonly {
    readonly name: string;
    readonly command: string;
    readonly frame: Pick<StepStatsFrame, 'limits' | 'rowSeconds'>;
    readonly state: StepStatsState;
  }[];
}

/** A record as plain data, to be sent to another process or saved. */
export function stateOf({ stages, connects, facts, controls }: ScenarioRecord): RecordState {
  return {
    stages: stages.map(({ stats, ...stage }) => ({
      ...stage,
      stats: stats.map((stepStats) => ({
        name: stepStats.name,
        command: stepStats.command,
        frame: stepStats.frame,
        state: stepStats.state(),
      })),
    })),
    connects: { tcp: connects.tcp.state(), tls: connects.tls.state() },
    facts,
    controls: controls?.state() ?? null,
  };
}

/**
 * The record that one process would have left, from those of all shares.
 * @throws when there is none, or when they are of different plans: a bug in this tool.
 */
export function mergeRecords(states: readonly RecordState[]): ScenarioRecord {
  const [first] = states;
  if (first === undefined) throw new Error('There is no record to merge.');
  const controls = states.flatMap(({ controls: own }) => (own === null ? [] : [own]));
  return {
    stages: first.stages.map((_, i) => mergeStages(states.map((state) => state.stages[i]))),
    connects: {
      tcp: mergeRecorders(states.map(({ connects }) => connects.tcp)),
      tls: mergeRecorders(states.map(({ connects }) => connects.tls)),
    },
    facts: mergeFacts(states.map(({ facts }) => facts)),
    controls: controls.length === 0 ? null : mergeControls(controls),
  };
}

function mergeStages(stages: readonly (StageState | undefined)[]): StageRecord {
  const [first] = stages;
  if (first === undefined) throw new Error('A share has fewer stages than the others.');
  const stats = first.stats.map(
    ({ name, command, frame }) => new StepStats(name, command, { ...frame, startMs: 0, longestMs: null }),
  );
  for (const stage of stages) {
    for (const [i, stepStats] of stats.entries()) {
      const theirs = stage?.stats[i];
      if (theirs?.name !== stepStats.name) throw new Error(`A share has no statistics ${stepStats.name}.`);
      stepStats.merge(theirs.state);
    }
  }
  return {
    stage: first.stage,
    stats,
    measuredMs: Math.max(...stages.map((stage) => stage?.measuredMs ?? 0)),
    endedWell: stages.reduce((sum, stage) => sum + (stage?.endedWell ?? 0), 0),
  };
}

function mergeRecorders(states: readonly RecorderState[]): Recorder {
  const recorder = new Recorder();
  for (const state of states) recorder.merge(state);
  return recorder;
}

function mergeFacts(all: readonly Facts[]): Facts {
  const sum = (of: (facts: Facts) => number): number => all.reduce((total, facts) => total + of(facts), 0);
  const most = (of: (facts: Facts) => number): number => Math.max(...all.map(of));
  const commands = [...new Set(all.flatMap(({ pools }) => pools.map(({ command }) => command)))];
  return {
    stopReason: all.find(({ stopReason }) => stopReason !== null)?.stopReason ?? null,
    timeoutMs: most(({ timeoutMs }) => timeoutMs),
    heldMs: most(({ heldMs }) => heldMs),
    holdUntilEpochMs: most(({ holdUntilEpochMs }) => holdUntilEpochMs ?? 0) || null,
    checked: sum(({ checked }) => checked),
    checkedInFull: sum(({ checkedInFull }) => checkedInFull),
    pools: commands.map((command) => mergePools(all, command)),
    versionHeaders: mergeHeaders(all),
    cpu: most(({ cpu }) => cpu),
  };
}

function mergeHeaders(all: readonly Facts[]): HeaderCounts {
  const counter = new VersionHeaders();
  for (const { versionHeaders = {} } of all) counter.merge(versionHeaders);
  return counter.counts();
}

function mergePools(all: readonly Facts[], command: Exclude<Command, 'start'>): PoolFacts {
  const pools = all.flatMap(({ pools: own }) => own.filter((pool) => pool.command === command));
  return {
    command,
    retired: pools.reduce((sum, { retired }) => sum + retired, 0),
    wasExhausted: pools.some(({ wasExhausted }) => wasExhausted),
  };
}
