import type { VNode } from 'preact';
import { acceptAllCommandOf, acceptCommandOf, REASON_PLACEHOLDER } from '../accept-command.ts';
import { anchor } from '../anchors.ts';
import type { Cause } from '../../result/causes.ts';
import { acceptanceText, driftCountsOf, driftText } from '../../result/accepted.ts';
import { count, more } from '../../result/format.ts';
import type { Finding } from '../../result/contract-result.ts';
import type { RunResult } from '../../result/result.ts';
import type { Told } from './findings.tsx';
import { Copied, Head, Moment, Scroll, Small, Table } from './parts.tsx';

const ROWS_MAX = 200;

interface DriftProps {
  readonly run: RunResult['run'];
  readonly causes: readonly Cause[];
  /** Element ids of the causes that the page shows, by fingerprint. */
  readonly linked: ReadonlyMap<string, string>;
  readonly told: Pick<Told, 'isNew'>;
}

/** What is there but was never promised, one row for each kind of it; what was accepted stands apart, folded. */
export function DriftTable({ run, causes, linked, told }: DriftProps): VNode {
  const drift = causes.filter((cause) => cause.severity === 'drift');
  const accepted = drift.filter(isAccepted);
  const open = drift.filter((cause) => !isAccepted(cause));
  return (
    <section id="drift" aria-labelledby="drift-title">
      <h2 id="drift-title">Drift</h2>
      <p class="muted">
        What the responses hold that the page never promised. It fails no run; what is expected is accepted by
        name, with a reason, until a day.
      </p>
      {drift.length === 0 ? (
        <p>Nothing was seen that the page does not know.</p>
      ) : (
        <p>
          <strong>{driftText(driftCountsOf(causes))}</strong>
        </p>
      )}
      {open.length === 0 ? null : <Open run={run} drift={open} linked={linked} told={told} />}
      {accepted.length === 0 ? null : <Accepted drift={accepted} linked={linked} />}
    </section>
  );
}

function isAccepted({ first }: Cause): boolean {
  return first.acceptance?.state === 'accepted';
}

function Heads(): VNode {
  return (
    <thead>
      <tr>
        <Head>What</Head>
        <Head>In the description</Head>
        <Head isNumber>Cases</Head>
        <Head>State</Head>
        <Head>Fingerprint</Head>
      </tr>
    </thead>
  );
}

type OpenProps = Pick<DriftProps, 'run' | 'linked' | 'told'> & { readonly drift: readonly Cause[] };

function Open({ run, drift, linked, told }: OpenProps): VNode {
  const shown = drift.slice(0, ROWS_MAX);
  return (
    <div class="stack">
      <Scroll label="Drift">
        <Table>
          <Heads />
          {shown.map((cause) => (
            <tbody>
              <tr>
                <What cause={cause} />
                <td class="n">{count(cause.findings.length)}</td>
                <td>
                  <State finding={cause.first} isNew={told.isNew(cause.fingerprint)} />
                </td>
                <Fingerprint cause={cause} linked={linked} />
              </tr>
              <tr>
                <td colspan={5}>
                  <Copied
                    id={anchor('accept', cause.fingerprint)}
                    what="the accept command"
                    text={acceptCommandOf(run, [cause.fingerprint])}
                  />
                </td>
              </tr>
            </tbody>
          ))}
        </Table>
      </Scroll>
      {drift.length === shown.length ? null : <p>{more(drift.length - shown.length)} in result.json.</p>}
      <p>
        {`Write the reason in place of ${REASON_PLACEHOLDER}. The folder is the one that this run was written to; if it was moved, give the folder where result.json is now.`}
        {drift.length === 1 ? '' : ' To accept all of it for one reason:'}
      </p>
      {drift.length === 1 ? null : (
        <Copied id="accept" what="the command for all" text={acceptAllCommandOf(run)} />
      )}
    </div>
  );
}

function State({ finding, isNew }: { readonly finding: Finding; readonly isNew: boolean }): VNode {
  const { first_seen: since } = finding;
  return (
    <>
      {isNew ? (
        <strong>new</strong>
      ) : since === undefined ? (
        <span class="muted">no earlier run is known</span>
      ) : (
        <>
          known since <Moment iso={since} />
        </>
      )}
      <Small>{acceptanceText(finding)}</Small>
    </>
  );
}

interface AcceptedProps {
  readonly drift: readonly Cause[];
  readonly linked: DriftProps['linked'];
}

function Accepted({ drift, linked }: AcceptedProps): VNode {
  const shown = drift.slice(0, ROWS_MAX);
  return (
    <details class="prints">
      <summary>{`${count(drift.length)} accepted`}</summary>
      <Scroll label="Accepted drift">
        <Table>
          <Heads />
          <tbody>
            {shown.map((cause) => (
              <tr>
                <What cause={cause} />
                <td class="n">{count(cause.findings.length)}</td>
                <td class="long">{acceptanceText(cause.first)}</td>
                <Fingerprint cause={cause} linked={linked} />
              </tr>
            ))}
          </tbody>
        </Table>
      </Scroll>
      {drift.length === shown.length ? null : <p>{more(drift.length - shown.length)} in result.json.</p>}
    </details>
  );
}

/** What was seen, and where in the description it is missing: two cells. Most titles say where it is in the response. */
function What({ cause: { first } }: { readonly cause: Cause }): VNode {
  const { title, response_path: path } = first;
  return (
    <>
      <td class="long">
        {title}
        {path === null || title.includes(path) ? null : (
          <Small>
            <code>{path}</code>
          </Small>
        )}
      </td>
      <td>
        <code>{first.schema_path}</code>
      </td>
    </>
  );
}

function Fingerprint({
  cause,
  linked,
}: {
  readonly cause: Cause;
  readonly linked: DriftProps['linked'];
}): VNode {
  const id = linked.get(cause.fingerprint) ?? null;
  return (
    <td>
      <code>{id === null ? cause.fingerprint : <a href={`#${id}`}>{cause.fingerprint}</a>}</code>
    </td>
  );
}
