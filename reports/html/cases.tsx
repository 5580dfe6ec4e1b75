import { group } from 'd3-array';
import type { VNode } from 'preact';
import { count, counted, more, ms } from '../../result/format.ts';
import type { CaseOutcome } from '../../result/contract-result.ts';
import { OUTCOMES } from '../../result/wording.ts';
import { Folded, Head, Marked, Scroll, Table } from './parts.tsx';
import { within } from './within.ts';

const REASONS_MAX = 60;
const TITLES_MAX = 200;
const ROWS_MAX = 1500;
const BYTES_MAX = 400_000;
const REASON_BYTES_MAX = 8000;

/** Cases that prove nothing, with their reasons in sight, and all cases folded. */
export function CaseTables({ outcomes }: { readonly outcomes: readonly CaseOutcome[] }): VNode {
  const reasoned = outcomes.filter((one) => one.outcome === 'skipped' || one.outcome === 'inconclusive');
  return (
    <Folded id="cases" title="Cases" digest={digestOf(outcomes)}>
      {reasoned.length === 0 ? (
        <p class="muted">No case was skipped or inconclusive.</p>
      ) : (
        <>
          <p>{`${counted(reasoned.length, 'case')} skipped or inconclusive, with the reason:`}</p>
          <Reasons outcomes={reasoned} />
        </>
      )}
      {outcomes.length === 0 ? (
        <p>There are no cases.</p>
      ) : (
        <details>
          <summary>{`All ${counted(outcomes.length, 'case')}`}</summary>
          <Cases label="All cases" outcomes={outcomes} rowsMax={ROWS_MAX} />
        </details>
      )}
    </Folded>
  );
}

/** Why cases prove nothing: one row for each reason, the cases folded. */
function Reasons({ outcomes }: { readonly outcomes: readonly CaseOutcome[] }): VNode {
  const groups = [...group(outcomes, (one) => `${one.outcome}: ${one.reason ?? 'no reason was recorded'}`)];
  const shown = groups.toSorted((a, b) => b[1].length - a[1].length).slice(0, REASONS_MAX);
  return (
    <>
      <Scroll label="Reasons of skipped and inconclusive cases">
        <Table>
          <thead>
            <tr>
              <Head>Outcome</Head>
              <Head>Reason</Head>
              <Head isNumber>Cases</Head>
              <Head>Which</Head>
            </tr>
          </thead>
          <tbody>
            {shown.map(([, own]) => (
              <Reason outcomes={own} />
            ))}
          </tbody>
        </Table>
      </Scroll>
      {groups.length === shown.length ? null : (
        <p>{counted(groups.length - shown.length, 'more reason')} in result.json.</p>
      )}
    </>
  );
}

function Reason({ outcomes }: { readonly outcomes: readonly CaseOutcome[] }): VNode | null {
  const [first] = outcomes;
  if (first === undefined) return null;
  const titles = within(outcomes, TITLES_MAX, REASON_BYTES_MAX, ({ title }) => [title]).map(
    ({ title }) => title,
  );
  const rest = outcomes.length - titles.length;
  return (
    <tr>
      <td>
        <Marked mark={OUTCOMES[first.outcome]} />
      </td>
      <td class="long">{first.reason ?? 'no reason was recorded'}</td>
      <td class="n">{count(outcomes.length)}</td>
      <td class="long">
        {outcomes.length === 1 ? (
          first.title
        ) : (
          <details>
            <summary>{counted(outcomes.length, 'case')}</summary>
            {`${titles.join('; ')}${rest === 0 ? '' : `; and ${more(rest)}, in result.json`}.`}
          </details>
        )}
      </td>
    </tr>
  );
}

interface CasesProps {
  readonly label: string;
  readonly outcomes: readonly CaseOutcome[];
  readonly rowsMax: number;
}

function Cases({ label, outcomes, rowsMax }: CasesProps): VNode {
  const shown = within(outcomes, rowsMax, BYTES_MAX, (one) => [
    one.title,
    one.group,
    one.command ?? '',
    one.reason ?? '',
  ]);
  const hasReasons = shown.some((one) => one.reason !== null);
  return (
    <div class="stack">
      <Scroll label={label}>
        <Table>
          <thead>
            <tr>
              <Head>Outcome</Head>
              <Head>Case</Head>
              <Head>Group</Head>
              <Head>Command</Head>
              {hasReasons ? <Head>Reason</Head> : null}
              <Head isNumber>Time, ms</Head>
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => (
              <tr>
                <td>
                  <Marked mark={OUTCOMES[one.outcome]} />
                </td>
                <td class="long">{one.title}</td>
                <td>{one.group}</td>
                <td>{one.command ?? <span class="void">none</span>}</td>
                {hasReasons ? <td class="long">{one.reason}</td> : null}
                <td class="n">{ms(one.duration_ms)}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      </Scroll>
      {outcomes.length > shown.length ? (
        <p>{count(outcomes.length - shown.length)} more in result.json.</p>
      ) : null}
    </div>
  );
}

function digestOf(outcomes: readonly CaseOutcome[]): string {
  const undecided = outcomes.filter(({ outcome }) => outcome === 'skipped' || outcome === 'inconclusive');
  const without = undecided.length === 0 ? '' : `, ${count(undecided.length)} proved nothing`;
  return `${counted(outcomes.length, 'case')}${without}`;
}
