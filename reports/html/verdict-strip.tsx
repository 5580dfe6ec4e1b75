import type { VNode } from 'preact';
import { counted, utc } from '../../result/format.ts';
import type { RunRow } from '../runs.ts';
import { verdictMark } from '../../result/wording.ts';
import { COLOUR } from './charts/axis.tsx';

const SIGNS_MAX = 60;
const FILLS = {
  good: 'var(--good,#116b37)',
  bad: COLOUR.bad,
  warn: COLOUR.warn,
  none: 'var(--none,#53606e)',
} as const;

/** The verdicts of the latest runs as a row of signs, the oldest first; each leads to its row. */
export function VerdictStrip({ rows }: { readonly rows: readonly RunRow[] }): VNode | null {
  if (rows.length === 0) return null;
  const shown = rows.slice(0, SIGNS_MAX).toReversed();
  return (
    <div class="stack">
      <p class="muted">{`The latest ${counted(shown.length, 'verdict')}, the oldest first:`}</p>
      <ol class="strip">
        {shown.map((row) => (
          <li>
            <Sign row={row} />{' '}
          </li>
        ))}
      </ol>
    </div>
  );
}

function Sign({ row }: { readonly row: RunRow }): VNode {
  const { icon, word } = verdictMark(row.verdict);
  const name = `${word}, ${utc(row.startedAt)}`;
  return (
    <a href={`#run-${row.folder.replaceAll(/[^A-Za-z0-9_-]/g, '-')}`} aria-label={name} title={name}>
      <svg width={24} height={24} viewBox="0 0 24 24" aria-hidden="true">
        <rect width={24} height={24} rx={5} fill={FILLS[toneOf(row)]} />
        <text x={12} y={17} text-anchor="middle" font-size={14} font-weight={700} fill={COLOUR.paper}>
          {icon}
        </text>
      </svg>
    </a>
  );
}

function toneOf({ verdict }: RunRow): keyof typeof FILLS {
  switch (verdict) {
    case 'GO':
      return 'good';
    case 'NO-GO':
      return 'bad';
    case 'INCONCLUSIVE':
      return 'warn';
    case null:
      return 'none';
  }
}
