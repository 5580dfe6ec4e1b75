import { anchors } from '../anchors.ts';
import type { RunResult } from '../../result/result.ts';
import { ofLoad } from '../../result/wording.ts';
import type { FindingChoice } from './finding-choice.ts';

/** The element that a reason of the verdict speaks of, or null: each cause and each threshold has its own place. */
export function reasonLinks(result: RunResult, shown: FindingChoice): (reason: string) => string | null {
  const causes = shown.causes.map(
    ({ cause: { first }, id }) => [`${first.check}: ${first.title}`, id] as const,
  );
  const scenarios = result.load?.scenarios ?? [];
  const ids = anchors(
    'scenario',
    scenarios.map(({ name }) => name),
  );
  const thresholds = scenarios.flatMap(({ name, thresholds: own }, at) =>
    own.map(({ sentence }) => [ofLoad(name, sentence), ids[at] ?? ''] as const),
  );
  const places = [...causes, ...thresholds];
  return (reason) => places.find(([start, id]) => id !== '' && reason.startsWith(start))?.[1] ?? null;
}
