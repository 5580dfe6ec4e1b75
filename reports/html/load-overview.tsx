import type { VNode } from 'preact';
import { count, percent } from '../../result/format.ts';
import type { LoadScenario, LoadStep, ThresholdOutcome } from '../../result/load-result.ts';
import { THRESHOLDS } from '../../result/wording.ts';
import { loadOf } from './ledger-table.tsx';
import { MiniChart } from './charts/mini-chart.tsx';
import { DataTable, type Column } from './data-table.tsx';
import { Marked, Small } from './parts.tsx';
import { PERCENTILES, percentileTexts } from './percentiles.ts';

const ROWS_MAX = 60;

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
  const hasCharts = rows.some(({ step }) => step.seconds.length > 1);
  return (
    <DataTable
      label="All steps at a glance"
      caption="All steps at a glance: response time in milliseconds, 95 % interval below"
      kind="rows overview"
      columns={columnsOf(hasCharts)}
      rows={rows}
      rowsMax={ROWS_MAX}
    />
  );
}

interface OverviewRow {
  readonly scenario: LoadScenario;
  readonly step: LoadStep;
  readonly id: string;
}

function columnsOf(hasCharts: boolean): readonly Column<OverviewRow>[] {
  const percentileOf = (key: 'p50' | 'p95' | 'p99'): Column<OverviewRow> => {
    const percentile = PERCENTILES.find((one) => one.key === key);
    return {
      head: key,
      isNumber: true,
      kind: ({ step }) => (step.latency_us[key] === null ? 'void' : key === 'p95' ? 'observed' : ''),
      cell: ({ step }) => {
        if (percentile === undefined) return '—';
        const [value, below] = percentileTexts(step.latency_us, percentile);
        return (
          <>
            {value}
            <Small>{below}</Small>
          </>
        );
      },
    };
  };
  return [
    {
      head: 'Step',
      isName: true,
      cell: ({ scenario, step, id }) => (
        <a href={`#${id}`}>{step.name === scenario.name ? step.name : `${scenario.name} › ${step.name}`}</a>
      ),
    },
    percentileOf('p95'),
    ...(hasCharts
      ? [
          {
            head: 'Median and slowest over time',
            kind: 'drawn',
            cell: ({ scenario, step }: OverviewRow) => (
              <MiniChart step={step} limits={limitsOf(scenario, step)} />
            ),
          },
        ]
      : []),
    {
      head: 'Thresholds',
      cell: ({ scenario, step }) => (
        <Outcomes thresholds={scenario.thresholds.filter((one) => one.step === step.name)} />
      ),
    },
    percentileOf('p50'),
    percentileOf('p99'),
    { head: 'Load', isNumber: true, cell: ({ step }) => loadOf(step) },
    { head: 'Sent', isNumber: true, cell: ({ step }) => count(step.ledger.sent) },
    NOT_OK,
  ];
}

const NOT_OK: Column<OverviewRow> = {
  head: 'Not OK',
  isNumber: true,
  kind: ({ step: { ledger } }) => (ledger.sent === ledger.ok ? 'void' : ''),
  cell: ({ step: { ledger } }) => (
    <>
      {count(ledger.sent - ledger.ok)}
      {ledger.sent === ledger.ok ? null : <Small>{percent((ledger.sent - ledger.ok) / ledger.sent)}</Small>}
    </>
  ),
};

function limitsOf(scenario: LoadScenario, step: LoadStep): readonly ThresholdOutcome[] {
  return scenario.thresholds.filter((one) => one.step === step.name && one.unit === 'ms');
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
