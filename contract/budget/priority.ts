import type { Operation } from '../../openapi/registry.ts';
import { batchesOf, type Case } from '../cases/case.ts';
import { constraintsOf, leastTouching } from './coverage.ts';

/** The order in which walks and cases come when requests are few; each entry is the beginning of ids. */
const WALKS: readonly (readonly [prefix: string, rank: number])[] = [
  ['control/', 0],
  ['lifecycle/parallel-starts', 1],
  ['lifecycle/whole', 2],
  ['lifecycle/twins', 3],
  ['command/', 4],
  ['lifecycle/parallel', 6],
  ['value/together', 6],
  ['property/kept-maps', 9],
  ['lifecycle/others', 6],
  ['lifecycle/repeated', 6],
  ['team/', 6],
  ['lifecycle/during-data', 9],
  ['lifecycle/rest-', 9],
  ['lifecycle/ended', 10],
  ['lifecycle/history', 15],
  ['model/', 11],
  ['property/violations', 14],
  ['lifecycle/later', 15],
];
const TOUCHING = 5;
const SINGLE = 7;
const FIRST_TWIN = 8;
const OTHER_TWIN = 12;
const QUESTION = 13;

/**
 * Ranks the walks and the given cases by what each adds: every command, then the fewest cases that touch every constraint and
 * every check, then each fault of a request once, then the first fault of each constraint on the other base too, then
 * what varies the same again.
 */
export function ranksByRequests(operation: Operation, cases: readonly Case[]): (id: string) => number {
  const batches = batchesOf(cases);
  const once = cases.filter((one) => !batches.has(one.id) && !isTwin(operation, one, cases));
  const touches = (one: Case): readonly string[] => [...constraintsOf(operation, one), `rule ${one.rule}`];
  const touching = new Set(leastTouching(once, touches, new Set()).map(({ id }) => id));
  const singles = new Set(once.filter((one) => one.intent !== 'characterise').map(({ id }) => id));
  const firstTwins = new Set(
    cases
      .filter((one) => one.group === 'negative' && !singles.has(one.id))
      .filter((one, i, twins) => twins.findIndex((other) => other.constraint === one.constraint) === i)
      .map(({ id }) => id),
  );
  const byId = new Map(cases.map((one) => [one.id, one]));
  return (id) => {
    const own = WALKS.find(([prefix]) => id.startsWith(prefix))?.[1];
    if (own !== undefined) return own;
    if (touching.has(id)) return TOUCHING;
    if (singles.has(id) || batches.has(id)) return SINGLE;
    if (firstTwins.has(id)) return FIRST_TWIN;
    return byId.get(id)?.group === 'negative' ? OTHER_TWIN : QUESTION;
  };
}

const LIVE = '/live';

/**
 * Each negative is sent on a start and on a live run. Where only one of both can be had they take turns within a field,
 * so that each field is seen on either; a field with a default is sent on the body that the default makes.
 */
function isTwin(operation: Operation, testCase: Case, cases: readonly Case[]): boolean {
  if (testCase.group !== 'negative') return false;
  const isLive = testCase.id.endsWith(LIVE);
  if (!isLive && testCase.base === 'address') return false; // asked of one command more, not on the other base
  const id = isLive ? testCase.id.slice(0, -LIVE.length) : testCase.id;
  if (isLive && !cases.some((one) => one.id === id)) return false; // asked on a live run alone
  const field = operation.requestFields.find(({ name }) => name === testCase.field);
  if (field !== undefined && 'default' in field.schema) return isLive;
  const place = cases.filter(
    (one) => one.group === 'negative' && one.field === testCase.field && one.base === 'start',
  );
  const isOdd = place.findIndex((one) => one.id === id) % 2 === 1;
  return isLive !== isOdd;
}
