import type { VNode } from 'preact';
import { anchors } from '../anchors.ts';
import { count, counted, duration, ms, percent, usAsMs } from '../../result/format.ts';
import type { GeneratorHealth, LoadControls, LoadResult } from '../../result/load-result.ts';
import { THRESHOLDS } from '../../result/wording.ts';
import { GeneratorChart } from './charts/generator-chart.tsx';
import { LoadOverview } from './load-overview.tsx';
import { DataTable } from './data-table.tsx';
import { Folded, Marked } from './parts.tsx';
import { ScenarioView } from './scenario.tsx';

const STEPS_DRAWN_MAX = 10;

/** Everything about load: each scenario with its steps, thresholds and charts, and the health of the generator. */
export function LoadSection({ load }: { readonly load: LoadResult }): VNode {
  return (
    <section id="load" aria-labelledby="load-title">
      <h2 id="load-title">Load</h2>
      <Load load={load} />
    </section>
  );
}

function Load({ load }: { readonly load: LoadResult }): VNode {
  const ids = anchors(
    'scenario',
    load.scenarios.map((scenario) => scenario.name),
  );
  let drawn = 0;
  const missed = load.scenarios.findIndex(({ thresholds }) =>
    thresholds.some(({ outcome }) => outcome === 'broken'),
  );
  return (
    <>
      <div class="stack">
        <Counts load={load} />
        {load.inconclusive === null ? null : <p>{load.inconclusive.sentence}</p>}
        {load.asked_again === undefined ? null : <p>{load.asked_again}</p>}
        {load.scenarios.length === 0 ? <p>No scenario was run.</p> : null}
      </div>
      <LoadOverview scenarios={load.scenarios} ids={ids} />
      {load.scenarios.map((scenario, at) => {
        const left = STEPS_DRAWN_MAX - drawn;
        drawn += Math.min(left, scenario.steps.length);
        return (
          <ScenarioView scenario={scenario} id={ids[at] ?? ''} stepsDrawn={left} isOpen={at === missed} />
        );
      })}
      {load.controls === undefined ? null : <Controls controls={load.controls} />}
      <Generator load={load} />
    </>
  );
}

function Counts({ load }: { readonly load: LoadResult }): VNode {
  const outcomes = load.scenarios.flatMap((scenario) => scenario.thresholds.map((one) => one.outcome));
  return (
    <p class="counts">
      <strong>{`${counted(load.scenarios.length, 'scenario')} in ${duration(load.duration_ms)}`}</strong>{' '}
      {(['met', 'broken', 'inconclusive'] as const).map((outcome) => {
        const number = outcomes.filter((one) => one === outcome).length;
        const mark = THRESHOLDS[outcome];
        return (
          <Marked mark={number === 0 ? { ...mark, tone: 'none' } : mark}>
            {`${counted(number, 'threshold')} ${outcome}`}
          </Marked>
        );
      })}
    </p>
  );
}

/** The free calls among the load: they judge nothing by themselves, and tell the way to the target from the service. */
function Controls({ controls }: { readonly controls: LoadControls }): VNode {
  const { kinds, notes, sent } = controls;
  const time = (us: number | null): string => (us === null ? '–' : `${usAsMs(us)} ms`);
  return (
    <Folded id="controls" title="Control calls" digest={`${count(sent)} sent`}>
      <p class="muted">
        Free calls with the right key that start nothing, among the paid requests and in no figure of theirs.
      </p>
      {notes.map((note) => (
        <p>{note}</p>
      ))}
      <DataTable
        label="Control calls"
        columns={[
          { head: 'Kind', isName: true, cell: ({ kind }) => kind },
          { head: 'Sent', isNumber: true, cell: (one) => count(one.sent) },
          { head: 'Answered', isNumber: true, cell: ({ answered }) => count(answered) },
          { head: 'Failed', isNumber: true, cell: ({ failed }) => count(failed) },
          { head: 'Not sent', isNumber: true, cell: ({ shed }) => count(shed) },
          {
            head: 'Statuses',
            cell: ({ by_status: statuses }) =>
              Object.entries(statuses)
                .map(([status, times]) => `${count(times)} × ${status}`)
                .join(', '),
          },
          { head: 'p50', isNumber: true, cell: ({ latency_us: { p50 } }) => time(p50) },
          { head: 'p95', isNumber: true, cell: ({ latency_us: { p95 } }) => time(p95) },
        ]}
        rows={kinds}
      />
    </Folded>
  );
}

function Generator({ load }: { readonly load: LoadResult }): VNode {
  const { generator } = load;
  return (
    <Folded id="generator" title="Health of the load generator" digest={generatorDigest(generator)}>
      {generator === null ? <p class="muted">It was not watched.</p> : <Health generator={generator} />}
      <div class="charts">
        <GeneratorChart load={load} />
      </div>
    </Folded>
  );
}

function generatorDigest(generator: GeneratorHealth | null): string {
  if (generator === null) return 'not watched';
  return generator.saturated ? 'saturated' : 'kept its schedule';
}

function Health({ generator }: { readonly generator: GeneratorHealth }): VNode {
  const { event_loop_delay_us: delay, gc, processes = 1 } = generator;
  const mark = generator.saturated
    ? ({ tone: 'bad', icon: '✗', word: 'saturated' } as const)
    : ({ tone: 'good', icon: '✓', word: 'kept its schedule' } as const);
  const facts: readonly (readonly [name: string, value: string])[] = [
    [
      'Event loop delay',
      `p50 ${usAsMs(delay.p50)} ms, p99 ${usAsMs(delay.p99)} ms, max ${usAsMs(delay.max)} ms`,
    ],
    ['Share of one core', percent(generator.cpu)],
    ['Garbage collection', gc === undefined ? 'not watched' : gcOf(gc)],
    ['Processes that sent', count(processes)],
  ];
  return (
    <>
      <p>
        <Marked mark={mark} /> {generator.sentence}
      </p>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function gcOf({ count: pauses, total_ms, max_ms }: NonNullable<GeneratorHealth['gc']>): string {
  return `${counted(pauses, 'pause')}, ${ms(total_ms)} ms in all, the longest ${ms(max_ms)} ms`;
}
