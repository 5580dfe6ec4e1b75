import type { VNode } from 'preact';
import { inUnit, percent } from '../../result/format.ts';
import type { ThresholdOutcome } from '../../result/load-result.ts';
import { THRESHOLDS } from '../../result/wording.ts';
import { DataTable, type Column } from './data-table.tsx';
import { Marked, Small } from './parts.tsx';

/** The limits that were stated before the run, what was observed, and how each came out. */
export function ThresholdTable({
  thresholds,
  name,
}: {
  readonly thresholds: readonly ThresholdOutcome[];
  readonly name: string;
}): VNode {
  if (thresholds.length === 0) return <p class="muted">No threshold was set.</p>;
  const hasReasons = thresholds.some(({ outcome }) => outcome !== 'met');
  return (
    <DataTable
      label={`Thresholds of ${name}`}
      kind="rows"
      caption="Thresholds"
      columns={[...COLUMNS, ...(hasReasons ? [WHY] : [])]}
      rows={thresholds}
    />
  );
}

const COLUMNS: readonly Column<ThresholdOutcome>[] = [
  { head: 'Threshold', isName: true, cell: ({ expression }) => <code>{expression}</code> },
  { head: 'Outcome', cell: ({ outcome }) => <Marked mark={THRESHOLDS[outcome]} /> },
  { head: 'Step', cell: ({ step }) => step },
  {
    head: 'Observed, 95 % interval',
    isNumber: true,
    kind: ({ outcome }) => (outcome === 'broken' ? 'observed bad' : 'observed'),
    cell: (one) => (
      <>
        {one.observed === null ? '—' : inUnit(one.observed, one.unit)}
        <Small>{intervalOf(one)}</Small>
      </>
    ),
  },
  { head: 'Limit', isNumber: true, cell: ({ limit, unit }) => inUnit(limit, unit) },
  { head: 'Margin', isNumber: true, cell: marginOf },
];

const WHY: Column<ThresholdOutcome> = {
  head: 'Why',
  kind: 'long',
  cell: ({ outcome, sentence }) => (outcome === 'met' ? '' : sentence),
};

/** How far the observed value lies from the limit. */
function marginOf({ observed, limit, unit }: ThresholdOutcome): string {
  if (observed === null) return '—';
  if (observed === limit) return 'at the limit';
  const side = observed < limit ? 'below' : 'above';
  const apart = Math.abs(observed - limit);
  return limit === 0 ? `${inUnit(apart, unit)} ${side}` : `${percent(apart / Math.abs(limit))} ${side}`;
}

function intervalOf({ interval, unit }: ThresholdOutcome): string {
  if (interval === null || interval[0] === interval[1]) return '';
  const [low, high] = interval;
  return high === null
    ? `from ${inUnit(low, unit)}, no upper end`
    : `${inUnit(low, unit)} – ${inUnit(high, unit)}`;
}
