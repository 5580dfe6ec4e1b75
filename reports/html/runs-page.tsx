import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { driftText } from '../../result/accepted.ts';
import { count, counted, duration, elapsedMs, more, usAsMs, utc } from '../../result/format.ts';
import type { RunRow, Runs, UnreadableRun } from '../runs.ts';
import { verdictMark } from '../../result/wording.ts';
import { Head, Marked, Moment, Scroll, Small, Table } from './parts.tsx';
import { SchemeButton, Shell } from './shell.tsx';
import { Trends } from './trends.tsx';
import { VerdictStrip } from './verdict-strip.tsx';

const ROWS_MAX = 400;
const CAUSES_SHOWN = 3;
const STEPS_SHOWN = 6;

/** Renders the index of a folder of runs as one self-contained page; the same runs are the same page. */
export function renderRuns(runs: Runs): string {
  return `<!doctype html>\n${renderToString(<Page runs={runs} />)}\n`;
}

function Page({ runs }: { readonly runs: Runs }): VNode {
  const rows = runs.rows.slice(0, ROWS_MAX);
  const rest = runs.rows.length - rows.length;
  return (
    <Shell
      title={`${counted(runs.rows.length, 'run')} · workflow runs`}
      verdict={rows[0]?.verdict ?? null}
      skip={['runs', 'Skip to the runs']}
    >
      <div class="top">
        <header>
          <h1>
            Workflow runs <span class="muted">· {counted(runs.rows.length, 'run')} of this harness</span>
          </h1>
          <nav aria-label="Sections">
            <a href="#runs">Runs</a> <a href="#trends">Trends</a>{' '}
            {runs.unreadable.length === 0 ? null : <a href="#unreadable">Unreadable</a>}
          </nav>
          <SchemeButton />
        </header>
      </div>
      <main>
        <section id="runs" aria-labelledby="runs-title" tabIndex={-1}>
          <h2 id="runs-title">Runs</h2>
          <VerdictStrip rows={rows} />
          {rows.length === 0 ? <p>There is no run that can be read.</p> : <RunTable rows={rows} />}
          {rest === 0 ? null : <p>{`${counted(rest, 'older run')} left out to keep the page light.`}</p>}
        </section>
        <Trends rows={rows} />
        <Unreadable runs={runs.unreadable} />
      </main>
      <footer>
        Each run links to its own report. Verdicts are as each run saved them; nothing is judged here.
      </footer>
    </Shell>
  );
}

function RunTable({ rows }: { readonly rows: readonly RunRow[] }): VNode {
  return (
    <Scroll label="Runs, the newest first">
      <Table>
        <thead>
          <tr>
            <Head>Verdict</Head>
            <Head>Run</Head>
            <Head>Target</Head>
            <Head>Causes</Head>
            <Head isNumber>p95, ms</Head>
            <Head>Files</Head>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Run row={row} />
          ))}
        </tbody>
      </Table>
    </Scroll>
  );
}

function Run({ row }: { readonly row: RunRow }): VNode {
  return (
    <tr id={`run-${row.folder.replaceAll(/[^A-Za-z0-9_-]/g, '-')}`}>
      <td>
        <Marked mark={verdictMark(row.verdict)} />
      </td>
      <th scope="row">
        {row.files.includes('index.html') ? (
          <a href={hrefOf(row, 'index.html')}>
            <Moment iso={row.startedAt} />
          </a>
        ) : (
          <Moment iso={row.startedAt} />
        )}
        <Small>{`${row.folder}, took ${duration(elapsedMs(row.startedAt, row.endedAt))}`}</Small>
      </th>
      <td class="long">
        {row.target}
        <Small>
          {`${row.isSandbox ? 'the embedded sandbox' : 'a deployed API'}; ${counted(row.runsStarted, 'workflow run')} started`}
        </Small>
      </td>
      <td class="long">
        <Causes row={row} />
      </td>
      <td class="n steps">
        <Latencies row={row} />
      </td>
      <td>
        {row.files
          .filter((name) => name !== 'index.html')
          .map((name) => (
            <>
              <a href={hrefOf(row, name)} aria-label={`${name} of the run of ${utc(row.startedAt)}`}>
                {name}
              </a>
              <br />{' '}
            </>
          ))}
      </td>
    </tr>
  );
}

function hrefOf({ folder }: RunRow, name: string): string {
  return `./${encodeURIComponent(folder)}/${name}`;
}

function Causes({ row }: { readonly row: RunRow }): VNode {
  const lines =
    row.verdict === 'INCONCLUSIVE' || row.verdict === null
      ? row.unknown
      : [...row.failures, ...row.brokenThresholds];
  const rest = lines.length - CAUSES_SHOWN;
  const { warning, drift } = row.causes;
  return (
    <>
      {lines.length === 0 ? <span class="void">no failure</span> : null}
      {lines.length === 0 ? null : (
        <ul>
          {lines.slice(0, CAUSES_SHOWN).map((text) => (
            <li>{text}</li>
          ))}
          {rest > 0 ? <li>{more(rest)}</li> : null}
        </ul>
      )}
      <Small>
        {warning + drift.total === 0 ? '' : `${counted(warning, 'warning')}, ${driftText(drift)}`}
      </Small>
      <Small>{row.appeared === null ? '' : `${count(row.appeared)} new since the run before`}</Small>
    </>
  );
}

function Latencies({ row }: { readonly row: RunRow }): VNode {
  const shown = row.latencies.slice(0, STEPS_SHOWN);
  if (shown.length === 0) return <span class="void">no load</span>;
  return (
    <>
      {shown.map(({ step, p95 }) => (
        <>
          <span class="muted">{step}</span> <span class="label">{p95 === null ? '—' : usAsMs(p95)}</span>
          <br class="kept" />
        </>
      ))}
      {row.latencies.length > shown.length ? `${count(row.latencies.length - shown.length)} more` : null}
    </>
  );
}

function Unreadable({ runs }: { readonly runs: readonly UnreadableRun[] }): VNode | null {
  if (runs.length === 0) return null;
  return (
    <section id="unreadable" aria-labelledby="unreadable-title">
      <h2 id="unreadable-title">Unreadable</h2>
      <p class="muted">{`${counted(runs.length, 'folder')} without a result that this version reads.`}</p>
      <Scroll label="Folders without a readable result">
        <Table>
          <thead>
            <tr>
              <Head>Folder</Head>
              <Head>Why</Head>
            </tr>
          </thead>
          <tbody>
            {runs.slice(0, ROWS_MAX).map(({ folder, why }) => (
              <tr>
                <th scope="row">
                  <code>{folder}</code>
                </th>
                <td class="long">{why}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      </Scroll>
    </section>
  );
}
