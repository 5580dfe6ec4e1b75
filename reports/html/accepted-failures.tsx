import type { VNode } from 'preact';
import type { Cause } from '../../result/causes.ts';
import { acceptanceText } from '../../result/accepted.ts';
import { count } from '../../result/format.ts';
import { DataTable, type Column } from './data-table.tsx';
import { Small } from './parts.tsx';

interface AcceptedFailuresProps {
  /** The failures that are known and accepted. */
  readonly causes: readonly Cause[];
  /** What the acceptances of this run came to besides. */
  readonly notes: readonly string[];
}

/** The failures that the verdict does not rest on, because somebody accepted them, each with reason, name and day. */
export function AcceptedFailures({ causes, notes }: AcceptedFailuresProps): VNode | null {
  if (causes.length === 0 && notes.length === 0) return null;
  return (
    <section id="accepted" aria-labelledby="accepted-title">
      <h2 id="accepted-title">Accepted</h2>
      {causes.length === 0 ? null : (
        <DataTable label="Accepted failures" kind="rows" columns={COLUMNS} rows={causes} />
      )}
      {notes.map((note) => (
        <p>{note}</p>
      ))}
    </section>
  );
}

const COLUMNS: readonly Column<Cause>[] = [
  {
    head: 'Known failure',
    isName: true,
    kind: 'long plain',
    cell: ({ first }) => (
      <>
        {first.title}
        <Small>{first.case_id}</Small>
      </>
    ),
  },
  { head: 'Check', cell: ({ first }) => first.check },
  { head: 'Cases', isNumber: true, cell: ({ findings }) => count(findings.length) },
  { head: 'Decision', kind: 'long', cell: ({ first }) => acceptanceText(first) },
  { head: 'Fingerprint', cell: ({ fingerprint }) => <code>{fingerprint}</code> },
];
