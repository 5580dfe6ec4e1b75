import type { VNode } from 'preact';
import { counted, ms } from '../../result/format.ts';
import type { LoadStep, NotableRequest } from '../../result/load-result.ts';
import { DataTable, type Column } from './data-table.tsx';
import { Small } from './parts.tsx';

const WAITS: Readonly<Record<keyof NotableRequest['waits_ms'], string>> = {
  own: 'this machine',
  held: 'a pause that was asked for',
  ceiling: 'all connections busy',
  pool: 'no prepared run',
  down: 'no connection taken',
};

/** The slowest and the wrong requests of a step, with what finds each of them in the provider's logs. */
export function NotableRequests({ step }: { readonly step: LoadStep }): VNode | null {
  const { slowest = [], wrong = [] } = step.notable ?? {};
  if (slowest.length + wrong.length === 0) return null;
  return (
    <details>
      <summary>
        <strong>Requests to look up in the logs</strong>: {counted(slowest.length, 'slowest', 'slowest')}
        {wrong.length === 0 ? '' : `, ${wrong.length} wrong`}
      </summary>
      <div class="stack">
        {wrong.length === 0 ? null : (
          <DataTable
            label={`Wrong requests of ${step.name}`}
            caption="Wrong, each cause in turn"
            kind="slim rows"
            columns={COLUMNS}
            rows={wrong}
          />
        )}
        {slowest.length === 0 ? null : (
          <DataTable
            label={`Slowest requests of ${step.name}`}
            caption="Slowest, from the time when they were due"
            kind="slim rows"
            columns={COLUMNS}
            rows={slowest}
          />
        )}
      </div>
    </details>
  );
}

const COLUMNS: readonly Column<NotableRequest>[] = [
  { head: 'Due (UTC)', isName: true, cell: ({ due_at: due }) => <time dateTime={due}>{clockOf(due)}</time> },
  { head: 'Status', isNumber: true, cell: ({ status }) => status ?? '—' },
  { head: 'Response ms', isNumber: true, cell: ({ response_ms: took }) => ms(took) },
  { head: 'Whose wait', cell: (request) => waitText(request) },
  { head: 'Wrong', kind: 'long', cell: ({ cause }) => cause ?? '' },
  {
    head: 'In the logs',
    kind: 'long',
    cell: ({ trace_id: trace, request_id: id }) => (
      <>
        {trace === null ? '' : <code>{trace}</code>}
        <Small>{id === null ? '' : `request ${id}`}</Small>
      </>
    ),
  },
];

/** The time of day with milliseconds, as logs have it. */
function clockOf(iso: string): string {
  const time = new Date(iso);
  return Number.isNaN(time.getTime()) ? iso : time.toISOString().slice(11, 23);
}

/** The target's part of the response time, and what others had of it. */
function waitText({ response_ms: took, waits_ms: waits }: NotableRequest): string {
  const others = (Object.keys(WAITS) as (keyof typeof WAITS)[]).flatMap((whose) => {
    const waited = waits[whose];
    return waited === undefined ? [] : [{ whose: WAITS[whose], waited }];
  });
  const target = Math.max(0, took - others.reduce((sum, { waited }) => sum + waited, 0));
  return [{ whose: 'target', waited: target }, ...others]
    .map(({ whose, waited }) => `${whose} ${ms(waited)} ms`)
    .join(', ');
}
