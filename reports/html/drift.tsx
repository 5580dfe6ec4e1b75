import type { VNode } from 'preact';
import type { Cause } from '../causes.ts';
import { count, more } from '../format.ts';
import { Head, Scroll, Table } from './parts.tsx';

const ROWS_MAX = 200;

interface DriftProps {
  readonly causes: readonly Cause[];
  /** Element ids of the causes that the page shows, by fingerprint. */
  readonly linked: ReadonlyMap<string, string>;
}

/** What is there but was never promised, one row for each kind of it. */
export function DriftTable({ causes, linked }: DriftProps): VNode {
  const drift = causes.filter((cause) => cause.severity === 'drift');
  const shown = drift.slice(0, ROWS_MAX);
  return (
    <section aria-labelledby="drift-title">
      <h3 id="drift-title">Drift</h3>
      <p class="muted">What the answers hold that the page never promised. It fails no run.</p>
      {shown.length === 0 ? (
        <p>Nothing was seen that the page does not know.</p>
      ) : (
        <Scroll label="Drift">
          <Table>
            <thead>
              <tr>
                <Head>What</Head>
                <Head>In the answer</Head>
                <Head>In the description</Head>
                <Head isNumber>Cases</Head>
                <Head>Fingerprint</Head>
              </tr>
            </thead>
            <tbody>
              {shown.map((cause) => (
                <Row cause={cause} id={linked.get(cause.fingerprint) ?? null} />
              ))}
            </tbody>
          </Table>
        </Scroll>
      )}
      {drift.length === shown.length ? null : <p>{more(drift.length - shown.length)} in result.json.</p>}
    </section>
  );
}

function Row({ cause, id }: { readonly cause: Cause; readonly id: string | null }): VNode {
  const { first, findings, fingerprint } = cause;
  return (
    <tr>
      <td class="long">{first.title}</td>
      <td>
        {first.response_path === null ? <span class="void">none</span> : <code>{first.response_path}</code>}
      </td>
      <td>
        <code>{first.schema_path}</code>
      </td>
      <td class="n">{count(findings.length)}</td>
      <td>
        <code>{id === null ? fingerprint : <a href={`#${id}`}>{fingerprint}</a>}</code>
      </td>
    </tr>
  );
}
