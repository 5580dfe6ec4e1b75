import type { VNode } from 'preact';
import type { Cause } from '../../result/causes.ts';
import {
  changesInOrder,
  isCompared,
  isRelease,
  NO_EARLIER,
  type EarlierChange,
} from '../../history/change.ts';
import { count, counted, more } from '../../result/format.ts';
import type { RunResult, SinceLast } from '../../result/result.ts';
import { SEVERITIES, VERDICTS } from '../../result/wording.ts';
import { Marked, Moment } from './parts.tsx';

const SHOWN = 3;
const FOLDED_MAX = 50;

interface SinceProps {
  readonly result: RunResult;
  /** Element ids of the causes that the page shows, by fingerprint. */
  readonly linked: ReadonlyMap<string, string>;
}

/** What is new, what is gone and what is still there since the last run that asked the same. */
export function Since({ result, linked }: SinceProps): VNode {
  const [lead, ...others] = changesInOrder(result);
  if (lead === undefined) return <p class="muted small">{NO_EARLIER}</p>;
  const { last, appeared, stayed } = lead.change;
  return (
    <div class="since">
      <div class="heading">
        <h2>Since the last {lead.what}</h2>
        {!isCompared(result) ? null : (
          <p class="counts">
            <Number
              sign="+"
              number={appeared.length}
              word="new"
              tone={appeared.length > 0 ? 'bad' : 'none'}
            />
            <Number
              sign="−"
              number={last.gone.length}
              word="gone"
              tone={last.gone.length > 0 ? 'good' : 'none'}
            />
            <Number sign="=" number={stayed.length} word="still there" tone="none" />
          </p>
        )}
        <p class="muted">
          {lead.what === 'GO' ? null : (
            <>
              It was <Marked mark={VERDICTS[last.verdict]} />{' '}
            </>
          )}
          on <Moment iso={last.started_at} />, run {last.run_id}
        </p>
      </div>
      {appeared.length === 0 ? null : <Appeared causes={appeared} linked={linked} />}
      {last.gone.length === 0 ? null : <Gone gone={last.gone} />}
      {isCompared(result) ? <SinceEarlier changes={others} /> : null}
      {isRelease(result) && result.since_go === undefined ? (
        <p>No earlier GO of this target with the same parts is known.</p>
      ) : null}
    </div>
  );
}

/** A line each about the other earlier runs that matter. */
function SinceEarlier({ changes }: { readonly changes: readonly EarlierChange[] }): VNode {
  return (
    <>
      {changes.map(({ what, change: { last, appeared, stayed } }) => (
        <p>
          Since the last {what}, on <Moment iso={last.started_at} />, run {last.run_id}:{' '}
          {`${count(appeared.length)} new, ${count(last.gone.length)} gone, ${count(stayed.length)} still there.`}
        </p>
      ))}
    </>
  );
}

interface NumberProps {
  readonly sign: string;
  readonly number: number;
  readonly word: string;
  readonly tone: 'good' | 'bad' | 'none';
}

function Number({ sign, number, word, tone }: NumberProps): VNode {
  return (
    <Marked mark={{ tone, icon: sign, word }}>
      {count(number)} {word}
    </Marked>
  );
}

function Appeared({
  causes,
  linked,
}: {
  readonly causes: readonly Cause[];
  readonly linked: SinceProps['linked'];
}): VNode {
  const item = ({ severity, fingerprint, first }: Cause): VNode => {
    const id = linked.get(fingerprint);
    const text = `${SEVERITIES[severity].word}, ${first.check}: ${first.title}`;
    return <li>{id === undefined ? text : <a href={`#${id}`}>{text}</a>}</li>;
  };
  const folded = causes.slice(SHOWN, FOLDED_MAX);
  return (
    <>
      <ul>{causes.slice(0, SHOWN).map(item)}</ul>
      {folded.length === 0 ? null : (
        <details>
          <summary>{`${more(causes.length - SHOWN)} new`}</summary>
          <ul>{folded.map(item)}</ul>
          {causes.length > FOLDED_MAX ? <p>{`${more(causes.length - FOLDED_MAX)} in result.json.`}</p> : null}
        </details>
      )}
    </>
  );
}

function Gone({ gone }: { readonly gone: SinceLast['gone'] }): VNode {
  const shown = gone.slice(0, FOLDED_MAX);
  return (
    <details>
      <summary>{`${counted(gone.length, 'cause')} gone: asked again, and not seen`}</summary>
      <ul>
        {shown.map(({ fingerprint, check, title }) => (
          <li>
            {`${check}: ${title} `}
            <code class="muted">{fingerprint}</code>
          </li>
        ))}
      </ul>
      {gone.length > shown.length ? <p>{`${more(gone.length - shown.length)} in result.json.`}</p> : null}
    </details>
  );
}
