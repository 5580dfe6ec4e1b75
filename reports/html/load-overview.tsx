import type { VNode } from 'preact';
import { count, percent } from '../../result/format.ts';
import type { LoadScenario, LoadStep, ThresholdOutcome } from '../../result/load-result.ts';
import { THRESHOLDS } from '../../result/wording.ts';
import { loadOf } from './ledger-table.tsx';
import { Head, Marked, Scroll, Small, Table } from './parts.tsx';
import { PERCENTILES, percentileTexts } from './percentiles.ts';

const ROWS_MAX = 60;
const SHOWN = PERCENTILES.filter(({ key }) => key === 'p50' || key === 'p95' || key === 'p99');

interface OverviewProps {
  readonly scenarios: readonly LoadScenario[];
  /** Element ids of the scenarios. */
  readonly ids: readonly string[];
}

/** All steps of all scenarios in one table, each leading to its scenario: what was asked, what came, what it met. */
export function LoadOverview({ scenarios, ids }: OverviewProps): VNode | null {
  const rows = scenarios.flatMap((scenario, at) =>
    scenario.steps.map((step) => ({ scenario, step, id: ids[at] ?? '' })),
  );
  if (rows.length === 0) return null;
  return (
    <>
      <Scroll label="All steps at a glance">
        <Table>
          <caption>All steps at a glance: response time in milliseconds, 95 % interval below</caption>
          <thead>
            <tr>
              <Head>Step</Head>
              <Head isNumber>Load</Head>
              <Head isNumber>Sent</Head>
              <Head isNumber>Not OK</Head>
              {SHOWN.map(({ label }) => (
                <Head isNumber>{label}</Head>
              ))}
              <Head>Thresholds</Head>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, ROWS_MAX).map(({ scenario, step, id }) => (
              <Row scenario={scenario} step={step} id={id} />
            ))}
          </tbody>
        </Table>
      </Scroll>
      {rows.length > ROWS_MAX ? <p>{count(rows.length - ROWS_MAX)} more steps below.</p> : null}
    </>
  );
}

interface RowProps {
  readonly scenario: LoadScenario;
  readonly step: LoadStep;
  readonly id: string;
}

function Row({ scenario, step, id }: RowProps): VNode {
  const { ledger } = step;
  const bad = ledger.sent - ledger.ok;
  return (
    <tr>
      <th scope="row">
        <a href={`#${id}`}>{step.name === scenario.name ? step.name : `${scenario.name} › ${step.name}`}</a>
      </th>
      <td class="n">{loadOf(step)}</td>
      <td class="n">{count(ledger.sent)}</td>
      <td class={bad === 0 ? 'n void' : 'n'}>
        {count(bad)}
        {bad === 0 ? null : <Small>{percent(bad / ledger.sent)}</Small>}
      </td>
      {SHOWN.map((percentile) => {
        const [value, below] = percentileTexts(step.latency_us, percentile);
        return (
          <td class={step.latency_us[percentile.key] === null ? 'n void' : 'n'}>
            {value}
            <Small>{below}</Small>
          </td>
        );
      })}
      <td>
        <Outcomes thresholds={scenario.thresholds.filter((one) => one.step === step.name)} />
      </td>
    </tr>
  );
}

function Outcomes({ thresholds }: { readonly thresholds: readonly ThresholdOutcome[] }): VNode {
  if (thresholds.length === 0) return <span class="void">none</span>;
  return (
    <>
      {(['broken', 'inconclusive', 'met'] as const).map((outcome) => {
        const number = thresholds.filter((one) => one.outcome === outcome).length;
        if (number === 0) return null;
        return (
          <Marked mark={THRESHOLDS[outcome]}>
            {number} {outcome}
          </Marked>
        );
      })}
    </>
  );
}
