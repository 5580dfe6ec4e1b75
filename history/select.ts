import type { KeptNight } from './files.ts';
import { isReleased, timeOf } from './since.ts';

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/**
 * The record that words name: an id or the beginning of one alone, a day (`2026-11-25`), a tag or revision of the target, `last`,
 * `last GO` or `last release`. Of several the latest counts. A sentence where there is none.
 */
export function selectNight(
  kept: readonly KeptNight[],
  words: string,
): KeptNight | { readonly issue: string } {
  const latestFirst = kept.toSorted((a, b) => timeOf(b.night) - timeOf(a.night));
  const wanted = words.trim();
  const beginning = kept.filter(({ night }) => wanted.length >= 6 && night.id.startsWith(wanted));
  const found = latestFirst.find(matcherOf(wanted)) ?? (beginning.length === 1 ? beginning[0] : undefined);
  if (found !== undefined) return found;
  if (kept.length === 0) return { issue: `The history has no nights, so none is "${wanted}".` };
  return {
    issue: `The history has no night "${wanted}"; give the id of one, a day like 2026-11-25, a revision, "last", "last GO" or "last release" (npm run history lists them).`,
  };
}

function matcherOf(words: string): (one: KeptNight) => boolean {
  const plain = words.toLowerCase().replace(/[\s-]+/g, ' ');
  if (plain === 'last') return () => true;
  if (plain === 'last go') return ({ night }) => night.verdict === 'GO' && !night.interrupted;
  if (plain === 'last release') return ({ night }) => isReleased(night);
  if (DAY.test(words)) return ({ night }) => night.started_at.startsWith(words);
  return ({ night }) =>
    night.id === words ||
    night.revision.declared === words ||
    Object.values(night.revision.headers).some((values) => values.split(', ').includes(words));
}
