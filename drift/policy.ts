import type { Difference, DifferenceClass, DifferenceKind, Direction, Side } from './difference.ts';

/** One row: what a difference of this kind weighs. A null fits anything. */
export interface PolicyRow {
  readonly side: Side | null;
  readonly kinds: readonly DifferenceKind[] | null;
  readonly directions: readonly Direction[] | null;
  readonly is: DifferenceClass;
  readonly because: string;
}

/**
 * The policy: what a difference weighs for somebody who sends the requests of the old revision, and reads its responses.
 * The first row that fits counts. What only describes (titles, descriptions, examples, default values, order, the
 * spelling of null and of references) is no difference at all and never comes here.
 */
export const POLICY: readonly PolicyRow[] = [
  {
    side: 'operation',
    kinds: ['operation-removed'],
    directions: null,
    is: 'breaking',
    because: 'an operation is gone',
  },
  {
    side: 'operation',
    kinds: ['operation-added'],
    directions: null,
    is: 'additive',
    because: 'an operation is new',
  },
  {
    side: 'request',
    kinds: ['field-removed'],
    directions: null,
    is: 'breaking',
    because: 'a field that requests had is gone',
  },
  {
    side: 'request',
    kinds: null,
    directions: ['narrowed', 'changed'],
    is: 'breaking',
    because: 'a request that was valid is not valid any more',
  },
  {
    side: 'request',
    kinds: null,
    directions: ['widened'],
    is: 'additive',
    because: 'requests may be what they could not be before',
  },
  {
    side: 'response',
    kinds: ['field-added', 'required-field-added', 'values'],
    directions: null,
    is: 'additive',
    because: 'responses have a field or a value more, or a value less',
  },
  {
    side: 'response',
    kinds: null,
    directions: ['narrowed'],
    is: 'additive',
    because: 'responses keep a rule that they did not have to keep',
  },
  {
    side: 'response',
    kinds: null,
    directions: ['widened', 'changed'],
    is: 'breaking',
    because: 'a response has another type, or lacks what it had',
  },
];

/** What a difference weighs, and the row that says so. */
export function classOf({ side, kind, direction }: Difference): PolicyRow {
  const row = POLICY.find(
    (one) =>
      (one.side === null || one.side === side) &&
      (one.kinds === null || one.kinds.includes(kind)) &&
      (one.directions === null || one.directions.includes(direction)),
  );
  if (row === undefined) throw new Error(`The policy has no row for ${side} ${kind} ${direction}.`);
  return row;
}

/** The table as lines of Markdown. */
export function policyTable(): readonly string[] {
  const all = (list: readonly string[] | null): string => list?.join(', ') ?? 'any';
  return [
    '| side | what differs | direction | class | because |',
    '| --- | --- | --- | --- | --- |',
    ...POLICY.map(
      ({ side, kinds, directions, is, because }) =>
        `| ${side ?? 'any'} | ${all(kinds)} | ${all(directions)} | ${is} | ${because} |`,
    ),
  ];
}
