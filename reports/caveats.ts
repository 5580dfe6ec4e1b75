import { count, counted, more } from '../result/format.ts';
import type { ContractResult } from '../result/contract-result.ts';
import { narrowedTo } from '../result/wording.ts';
import type { LoadResult, LoadScenario } from '../result/load-result.ts';
import type { RunResult } from '../result/result.ts';

/** Most reasons on the first screen. */
export const REASONS_MAX = 3;

/**
 * What a reader must know before believing the verdict, as sentences taken from the result: what could not be judged,
 * what was narrowed, where samples were too few. A sentence that is among the reasons shown is not said twice.
 */
export function caveatsOf(result: RunResult): readonly string[] {
  const said = result.reasons.slice(0, REASONS_MAX);
  const all = [
    ...(result.run.interrupted ? ['The run was interrupted; what was done until then is reported.'] : []),
    ...shardCaveat(result.run.shard),
    ...sandboxCaveat(result),
    ...contractCaveats(result.contract),
    ...loadCaveats(result.load),
    ...leftRunning(result),
  ];
  return [...new Set(all)].filter((message) => !said.some((reason) => reason.includes(message)));
}

function shardCaveat(shard: RunResult['run']['shard']): readonly string[] {
  if (shard === undefined) return [];
  return [
    `This run sent part ${shard.index} of ${shard.count} of the load; the whole is told by all parts merged.`,
  ];
}

const FAULTS_NAMED = 6;

function sandboxCaveat({ target }: RunResult): readonly string[] {
  if (!target.is_sandbox) return [];
  const faults = target.sandbox_faults;
  const named = faults.slice(0, FAULTS_NAMED).join(', ');
  const rest = faults.length > FAULTS_NAMED ? `, and ${more(faults.length - FAULTS_NAMED)}` : '';
  const how =
    faults.length === 0 ? '' : `, with ${counted(faults.length, 'fault')} switched on (${named}${rest})`;
  return [`The target was the embedded sandbox${how}: no deployed API was asked.`];
}

function contractCaveats(contract: ContractResult | null): readonly string[] {
  if (contract === null) return [];
  const { skipped, inconclusive, total } = contract.cases;
  const only = narrowedTo(contract);
  const limit = contract.runs_at_a_time;
  return [
    ...(contract.inconclusive === null ? [] : [contract.inconclusive.sentence]),
    ...(only === null ? [] : [`${only}.`]),
    ...(limit === undefined
      ? []
      : [
          `A start was refused while ${counted(limit, 'workflow run')} of ours ${limit === 1 ? 'was' : 'were'} active; the tests stayed within that limit.`,
        ]),
    ...(skipped + inconclusive === 0
      ? []
      : [
          `${count(skipped + inconclusive)} of ${counted(total, 'contract case')} proved nothing: ${count(skipped)} skipped, ${count(inconclusive)} inconclusive.`,
        ]),
  ];
}

function loadCaveats(load: LoadResult | null): readonly string[] {
  if (load === null) return [];
  return [
    ...(load.inconclusive === null ? [] : [load.inconclusive.sentence]),
    ...[load.generator?.sentence ?? []].flat(),
    ...load.scenarios.flatMap(scenarioCaveats),
  ];
}

function scenarioCaveats(scenario: LoadScenario): readonly string[] {
  return [
    ...(scenario.inconclusive === null ? [] : [scenario.inconclusive.sentence]),
    ...scenario.thresholds.filter((one) => one.outcome === 'inconclusive').map((one) => one.sentence),
    ...scenario.steps.flatMap((step) =>
      step.notes.map((note) => `load ${placeOf(scenario.name, step.name)}: ${note}`),
    ),
  ];
}

/** A scenario and its step; one name when both are the same. */
function placeOf(scenario: string, step: string): string {
  return scenario === step ? scenario : `${scenario}, ${step}`;
}

function leftRunning({ spend }: RunResult): readonly string[] {
  const { ended_by: ended, unknown_starts: unknown = 0 } = spend;
  const left = ended.left_running;
  return [
    ...(left === 0
      ? []
      : [`${counted(left, 'workflow run')} could not be stopped and may still cost money.`]),
    ...(unknown === 0
      ? []
      : [
          `${counted(unknown, 'start')} may have begun a run whose id no response told: what runs of them was not stopped and may still cost money.`,
        ]),
  ];
}
