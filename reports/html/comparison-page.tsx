import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { count } from '../../result/format.ts';
import type { Mark } from '../../result/wording.ts';
import { changeText, type ComparedRow, type ComparisonView } from '../comparison.ts';
import { ShiftChart } from './charts/shift-chart.tsx';
import { Contents } from './contents.tsx';
import { DataTable, type Column } from './data-table.tsx';
import { Marked } from './parts.tsx';
import type { PageSection } from './sections.tsx';
import { SchemeButton, Shell } from './shell.tsx';
import { Sign } from './sign.tsx';

/** Renders a comparison as one self-contained page; the same comparison is the same page. */
export function renderComparison(view: ComparisonView): string {
  return `<!doctype html>\n${renderToString(<Page view={view} />)}\n`;
}

const ICONS = { good: '✓', bad: '✗', warn: '!', none: '?' } as const;
const WORDS = { good: 'No loss seen', bad: 'Slower', warn: 'Differs', none: 'Can not tell' } as const;

function Page({ view }: { readonly view: ComparisonView }): VNode {
  const sections = sectionsOf(view);
  return (
    <Shell title={`${view.title} · comparison`} verdict={null} skip={['outcome', 'Skip to the outcome']}>
      <div class="top">
        <header>
          <h1>
            Comparison <span class="muted">· {view.title}</span>
          </h1>
          <p class="state" />
          <SchemeButton />
        </header>
      </div>
      <div class="page">
        <Contents sections={sections} />
        <main>{sections.map((section) => section.view)}</main>
      </div>
      <footer>A comparison judges no objective: what may ship is said by the verdict of a run.</footer>
    </Shell>
  );
}

function sectionsOf(view: ComparisonView): readonly PageSection[] {
  const { rows, findings, differences, notCompared, tone } = view;
  const besides = differences.length + notCompared.length;
  return [
    { id: 'outcome', title: 'Outcome', count: '', tone, view: <Outcome view={view} /> },
    {
      id: 'percentiles',
      title: 'Percentiles',
      count: count(rows.length),
      tone: 'none',
      view: <Percentiles view={view} />,
    },
    ...(findings === null
      ? []
      : [
          {
            id: 'findings',
            title: 'Findings',
            count: `${count(findings.appeared.length)} new`,
            tone: findings.appeared.length > 0 ? ('bad' as const) : ('none' as const),
            view: <Findings findings={findings} />,
          },
        ]),
    ...(besides === 0
      ? []
      : [
          {
            id: 'besides',
            title: 'Besides',
            count: count(besides),
            tone: 'warn' as const,
            view: (
              <section id="besides" aria-labelledby="besides-title">
                <h2 id="besides-title">Besides</h2>
                <div class="columns">
                  <List title="What else is not the same" items={differences} />
                  <List title="Not compared" items={notCompared} />
                </div>
              </section>
            ),
          },
        ]),
  ];
}

function Outcome({ view }: { readonly view: ComparisonView }): VNode {
  const { headline, tone, messages } = view;
  return (
    <section id="outcome" aria-label="Outcome" tabIndex={-1}>
      <div class={`verdict ${tone}`}>
        <Sign tone={tone} icon={ICONS[tone]} />
        <div class="head">
          <h2 class="word">{WORDS[tone]}</h2>
        </div>
        <div class="said">
          <ul>
            {[headline, ...messages].map((message) => (
              <li>{message}</li>
            ))}
          </ul>
        </div>
      </div>
      <Sides view={view} />
    </section>
  );
}

/** What is known of both sides, one column each. */
function Sides({ view: { sides } }: { readonly view: ComparisonView }): VNode {
  const facts = [...new Set(sides.flatMap(([, known]) => known.map(([fact]) => fact)))];
  return (
    <DataTable
      label="The two sides"
      kind="rows"
      columns={[
        { head: 'Side', isName: true, cell: (fact) => fact },
        ...sides.map(([side, known]) => ({
          head: side,
          kind: 'long',
          cell: (fact: string) => known.find(([name]) => name === fact)?.[1] ?? '—',
        })),
      ]}
      rows={facts}
    />
  );
}

function Percentiles({ view }: { readonly view: ComparisonView }): VNode {
  const { rows, noise, note, shifts } = view;
  return (
    <section id="percentiles" aria-labelledby="percentiles-title">
      <h2 id="percentiles-title">Percentiles</h2>
      {rows.length === 0 ? <p>No percentile could be compared.</p> : <Rows label="A against B" rows={rows} />}
      {noise.length === 0 ? null : <Rows label="A against A: the noise of this comparison" rows={noise} />}
      {rows.length === 0 ? null : <p class="muted">{note}</p>}
      <div class="charts">
        {shifts.map((shift, at) => (
          <ShiftChart shift={shift} id={`shift-${at + 1}`} />
        ))}
      </div>
    </section>
  );
}

function Findings({ findings }: { readonly findings: NonNullable<ComparisonView['findings']> }): VNode {
  return (
    <section id="findings" aria-labelledby="findings-title">
      <h2 id="findings-title">Findings</h2>
      <div class="columns">
        <List title="New" items={findings.appeared} />
        <List title="Gone" items={findings.gone} />
        <List title="The same" items={findings.same} />
      </div>
    </section>
  );
}

/** How loud an outcome is. */
const TONES: Readonly<Record<string, Mark>> = {
  slower: { tone: 'bad', icon: '✗', word: 'slower' },
  faster: { tone: 'good', icon: '✓', word: 'faster' },
};

const COLUMNS: readonly Column<ComparedRow>[] = [
  { head: 'Figure', isName: true, cell: ({ name }) => name },
  { head: 'A', isNumber: true, cell: ({ a }) => a },
  { head: 'B', isNumber: true, cell: ({ b }) => b },
  { head: 'B beyond A', isNumber: true, cell: changeText },
  {
    head: 'Outcome',
    cell: ({ outcome }) => {
      const mark = TONES[outcome];
      return mark === undefined ? outcome : <Marked mark={mark} />;
    },
  },
];

function Rows({ label, rows }: { readonly label: string; readonly rows: readonly ComparedRow[] }): VNode {
  return <DataTable kind="rows" label={label} caption={label} columns={COLUMNS} rows={rows} />;
}

const LISTED_MAX = 200;

function List({ title, items }: { readonly title: string; readonly items: readonly string[] }): VNode {
  return (
    <div class="stack">
      <h3>{`${title}: ${items.length}`}</h3>
      {items.length === 0 ? null : (
        <ul>
          {items.slice(0, LISTED_MAX).map((item) => (
            <li>{item}</li>
          ))}
        </ul>
      )}
      {items.length > LISTED_MAX ? <p>{`${items.length - LISTED_MAX} more in comparison.json.`}</p> : null}
    </div>
  );
}
