import type { VNode } from 'preact';
import type { Cause } from '../../result/causes.ts';
import { acceptanceText } from '../../result/accepted.ts';
import { count } from '../../result/format.ts';
import { Head, Scroll, Small, Table } from './parts.tsx';

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
        <Scroll label="Accepted failures">
          <Table>
            <thead>
              <tr>
                <Head>Known failure</Head>
                <Head>Check</Head>
                <Head isNumber>Cases</Head>
                <Head>Decision</Head>
                <Head>Fingerprint</Head>
              </tr>
            </thead>
            <tbody>
              {causes.map(({ fingerprint, first, findings }) => (
                <tr>
                  <td class="long">
                    {first.title}
                    <Small>{first.case_id}</Small>
                  </td>
                  <td>{first.check}</td>
                  <td class="n">{count(findings.length)}</td>
                  <td class="long">{acceptanceText(first)}</td>
                  <td>
                    <code>{fingerprint}</code>
                  </td>
                </tr>
              ))}
            </tbody>
          </Table>
        </Scroll>
      )}
      {notes.map((note) => (
        <p>{note}</p>
      ))}
    </section>
  );
}
