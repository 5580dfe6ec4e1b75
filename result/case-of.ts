/**
 * The id of the case that a finding belongs to. A finding of one example of a property names it behind an `@` (its path)
 * or a `#` (a hash of its value), so that it can be asked again; the case itself is listed without that.
 */
export function caseOf(findingCaseId: string, isListed: (id: string) => boolean): string | null {
  for (let end = findingCaseId.length; end > 0; end = lastMark(findingCaseId, end)) {
    const id = findingCaseId.slice(0, end);
    if (isListed(id)) return id;
  }
  return null;
}

/** Where the last `@` or `#` before `end` stands; 0 when there is none. */
function lastMark(id: string, end: number): number {
  const before = id.slice(0, end);
  return Math.max(before.lastIndexOf('@'), before.lastIndexOf('#'), 0);
}
