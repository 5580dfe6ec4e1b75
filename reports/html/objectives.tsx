import type { VNode } from 'preact';
import { anchors } from '../anchors.ts';
import { count, inUnit, more } from '../../result/format.ts';
import type { LoadResult, ThresholdOutcome } from '../../result/load-result.ts';
import { THRESHOLDS } from '../../result/wording.ts';
import { DataTable } from './data-table.tsx';
import { Marked, Small } from './parts.tsx';

const ROWS_MAX = 8;
const WEIGHT: Readonly<Record<ThresholdOutcome['outcome'], number>> = { broken: 0, inconclusive: 1, met: 2 };

interface Objective {
  readonly scenario: string;
  readonly id: string;
  readonly threshold: ThresholdOutcome;
}

/** The figure of each objective of the load against its limit, what is not met first. */
export function Objectives({ load }: { readonly load: LoadResult | null }): VNode | null {
  const all = objectivesOf(load);
  if (all.length === 0) return null;
  const shown = all.slice(0, ROWS_MAX);
  const met = all.filter(({ threshold }) => threshold.outcome === 'met').length;
  return (
    <div class="stack">
      <DataTable
        label="Objectives of the load"
        kind="rows objectives"
        caption={`Objectives of the load: ${count(met)} of ${count(all.length)} met`}
        columns={[
          {
            head: 'Objective',
            isName: true,
            cell: ({ scenario, id, threshold: { step, expression } }) => (
              <>
                <a href={`#${id}`}>{step === scenario ? scenario : `${scenario} › ${step}`}</a>{' '}
                <code>{expression}</code>
              </>
            ),
          },
          {
            head: 'Observed',
            isNumber: true,
            kind: ({ threshold }) => (threshold.outcome === 'broken' ? 'observed bad' : 'observed'),
            cell: ({ threshold: { observed, unit } }) => (observed === null ? '—' : inUnit(observed, unit)),
          },
          {
            head: 'Limit',
            isNumber: true,
            cell: ({ threshold: { limit, unit } }) => inUnit(limit, unit),
          },
          {
            head: 'Outcome',
            cell: ({ threshold }) => (
              <>
                <Marked mark={THRESHOLDS[threshold.outcome]} />
                {threshold.outcome === 'inconclusive' ? <Small>{threshold.cause ?? ''}</Small> : null}
              </>
            ),
          },
        ]}
        rows={shown}
      />
      {all.length > shown.length ? <p>{`${more(all.length - shown.length)} under Load.`}</p> : null}
    </div>
  );
}

function objectivesOf(load: LoadResult | null): readonly Objective[] {
  const scenarios = load?.scenarios ?? [];
  const ids = anchors(
    'scenario',
    scenarios.map(({ name }) => name),
  );
  return scenarios
    .flatMap(({ name, thresholds }, at) =>
      thresholds.map((threshold) => ({ scenario: name, id: ids[at] ?? '', threshold })),
    )
    .toSorted((a, b) => WEIGHT[a.threshold.outcome] - WEIGHT[b.threshold.outcome]);
}
