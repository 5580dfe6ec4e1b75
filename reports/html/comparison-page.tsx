import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { changeText, type ComparedRow, type ComparisonView } from '../comparison.ts';
import { ShiftChart } from './charts/shift-chart.tsx';
import { DataTable, type Column } from './data-table.tsx';
import { Fact, Marked } from './parts.tsx';
import { SchemeButton, Shell } from './shell.tsx';

/** Renders a comparison as one self-contained page; the same comparison is the same page. */
export function renderComparison(view: ComparisonView): string {
  return `<!doctype html>\n${renderToString(<Page view={view} />)}\n`;
}

const ICONS = { good: '✓', bad: '✗', warn: '!', none: '?' } as const;
const WORDS = { good: 'No loss seen', bad: 'Slower', warn: 'Differs', none: 'Can not tell' } as const;

function Page({ view }: { readonly view: ComparisonView }): VNode {
  const { title, findings } = view;
  return (
    <Shell title={`${title} · comparison`} verdict={null} skip={['outcome', 'Skip to the outcome']}>
      <div class="top">
        <header>
          <h1>
            Comparison <span class="muted">· {title}</span>
          </h1>
          <nav aria-label="Sections">
            <a href="#outcome">Outcome</a> <a href="#percentiles">Percentiles</a>{' '}
            {findings === null ? null : <a href="#findings">Findings</a>} <a href="#besides">Besides</a>
          </nav>
          <SchemeButton />
        </header>
      </div>
      <main>
        <Outcome view={view} />
        <Percentiles view={view} />
        {findings === null ? null : (
          <section id="findings" aria-labelledby="findings-title">
            <h2 id="findings-title">Findings</h2>
            <List title="New" items={findings.appeared} />
            <List title="Gone" items={findings.gone} />
            <List title="The same" items={findings.same} />
          </section>
        )}
        <section id="besides" aria-labelledby="besides-title">
          <h2 id="besides-title">Besides</h2>
          <List title="What else is not the same" items={view.differences} />
          <List title="Not compared" items={view.notCompared} />
        </section>
      </main>
      <footer>A comparison judges no objective: what may ship is said by the verdict of a run.</footer>
    </Shell>
  );
}

function Outcome({ view }: { readonly view: ComparisonView }): VNode {
  const { headline, tone, messages, sides } = view;
  return (
    <section id="outcome" aria-labelledby="outcome-title" tabIndex={-1}>
      <h2 id="outcome-title">Outcome</h2>
      <p>
        <Marked mark={{ tone, icon: ICONS[tone], word: WORDS[tone] }} />
        {headline}
      </p>
      {messages.map((message) => (
        <p>{message}</p>
      ))}
      {sides.map(([name, facts]) => (
        <>
          <h3>{name}</h3>
          <dl class="facts">
            {facts.map(([fact, value]) => (
              <Fact name={fact} value={value} />
            ))}
          </dl>
        </>
      ))}
    </section>
  );
}

function Percentiles({ view }: { readonly view: ComparisonView }): VNode {
  const { rows, noise, note, shifts } = view;
  return (
    <section id="percentiles" aria-labelledby="percentiles-title">
      <h2 id="percentiles-title">Percentiles</h2>
      {rows.length === 0 ? <p>No percentile could be compared.</p> : <Rows label="A against B" rows={rows} />}
      {noise.length === 0 ? null : (
        <>
          <h3>A against A: the noise</h3>
          <Rows label="A against A" rows={noise} />
        </>
      )}
      {rows.length === 0 ? null : <p class="muted">{note}</p>}
      <div class="charts">
        {shifts.map((shift, at) => (
          <ShiftChart shift={shift} id={`shift-${at + 1}`} />
        ))}
      </div>
    </section>
  );
}

const COLUMNS: readonly Column<ComparedRow>[] = [
  { head: 'Figure', isName: true, cell: ({ name }) => name },
  { head: 'A', isNumber: true, cell: ({ a }) => a },
  { head: 'B', isNumber: true, cell: ({ b }) => b },
  { head: 'B beyond A', isNumber: true, cell: changeText },
  { head: 'Outcome', cell: ({ outcome }) => outcome },
];

function Rows({ label, rows }: { readonly label: string; readonly rows: readonly ComparedRow[] }): VNode {
  return <DataTable kind="rows" label={label} columns={COLUMNS} rows={rows} />;
}

const LISTED_MAX = 200;

function List({ title, items }: { readonly title: string; readonly items: readonly string[] }): VNode {
  return (
    <>
      <h3>{`${title}: ${items.length}`}</h3>
      {items.length === 0 ? null : (
        <ul>
          {items.slice(0, LISTED_MAX).map((item) => (
            <li>{item}</li>
          ))}
        </ul>
      )}
      {items.length > LISTED_MAX ? <p>{`${items.length - LISTED_MAX} more in comparison.json.`}</p> : null}
    </>
  );
}
