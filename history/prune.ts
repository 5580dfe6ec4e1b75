import type { KeptNight } from './files.ts';
import { isReleased, timeOf } from './since.ts';
import type { NightRecord } from './night.ts';

/** Twice the window that statistics look back over, so that the next nights do not lose their baseline. */
export const KEEP_NIGHTS = 126;

/**
 * The records that nothing rests on any more: of each target and kind of run the latest nights stay, the last GO, the last
 * release, and every night that somebody labelled.
 */
export function prunable(kept: readonly KeptNight[], labelled: ReadonlySet<string>): readonly KeptNight[] {
  const kinds = [...new Set(kept.map(({ night }) => kindOf(night)))];
  return kinds
    .map((kind) => kept.filter(({ night }) => kindOf(night) === kind))
    .flatMap((group) => {
      const latestFirst = group.toSorted((a, b) => timeOf(b.night) - timeOf(a.night));
      const go = latestFirst.find(({ night }) => night.verdict === 'GO');
      const release = latestFirst.find(({ night }) => isReleased(night));
      return latestFirst
        .slice(KEEP_NIGHTS)
        .filter((one) => one !== go && one !== release && !labelled.has(one.night.id));
    });
}

function kindOf({ target, profile, contract, load }: NightRecord): string {
  return JSON.stringify([target.name, profile, contract?.selection ?? contract === null, load === null]);
}
