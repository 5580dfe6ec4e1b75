import { ENVIRONMENT_CAUSES } from './environment-causes.ts';
import type { LoadResult, LoadScenario, ThresholdOutcome } from './load-result.ts';
import { ofLoad } from './wording.ts';

/** The thresholds of a load with one outcome, each with its scenario. */
export function thresholdsOf(
  load: LoadResult | null,
  outcome: ThresholdOutcome['outcome'],
): readonly { scenario: LoadScenario; threshold: ThresholdOutcome }[] {
  return (load?.scenarios ?? []).flatMap((scenario) =>
    scenario.thresholds
      .filter((threshold) => threshold.outcome === outcome)
      .map((threshold) => ({ scenario, threshold })),
  );
}

/** Something under load that makes a run NO-GO. */
export interface LoadFailure {
  readonly scenario: string;
  readonly sentence: string;
  /** Who has to act because of it. */
  readonly mover: 'api' | 'environment';
}

/** What failed under load, as the verdict counts it. */
export function loadFailuresOf(load: LoadResult | null): readonly LoadFailure[] {
  return [...failedScenarios(load), ...brokenThresholds(load), ...wrongResponses(load)];
}

/** A threshold of a scenario that could not be measured properly proves nothing. */
function brokenThresholds(load: LoadResult | null): readonly LoadFailure[] {
  return thresholdsOf(load, 'broken')
    .filter(({ scenario }) => scenario.inconclusive === null)
    .map(({ scenario, threshold }) => ({
      scenario: scenario.name,
      sentence: ofLoad(scenario.name, threshold.sentence),
      mover: threshold.mover ?? 'api',
    }));
}

/** What failed before it could be measured. */
function failedScenarios(load: LoadResult | null): readonly LoadFailure[] {
  return (load?.scenarios ?? []).flatMap(({ name, failure }) =>
    failure === undefined ? [] : [{ scenario: name, sentence: ofLoad(name, failure), mover: 'api' as const }],
  );
}

/** An accepted response that breaks the contract is wrong however fast it came, and whatever the thresholds say. */
function wrongResponses(load: LoadResult | null): readonly LoadFailure[] {
  return (load?.scenarios ?? [])
    .filter((scenario) => !ENVIRONMENT_CAUSES.some((cause) => cause === scenario.inconclusive?.cause))
    .flatMap((scenario) =>
      scenario.steps
        .filter(
          ({ command, ledger }) =>
            ledger.invalid > 0 &&
            (command !== scenario.name || scenario.steps.every((step) => step.command === command)),
        )
        .map(({ name, ledger, failures }) => {
          const causes = failures.map(({ cause }) => cause).slice(0, 2);
          const why = causes.length === 0 ? '' : `: ${causes.join('; ')}`;
          return {
            scenario: scenario.name,
            sentence: `load ${scenario.name}: ${ledger.invalid} of ${ledger.sent} responses to ${name} broke the contract${why}.`,
            mover: 'api' as const,
          };
        }),
    );
}
