import { dayOf, isFor, matchOf, type AcceptedDrift } from '../result/acceptance.ts';
import type { Finding } from '../result/contract-result.ts';
import { quoted } from '../options/shell-word.ts';

/** So many nights without a match say that it is gone, and not merely away. */
const NIGHTS_GONE = 30;

/**
 * What was accepted for this target and matched nothing in a whole run.
 * @param missed on how many whole nights before this one an entry matched nothing.
 */
export function unmatchedNotes(
  found: readonly Pick<Finding, 'fingerprint' | 'severity'>[],
  accepted: readonly AcceptedDrift[],
  target: string,
  missed: (entry: AcceptedDrift) => number = () => 0,
): readonly string[] {
  const seen = new Set(found.map(({ fingerprint, severity }) => `${fingerprint} ${severity}`));
  return accepted
    .filter((entry) => isFor(entry, target) && !seen.has(matchOf(entry)))
    .map((entry) => {
      const { fingerprint, what, target: own } = entry;
      const only = own === undefined ? '' : ` --target ${quoted(own)}`;
      const nights = missed(entry) + 1;
      const [where, when] =
        nights >= NIGHTS_GONE ? [`on ${nights} nights`, ''] : ['in this run', 'if that stays so, '];
      return `The acceptance ${fingerprint} matched nothing ${where} (${what.replace(/\.$/, '')}); ${when}take it back: npm run accept -- --remove ${fingerprint}${only}`;
    });
}

const SOON_DAYS = 7;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Which acceptances of this target have expired, and which will within a week: their findings count again then. */
export function expiryNotes(accepted: readonly AcceptedDrift[], target: string, at: Date): readonly string[] {
  const today = dayOf(at);
  return accepted
    .filter((entry) => isFor(entry, target))
    .flatMap(({ fingerprint, what, expires_at: last }) => {
      const named = `The acceptance ${fingerprint} (${what.replace(/\.$/, '')})`;
      if (last < today)
        return [`${named} expired on ${last}; accept it again from a run that shows it, or take it back.`];
      const days = Math.round((Date.parse(last) - Date.parse(today)) / DAY_MS);
      if (days > SOON_DAYS) return [];
      const when = days === 0 ? 'today' : days === 1 ? 'tomorrow' : `in ${days} days`;
      return [`${named} expires ${when}, on ${last}.`];
    });
}

/** Which acceptances are of another target and were ignored, and which name no target and hold on any. */
export function targetNotes(accepted: readonly AcceptedDrift[], target: string): readonly string[] {
  const others = [...new Set(accepted.map((entry) => entry.target))].filter((one) => one !== target).sort();
  return others.map((other) => {
    const own = accepted.filter((entry) => entry.target === other);
    return other === undefined ? ofNoTarget(own) : ofAnother(own, other, target);
  });
}

function ofAnother(entries: readonly AcceptedDrift[], other: string, target: string): string {
  const [subject, are, were] =
    entries.length === 1 ? ['acceptance', 'is', 'was'] : ['acceptances', 'are', 'were'];
  return `The ${subject} ${namesOf(entries)} ${are} for ${other} and ${were} ignored; this run asked ${target}.`;
}

function ofNoTarget(entries: readonly AcceptedDrift[]): string {
  const isOne = entries.length === 1;
  const subject = isOne ? 'acceptance' : 'acceptances';
  const [holds, them, meant] = isOne
    ? ['names no target and holds', 'it', 'it is meant']
    : ['name no target and hold', 'them', 'they are meant'];
  return `The ${subject} ${namesOf(entries)} ${holds} on any; take ${them} back with npm run accept -- --remove, and accept ${them} again from a run on each target where ${meant}.`;
}

const NAMED_MAX = 5;

function namesOf(entries: readonly AcceptedDrift[]): string {
  const names = entries.map(({ fingerprint }) => fingerprint);
  const rest = names.length - NAMED_MAX;
  return `${names.slice(0, NAMED_MAX).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
