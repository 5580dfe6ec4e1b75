import type { JsonObject, Scene } from '../hooks.ts';
import { timestamp } from '../ids.ts';
import type { Run } from '../run.ts';
import { MISSPELLINGS, withTimes } from '../time-variations.ts';
import { faultsOf, type FaultRow } from './fault.ts';

const HOUR_US = 3_600_000_000;

/** Defects in a run's times. */
export const TIME_FAULTS = faultsOf('time', 'timestamp-order', [
  {
    name: 'created-at-changes',
    rule: 'fixed-fields',
    line: 'created_at is the time of the last change',
    hooks: { document: (document) => ({ ...document, created_at: document['updated_at'] }) },
  },
  {
    name: 'created-at-drifts',
    rule: 'fixed-fields',
    line: 'created_at is a millisecond later in each response after a change',
    hooks: { document: (document, { run }) => withTime(document, 'created_at', drifted(run)) },
  },
  {
    name: 'created-at-shifted',
    rule: 'fixed-fields',
    line: 'created_at is shown with the clock of another zone after a start, and its zone left as it was',
    hooks: {
      document: (document, { run, input }) =>
        input?.command === 'start' || run === undefined
          ? document
          : withTime(document, 'created_at', run.createdUs - HOUR_US),
    },
  },
  {
    name: 'times-swapped',
    line: 'created_at and updated_at are swapped',
    hooks: {
      document: (document) => ({
        ...document,
        created_at: document['updated_at'],
        updated_at: document['created_at'],
      }),
    },
  },
  {
    name: 'updated-at-back',
    line: 'updated_at goes back with each change',
    hooks: { document: updatedAt((run) => 2 * run.createdUs - run.updatedUs + HOUR_US) },
  },
  {
    name: 'updated-at-before-created',
    line: 'updated_at is a second before created_at',
    hooks: { document: updatedAt((run) => run.createdUs - 1_000_000) },
  },
  {
    name: 'created-at-ahead',
    rule: 'creation-clock',
    line: 'both times show a clock two hours ahead and say that it is UTC',
    hooks: { document: withTimes((time) => ahead(time, 2)) },
  },
  misspelt('offset-without-colon', 'times end in +0000', MISSPELLINGS.noColon),
  misspelt('offset-of-hours', 'times end in +00', MISSPELLINGS.hoursAlone),
  misspelt('blank-for-t', 'times have a blank in place of T', MISSPELLINGS.blank),
  misspelt('zone-twice', 'times end in +00:00Z', MISSPELLINGS.zoneTwice),
  misspelt('fraction-with-comma', 'times have a comma before the fraction', MISSPELLINGS.commaFraction),
]);

function misspelt(name: string, line: string, write: (time: string) => string): FaultRow {
  return { name, rule: 'response-schema-conformance', line, hooks: { document: withTimes(write) } };
}

function ahead(time: string, hours: number): string {
  return timestamp(Date.parse(time) * 1000 + hours * HOUR_US);
}

function drifted(run: Run | undefined): number | undefined {
  return run === undefined
    ? undefined
    : run.createdUs + (run.updatedUs === run.createdUs ? 0 : 1000 * run.pairs.length);
}

function withTime(document: JsonObject, name: string, us: number | undefined): JsonObject {
  return us === undefined ? document : { ...document, [name]: timestamp(us) };
}

function updatedAt(choose: (run: Run) => number): (document: JsonObject, scene: Scene) => JsonObject {
  return (document, { run }) =>
    run === undefined ? document : { ...document, updated_at: timestamp(choose(run)) };
}
