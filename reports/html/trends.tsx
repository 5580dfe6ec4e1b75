import type { VNode } from 'preact';
import { counted, usAsMs, utc } from '../../result/format.ts';
import type { RunRow, StepLatency } from '../runs.ts';
import { Head, Scroll, Small, Table } from './parts.tsx';

const RUNS_SHOWN = 8;
const STEPS_MAX = 60;

/** How each load step came out run by run: the place for trends and for comparing runs. */
export function Trends({ rows }: { readonly rows: readonly RunRow[] }): VNode {
  const loaded = rows.filter(({ latencies }) => latencies.length > 0);
  const shown = loaded.slice(0, RUNS_SHOWN).toReversed();
  const steps = [...new Set(shown.flatMap(({ latencies }) => latencies.map(({ step }) => step)))];
  return (
    <section id="trends" aria-labelledby="trends-title">
      <h2 id="trends-title">Trends</h2>
      {shown.length < 2 ? (
        <p>There are fewer than two runs with load, so there is nothing to set side by side.</p>
      ) : (
        <>
          <p class="muted">
            {`p95 with its 95 % interval in the latest ${counted(shown.length, 'run')} with load, the oldest first. Runs of different targets, rates or machines are not comparable.`}
          </p>
          <TrendTable rows={shown} steps={steps.slice(0, STEPS_MAX)} />
          {steps.length > STEPS_MAX ? (
            <p>{counted(steps.length - STEPS_MAX, 'more step')} left out.</p>
          ) : null}
        </>
      )}
    </section>
  );
}

function TrendTable({
  rows,
  steps,
}: {
  readonly rows: readonly RunRow[];
  readonly steps: readonly string[];
}): VNode {
  return (
    <Scroll label="p95 of each step by run">
      <Table>
        <caption>p95 in milliseconds</caption>
        <thead>
          <tr>
            <Head>Step</Head>
            {rows.map((row) => (
              <Head isNumber>
                {utc(row.startedAt).slice(5, 16)}
                <Small>
                  {row.isSandbox ? 'sandbox' : row.target.replace(/^https?:\/\//, '').slice(0, 24)}
                </Small>
              </Head>
            ))}
          </tr>
        </thead>
        <tbody>
          {steps.map((step) => (
            <tr>
              <th scope="row">{step}</th>
              {rows.map(({ latencies }) => (
                <Cell latency={latencies.find((one) => one.step === step) ?? null} />
              ))}
            </tr>
          ))}
        </tbody>
      </Table>
    </Scroll>
  );
}

function Cell({ latency }: { readonly latency: StepLatency | null }): VNode {
  if (latency === null) return <td class="n void">not run</td>;
  if (latency.p95 === null) return <td class="n void">—</td>;
  const [low, high] = latency.p95Interval ?? [null, null];
  return (
    <td class="n">
      {usAsMs(latency.p95)}
      <Small>{low === null || high === null ? '' : `${usAsMs(low)} – ${usAsMs(high)}`}</Small>
    </td>
  );
}
