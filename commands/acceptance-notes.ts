import { isFor, matchOf, type AcceptedDrift } from '../result/acceptance.ts';
import type { Finding } from '../result/contract-result.ts';
import { quoted } from '../options/shell-word.ts';

/** What was accepted for this target and matched nothing in a whole run. */
export function unmatchedNotes(
  findings: readonly Finding[],
  accepted: readonly AcceptedDrift[],
  target: string,
): readonly string[] {
  const found = new Set(findings.map(({ fingerprint, severity }) => `${fingerprint} ${severity}`));
  return accepted
    .filter((entry) => isFor(entry, target) && !found.has(matchOf(entry)))
    .map(({ fingerprint, what, target: own }) => {
      const only = own === undefined ? '' : ` --target ${quoted(own)}`;
      return `The acceptance ${fingerprint} matched nothing in this run (${what.replace(/\.$/, '')}); if that stays so, take it back: npm run accept -- --remove ${fingerprint}${only}`;
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
