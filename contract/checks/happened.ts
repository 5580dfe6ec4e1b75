import type { Case } from '../cases/case.ts';

/** What a case sends, without what it expects: `dynamic_variables as a string`. */
export function subjectOf(title: string): string {
  return title.replace(/^(?:refuses|accepts|keeps) /, '').replace(/, (on|in) (?=.*live run)/, ' $1 ');
}

/** What happened when a call was accepted that must be refused: `dynamic_variables accepts a string (200)`. */
export function acceptedTitle({ title }: Case, status: number): string {
  const [, field, value, where = ''] =
    /^refuses ([a-z_]+) as (.+?)(, (?:on|in|before) .+)?$/.exec(title) ?? [];
  if (field !== undefined && value !== undefined)
    return `${field} accepts ${value}${where.replace(',', '')} (${status}).`;
  return `${capitalized(subjectOf(title))} is accepted (${status}).`;
}

/** What happened when a call was refused that must be accepted: `emoji in dynamic_variables is refused (422)`. */
export function refusedTitle({ title }: Pick<Case, 'title'>, status: number, why: string): string {
  return `${capitalized(subjectOf(title))} is refused (${status}): ${why}.`;
}

/** A sentence begins with a capital letter, but for the name of a field, which is written as it stands. */
export function capitalized(text: string): string {
  const [word = ''] = text.split(' ');
  const isName = /[_"'{[]/.test(word) || ['command', 'miscellaneous'].includes(word);
  return isName ? text : text.charAt(0).toUpperCase() + text.slice(1);
}
