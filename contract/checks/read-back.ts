import type { Operation } from '../../openapi/registry.ts';
import { isRecord, valueAt } from '../../result/json.ts';
import { fixedFields, type RunView } from './run-history.ts';
import { violationOf, type Violation } from './violation.ts';

/** How a GET of a run and the response to its last command differ. */
export interface ReadBackDifference {
  /** What differs: the run itself, a fixed field by its path, the stored inputs, the age, or the status. */
  readonly place: string;
  /** True for what a read model that lags behind shows too, until it has caught up. */
  readonly mayLag: boolean;
  readonly violation: Violation;
}

/** What GET showed of a run, held against the response to its last command. */
export interface ReadBackResult {
  readonly differences: readonly ReadBackDifference[];
  /** The places that both show alike; none of them says nothing. */
  readonly alike: readonly string[];
}

export const INPUTS = '/workflow_run/workflow_run/input_output_pairs';
const CREATED = '/workflow_run/created_at';
const UPDATED = '/workflow_run/updated_at';
const STATUS = '/workflow_run/workflow_run/status';
/** A projection may cut times to whole seconds. */
const SAME_SECOND_MS = 1000;

/**
 * Holds a run as GET shows it against the response to its last command. GET is another projection: what it leaves out,
 * shows as null or shows in addition is no difference, and neither is a run that moved on in between.
 */
export function readBack(operation: Operation, told: RunView, read: RunView): ReadBackResult {
  const make = differenceOf(operation);
  if (told.id !== null && read.id !== null && told.id !== read.id) {
    const title = `GET of the run ${told.id} shows the run ${read.id}.`;
    return { differences: [make('/workflow_run/_id', 'other-run', title)], alike: [] };
  }
  const shown = Object.entries(read.fixed).filter(
    ([path, value]) => isPresent(value) && isPresent(told.fixed[path]),
  );
  const isCut = areNear(told.createdAt, read.createdAt);
  const fixed = fixedFields(operation, told, { ...read, fixed: Object.fromEntries(shown) }).filter(
    ({ responsePath }) => !(isCut && responsePath === CREATED),
  );
  const differing = new Set(fixed.map(({ responsePath }) => responsePath));
  const inputs = ofInputs(make, told.inputs ?? [], read.inputs);
  const age = ofAge(make, operation, told, read);
  return {
    differences: [
      ...fixed.map(({ responsePath, kind }) =>
        make(responsePath ?? '', kind, `GET shows another ${responsePath ?? ''} than the responses.`),
      ),
      ...inputs.differences,
      ...age.differences,
    ],
    alike: [
      ...shown
        .map(([path]) => path)
        .filter((path) => !differing.has(path) && (path !== CREATED || told.createdAt === read.createdAt)),
      ...inputs.alike,
      ...age.alike,
    ],
  };
}

function areNear(one: number | null, other: number | null): boolean {
  return one !== null && other !== null && Math.abs(one - other) < SAME_SECOND_MS;
}

type Make = (place: string, kind: string, title: string, mayLag?: boolean) => ReadBackDifference;

function differenceOf(operation: Operation): Make {
  return (place, kind, title, mayLag = false) => ({
    place,
    mayLag,
    violation: violationOf(operation.rule('read-back'), title, { kind, responsePath: place }),
  });
}

function isPresent(value: unknown): boolean {
  return value !== null && value !== undefined;
}

/**
 * A list that is empty, holds the latest inputs alone or runs the other way is a projection. One that lacks the latest
 * is old, and one that shows another input at a place contradicts.
 */
function ofInputs(make: Make, told: readonly unknown[], read: readonly unknown[] | null): ReadBackResult {
  if (read === null || read.length === 0 || told.length === 0) return { differences: [], alike: [] };
  const areShown = (from: readonly unknown[]): boolean =>
    from.every((input, i) => i >= read.length || isShown(input, read[i]));
  if (areShown(told)) {
    // A list of one says nothing of how GET renders longer ones.
    if (read.length >= told.length) return { differences: [], alike: read.length > 1 ? [INPUTS] : [] };
    const title = `GET shows ${read.length} of the ${told.length} pairs that the responses showed, without the latest.`;
    return { differences: [make(INPUTS, 'older-pairs', title, true)], alike: [] };
  }
  const isProjection =
    areShown(told.toReversed()) || (read.length < told.length && areShown(told.slice(-read.length)));
  if (isProjection) return { differences: [], alike: [] };
  const at = told.findIndex((input, i) => i < read.length && !isShown(input, read[i]));
  const title = `GET shows another input of pair ${at} than the responses.`;
  return { differences: [make(INPUTS, 'other-input', title)], alike: [] };
}

/** True where nothing that was told is shown otherwise: what is left out, null or added says nothing. */
function isShown(told: unknown, read: unknown): boolean {
  if (!isPresent(read) || !isPresent(told)) return true;
  if (Array.isArray(told))
    return (
      Array.isArray(read) && told.length === read.length && told.every((one, i) => isShown(one, read[i]))
    );
  if (isRecord(told))
    return isRecord(read) && Object.entries(told).every(([key, one]) => isShown(one, valueAt(read, [key])));
  return told === read;
}

/** A run that moved on shows a later time or a status further on; one that went back shows an older state. */
function ofAge(make: Make, operation: Operation, told: RunView, read: RunView): ReadBackResult {
  const [before, after] = [told.updatedAt, read.updatedAt];
  const isLater = before !== null && after !== null && after > before;
  const isOlder = before !== null && after !== null && after < before - SAME_SECOND_MS;
  const kind = operation.statusClassOf(told.status);
  const isBack =
    !isLater &&
    read.status !== null &&
    kind === 'terminal' &&
    operation.statusClassOf(read.status) !== 'terminal';
  const times = isOlder
    ? [make(UPDATED, 'older', 'GET shows an older updated_at than the responses.', true)]
    : [];
  const title = `GET shows the status ${read.status ?? ''} of a run whose last response said ${told.status ?? ''}.`;
  return {
    differences: [...times, ...(isBack ? [make(STATUS, 'status-went-back', title, true)] : [])],
    alike: [
      ...(before !== null && after !== null && !isOlder ? [UPDATED] : []),
      ...(told.status !== null && told.status === read.status ? [STATUS] : []),
    ],
  };
}
