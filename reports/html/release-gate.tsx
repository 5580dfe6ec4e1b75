import type { VNode } from 'preact';
import { count } from '../../result/format.ts';
import type { ReleaseComparison } from '../../result/release-comparison.ts';
import { VERDICTS } from '../../result/wording.ts';
import { GATE_OUTCOMES, gateCounts, gateRows, settledNames } from '../gate-text.ts';
import { DataTable } from './data-table.tsx';
import { Marked, Moment, Small } from './parts.tsx';

const DIFFERENCES_SHOWN = 2;
const DIFFERENCES_MAX = 50;

interface GateProps {
  readonly release: ReleaseComparison | undefined;
}

/** Each row of the policy that a release was held to, with its loss and its limit. */
export function ReleaseGate({ release }: GateProps): VNode | null {
  if (release === undefined) return null;
  return (
    <DataTable
      label="The release against the policy"
      kind="rows"
      caption={`Release gate: ${gateCounts(release)}`}
      columns={[
        {
          head: 'Required',
          isName: true,
          cell: ({ name, why }) => (
            <>
              {name}
              <Small>{why}</Small>
            </>
          ),
        },
        {
          head: 'Loss',
          isNumber: true,
          kind: ({ outcome }) => (outcome === 'broken' ? 'observed bad' : 'observed'),
          cell: ({ loss }) =>
            loss === null ? (
              '—'
            ) : (
              <>
                {loss.estimate}
                <Small>{loss.interval}</Small>
              </>
            ),
        },
        { head: 'Allowed', isNumber: true, cell: ({ allowed }) => allowed ?? '—' },
        { head: 'Result', cell: ({ outcome }) => <Marked mark={GATE_OUTCOMES[outcome]} /> },
      ]}
      rows={gateRows(release)}
    />
  );
}

/** What it was held against, and what else was not the same. */
export function Baseline({ release }: GateProps): VNode | null {
  if (release === undefined) return null;
  const { baseline, policy, differences } = release;
  const settled = settledNames(release);
  const shown = differences.slice(0, DIFFERENCES_SHOWN);
  const folded = differences.slice(DIFFERENCES_SHOWN, DIFFERENCES_MAX);
  return (
    <>
      <p class="small">
        Against run {baseline.id} of <Moment iso={baseline.started_at} />{' '}
        <Marked mark={VERDICTS[baseline.verdict]} />
        {baseline.revision === '' ? 'of a build that told no revision' : `of ${baseline.revision}`}, by{' '}
        <code>{policy.file}</code>. Below each loss its 95 % interval; a gain is below zero.
        {settled.length === 0 ? '' : ` Required and evaluated: ${settled.join(', ')}.`}
        {shown.length === 0 ? '' : ` Not the same besides: ${shown.join('; ')}.`}
      </p>
      {folded.length === 0 ? null : (
        <details>
          <summary>{`${count(folded.length)} more that was not the same`}</summary>
          <ul>
            {folded.map((difference) => (
              <li>{difference}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
