import type { Command } from '../../openapi/registry.ts';
import { timeLimitsOf } from '../scenario/threshold.ts';
import { StepStats } from '../metrics/step-stats.ts';
import { requestsOf } from '../scenario/scenario.ts';
import type { ScenarioPlan } from '../scenario/plan.ts';
import type { RateStage } from '../arrivals/rate-profile.ts';

/** The statistics of one stage of a scenario: one for each command, and one for the whole chain where there is one. */
export interface StageStats {
  readonly byCommand: ReadonlyMap<Command, StepStats>;
  readonly whole: StepStats | null;
}

/** Most rows of a time line: as many as can be told apart. */
const ROWS_MAX = 1800;
/** Most rows of all time lines of a scenario, so that a result of the longest run can still be opened. */
const ROWS_MAX_TOGETHER = 4500;

/**
 * Opens the statistics of a stage.
 * @param label what tells this stage from the others of its scenario; null when it is the only one.
 * @param startMs process clock when the stage begins.
 * @param longestMs longest time between the intended send of a request and its end; null to keep all seconds. A whole
 * chain may take as many of them as it has commands.
 */
export function openStageStats(
  { scenario, thresholds, durationMs }: Pick<ScenarioPlan, 'scenario' | 'thresholds' | 'durationMs'>,
  label: string | null,
  startMs: number,
  longestMs: number | null,
): StageStats {
  const limits = timeLimitsOf(thresholds);
  const timeLines = scenario.commands.length + (scenario.commands.length > 1 ? 1 : 0);
  const rowsMax = Math.min(ROWS_MAX, Math.floor(ROWS_MAX_TOGETHER / timeLines));
  const rowSeconds = Math.ceil(durationMs / 1000 / rowsMax);
  const open = (command: string, commands: number): StepStats => {
    const name = label === null ? command : `${command} ${label}`;
    const longest = longestMs === null ? null : commands * longestMs;
    return new StepStats(name, command, { startMs, longestMs: longest, limits, rowSeconds });
  };
  return {
    byCommand: new Map(scenario.commands.map((command) => [command, open(command, 1)])),
    whole: scenario.commands.length > 1 ? open(scenario.name, requestsOf(scenario)) : null,
  };
}

/** All statistics, in the order in which they are shown. */
export function statsInOrder(stats: StageStats): readonly StepStats[] {
  return [...stats.byCommand.values(), ...(stats.whole === null ? [] : [stats.whole])];
}

/** A stage of the measured time whose statistics are open. */
export interface OpenStage {
  readonly stage: RateStage | null;
  readonly stats: StageStats;
  /** Process clock in milliseconds. */
  readonly fromMs: number;
  readonly lengthMs: number;
}

/** Counts for each stage how many iterations ended well within its time, whenever they had begun. */
export class EndedWell {
  readonly #stages: readonly OpenStage[];
  readonly #counts: number[];

  constructor(stages: readonly OpenStage[]) {
    this.#stages = stages;
    this.#counts = stages.map(() => 0);
  }

  /** Counts an iteration that ended at a time of the process clock. */
  add(endedMs: number): void {
    const i = this.#stages.findIndex(
      ({ fromMs, lengthMs }) => endedMs >= fromMs && endedMs < fromMs + lengthMs,
    );
    if (i !== -1) this.#counts[i] = (this.#counts[i] ?? 0) + 1;
  }

  of(stage: number): number {
    return this.#counts[stage] ?? 0;
  }
}

/** Opens the statistics of each stage of a scenario's measured time, which begins at a time of the process clock. */
export function openStages(
  { arrival, durationMs }: ScenarioPlan,
  measuredFromMs: number,
  openStageStats: (startMs: number, label: string | null) => StageStats,
): readonly OpenStage[] {
  if (arrival.model === 'closed')
    return [
      {
        stage: null,
        stats: openStageStats(measuredFromMs, null),
        fromMs: measuredFromMs,
        lengthMs: durationMs,
      },
    ];
  let fromMs = measuredFromMs;
  return arrival.profile.stages.map((stage) => {
    const lengthMs = stage.segment.durationMs;
    const open = { stage, stats: openStageStats(fromMs, stage.label), fromMs, lengthMs };
    fromMs += lengthMs;
    return open;
  });
}
