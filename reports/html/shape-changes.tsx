import type { VNode } from 'preact';
import { count } from '../../result/format.ts';
import type { ShapeChange, ShapeComparison } from '../../result/shape.ts';
import { acceptanceText } from '../../result/accepted.ts';
import { Folded, Head, Scroll, Small, Table } from './parts.tsx';

const ROWS_MAX = 200;
const REFERENCE_NAMES = {
  description: 'the description',
  observed: 'the shape of responses',
  'live-schema': 'the schemas that the target serves',
  rules: 'the rules that were observed',
} as const;

/** What has changed against the shape that was accepted or seen before, and what it could be held against. */
export function ShapeChanges({ comparison }: { readonly comparison: ShapeComparison }): VNode {
  const { changes, references, described = [] } = comparison;
  return (
    <section id="shape" aria-labelledby="shape-title">
      <h2 id="shape-title">Changes of the interface</h2>
      <p class="muted">
        Breaking changes of an accepted shape are NO-GO. To take the shape of this run as what counts:{' '}
        <code>npm run accept -- RUN --shape --reason "…"</code>
      </p>
      <ul>
        {references.map(({ reference, state, why }) => (
          <li>
            {REFERENCE_NAMES[reference]}: <strong>{state.replace('-', ' ')}</strong>, {why}
          </li>
        ))}
      </ul>
      {comparison.notes.map((note) => (
        <p>{note}</p>
      ))}
      <Changes label="Changes of the interface" changes={changes} />
      {described.length === 0 ? null : (
        <Folded
          id="served-schemas"
          title="Served schemas and the description"
          digest={`${count(described.length)} differences`}
        >
          <p class="muted">
            What the schemas that the target serves say otherwise than the description of this tool. The
            description was drawn from a page, so this weighs nothing; it tells what a newer page would say.
          </p>
          <Changes label="Served schemas and the description" changes={described} />
        </Folded>
      )}
    </section>
  );
}

function Changes({
  label,
  changes,
}: {
  readonly label: string;
  readonly changes: readonly ShapeChange[];
}): VNode | null {
  if (changes.length === 0) return null;
  return (
    <>
      <Scroll label={label}>
        <Table>
          <thead>
            <tr>
              <Head>Where</Head>
              <Head>Before</Head>
              <Head>Now</Head>
              <Head>Class</Head>
              <Head>Held against</Head>
            </tr>
          </thead>
          <tbody>{changes.slice(0, ROWS_MAX).map(row)}</tbody>
        </Table>
      </Scroll>
      {changes.length <= ROWS_MAX ? null : <p>{count(changes.length - ROWS_MAX)} more in result.json.</p>}
    </>
  );
}

function row(change: ShapeChange): VNode {
  return (
    <tr>
      <td>
        <code>{change.operation}</code> <code>{change.place}</code>
        <Small>{`${change.side}, ${change.fingerprint}`}</Small>
      </td>
      <td>{change.old}</td>
      <td>{change.new}</td>
      <td>
        {change.class === 'breaking' ? <strong>breaking</strong> : change.class}
        <Small>{change.because}</Small>
        {change.acceptance === undefined ? null : <Small>{acceptanceText(change)}</Small>}
      </td>
      <td>{`${change.references.map((one) => REFERENCE_NAMES[one]).join(', ')} (${change.against})`}</td>
    </tr>
  );
}
