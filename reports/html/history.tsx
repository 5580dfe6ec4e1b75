import type { VNode } from 'preact';
import { count, counted, percent, utc } from '../../result/format.ts';
import type { FlakyFinding, HistoryView, Trend } from '../../result/history-view.ts';
import type { VerdictWord } from '../../result/result.ts';
import { CHANGES, changeText, verdictMark, type Mark } from '../../result/wording.ts';
import { HistoryChart } from './charts/history-chart.tsx';
import { DataTable } from './data-table.tsx';
import { Marked } from './parts.tsx';

const STRIP_NIGHTS = 60;

/** The worst that the history decided, for the column of contents. */
export function historyTone({ decisions }: HistoryView): Mark['tone'] {
  const states = decisions.map(({ state }) => state);
  if (states.includes('confirmed')) return 'bad';
  return states.includes('suspect') || states.includes('environment') ? 'warn' : 'none';
}

/** Night after night: what changed, what could have been seen, what comes and goes. */
export function HistorySection({ history }: { readonly history: HistoryView }): VNode {
  return (
    <section id="history" aria-labelledby="history-title">
      <h2 id="history-title">Night after night</h2>
      <Strip history={history} />
      {history.decisions.length === 0 ? null : (
        <ul class="plain">
          {history.decisions.map((decision) => (
            <li>
              <Marked mark={CHANGES[decision.state]} /> {changeText(decision)}
            </li>
          ))}
        </ul>
      )}
      <Controls history={history} />
      <Alarms history={history} />
      {history.trends.length === 0 ? null : (
        <div class="charts">
          {history.trends.map((trend) => (
            <figure>
              <figcaption>{trend.name}</figcaption>
              <HistoryChart trend={trend} view={history} />
            </figure>
          ))}
        </div>
      )}
      {history.trends.length === 0 ? null : <Seen trends={history.trends} />}
      <Marks history={history} />
      <Flaky flaky={history.flaky} />
    </section>
  );
}

function Strip({ history }: { readonly history: HistoryView }): VNode {
  const shown = history.nights.slice(-STRIP_NIGHTS);
  return (
    <>
      <p class="muted">
        {`${counted(history.nights.length, 'night')} of this target; the latest ${count(shown.length)}, the oldest first:`}
      </p>
      <ol class="strip">
        {shown.map(({ at, verdict }) => (
          <li>
            <Sign verdict={verdict} name={`${verdict}, ${utc(at)}`} />{' '}
          </li>
        ))}
      </ol>
    </>
  );
}

function Sign({ verdict, name }: { readonly verdict: VerdictWord; readonly name: string }): VNode {
  const { tone, icon } = verdictMark(verdict);
  return (
    <span class={`mark ${tone}`} role="img" aria-label={name} title={name}>
      <i aria-hidden="true">{icon}</i>
    </span>
  );
}

/** How much of what differs between nights the control calls explained, by metric. */
function Controls({ history: { controls } }: { readonly history: HistoryView }): VNode | null {
  if (controls === undefined) return null;
  const isKnown = controls.explained.some(({ share }) => share !== null);
  return (
    <>
      <p>{controls.sentence}</p>
      {isKnown ? (
        <details>
          <summary>How much the control calls explained</summary>
          <DataTable
            label="How much the control calls explained"
            columns={[
              { head: 'Metric', isName: true, cell: ({ name }) => name },
              {
                head: 'Share of the variance',
                isNumber: true,
                cell: ({ share }) => (share === null ? 'not known' : percent(share)),
              },
              {
                head: 'Judged',
                cell: ({ is_ratio: isRatio }) => (isRatio ? 'as a ratio to the controls' : 'as measured'),
              },
            ]}
            rows={controls.explained}
          />
        </details>
      ) : null}
    </>
  );
}

function Alarms({ history: { alarms } }: { readonly history: HistoryView }): VNode | null {
  if (alarms.count === 0) return null;
  const labelled = alarms.real + alarms.false;
  const told =
    labelled === 0
      ? 'none of them is labelled yet (npm run history -- label NIGHT real|false WHY)'
      : `${count(alarms.real)} of ${counted(labelled, 'labelled alarm')} were real`;
  return <p>{`${counted(alarms.count, 'alarm')} about speed among these nights; ${told}.`}</p>;
}

function Seen({ trends }: { readonly trends: readonly Trend[] }): VNode {
  const share = (value: number | null): string => (value === null ? 'not known yet' : `+${percent(value)}`);
  return (
    <DataTable
      label="What could have been seen"
      caption="The smallest rise that is confirmed with 80 % probability; one night alone confirms nothing"
      columns={[
        { head: 'Metric', isName: true, cell: ({ name }) => name },
        { head: 'Within 3 nights', isNumber: true, cell: ({ seen_in: seen }) => share(seen.three_nights) },
        { head: 'Within 7 nights', isNumber: true, cell: ({ seen_in: seen }) => share(seen.seven_nights) },
      ]}
      rows={trends}
    />
  );
}

function Marks({ history: { marks } }: { readonly history: HistoryView }): VNode | null {
  if (marks.length === 0) return null;
  return (
    <details>
      <summary>{`What happened between the nights: ${counted(marks.length, 'mark')}`}</summary>
      <ul>
        {marks.toReversed().map(({ sentence }) => (
          <li>{sentence}</li>
        ))}
      </ul>
    </details>
  );
}

function Flaky({ flaky }: { readonly flaky: readonly FlakyFinding[] }): VNode | null {
  if (flaky.length === 0) return null;
  return (
    <DataTable
      label="Findings that come and go"
      caption="Findings that come and go although the target is the same; their severity stays"
      columns={[
        { head: 'Finding', isName: true, kind: 'long', cell: ({ title }) => title },
        {
          head: 'Seen',
          isNumber: true,
          cell: ({ seen, nights }) => `${count(seen)} of ${counted(nights, 'night')}`,
        },
        {
          head: '95 % interval',
          isNumber: true,
          cell: ({ low, high }) => `${percent(low)} – ${percent(high)}`,
        },
      ]}
      rows={flaky}
    />
  );
}
