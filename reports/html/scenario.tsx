import type { VNode } from 'preact';
import { anchors } from '../anchors.ts';
import { counted, duration } from '../../result/format.ts';
import type { LoadScenario, LoadStep, ThresholdOutcome } from '../../result/load-result.ts';
import { CapacityView } from './capacity.tsx';
import { HeatMap } from './charts/heat-map.tsx';
import { PercentileChart } from './charts/percentile-chart.tsx';
import { RateChart, rising } from './charts/rate-chart.tsx';
import { SecondsChart } from './charts/seconds-chart.tsx';
import { WaitingChart } from './charts/waiting-chart.tsx';
import { LatencyTable } from './latency-table.tsx';
import { LedgerTable } from './ledger-table.tsx';
import { NotableRequests } from './notable-requests.tsx';
import { LoadFailures } from './load-failures.tsx';
import { ThresholdTable } from './thresholds.tsx';
import { TimeAccount } from './time-account.tsx';

const CURVES_MAX = 6;

interface ScenarioProps {
  readonly scenario: LoadScenario;
  readonly id: string;
  /** How many of its steps may be drawn, so that the page stays light. */
  readonly stepsDrawn: number;
  /** Whether it is unfolded from the beginning. */
  readonly isOpen: boolean;
}

/** One scenario: its thresholds, its steps in two tables, and each step's charts, failures and notes. */
export function ScenarioView({ scenario, id, stepsDrawn, isOpen }: ScenarioProps): VNode {
  return (
    <section class="scenario" id={id} aria-labelledby={`${id}-title`}>
      <details open={isOpen}>
        <summary>
          <h3 id={`${id}-title`}>{scenario.name}</h3> <span class="muted small">{digestOf(scenario)}</span>
        </summary>
        <Whole scenario={scenario} id={id} stepsDrawn={stepsDrawn} />
      </details>
    </section>
  );
}

/** How its thresholds came out, in a few words. */
function digestOf({ steps, thresholds }: LoadScenario): string {
  const outcomes = (['broken', 'inconclusive', 'met'] as const)
    .map((outcome) => [outcome, thresholds.filter((one) => one.outcome === outcome).length] as const)
    .filter(([, number]) => number > 0)
    .map(([outcome, number]) => `${number} ${outcome}`);
  return [counted(steps.length, 'step'), ...outcomes].join(', ');
}

function Whole({ scenario, id, stepsDrawn }: Omit<ScenarioProps, 'isOpen'>): VNode {
  const { steps } = scenario;
  const ids = anchors(
    `${id}-step`,
    steps.map((step) => step.name),
  );
  const drawn = steps.slice(0, stepsDrawn);
  const curves = rising(steps).slice(0, CURVES_MAX);
  return (
    <div class="whole">
      <div class="stack">
        <p class="muted">{shapeOf(scenario)}</p>
        {scenario.inconclusive === null ? null : <p>{scenario.inconclusive.sentence}</p>}
        {scenario.failure === undefined ? null : <p>{scenario.failure}</p>}
      </div>
      {scenario.capacity === undefined ? null : (
        <CapacityView
          capacity={scenario.capacity}
          thresholds={scenario.thresholds}
          name={scenario.name}
          id={id}
        />
      )}
      <ThresholdTable thresholds={scenario.thresholds} name={scenario.name} />
      {steps.length === 0 ? <p>No step was measured.</p> : null}
      {steps.length === 0 ? null : <LedgerTable steps={steps} name={scenario.name} />}
      {steps.length === 0 ? null : <LatencyTable steps={steps} name={scenario.name} />}
      {curves.length === 0 ? null : (
        <div class="charts">
          {curves.map((own, at) => (
            <RateChart steps={own} thresholds={scenario.thresholds} id={`${id}-rates-${at + 1}`} />
          ))}
        </div>
      )}
      {drawn.map((step, at) => (
        <StepView
          step={step}
          id={ids[at] ?? ''}
          thresholds={scenario.thresholds}
          isOpen={at === 0 || step.name === scenario.name}
          examples={at === 0 ? 2 : 1}
        />
      ))}
      {steps.length > drawn.length ? (
        <p>{`${counted(steps.length - drawn.length, 'more step')} not drawn, to keep the page light.`}</p>
      ) : null}
    </div>
  );
}

function shapeOf(scenario: LoadScenario): string {
  const model =
    scenario.model === 'open'
      ? 'Open model: requests are sent on a schedule, whether or not earlier ones were answered'
      : 'Closed model: a request is sent when an earlier one is answered';
  const warmup =
    scenario.warmup_ms === 0 ? 'no warm-up' : `${duration(scenario.warmup_ms)} of warm-up, not measured`;
  return `${model}; at most ${counted(scenario.connections, 'connection')}; ${warmup}.`;
}

interface StepProps {
  readonly step: LoadStep;
  readonly id: string;
  readonly thresholds: readonly ThresholdOutcome[];
  readonly isOpen: boolean;
  /** Of how many causes of failure an example is shown. */
  readonly examples: number;
}

function StepView({ step, id, thresholds, isOpen, examples }: StepProps): VNode {
  const limits = thresholds.filter((one) => one.step === step.name && one.unit === 'ms');
  return (
    <details open={isOpen} id={id}>
      <summary>
        <strong>Step {step.name}</strong>: charts{step.failures.length === 0 ? '' : ', failures'}
        {step.notes.length === 0 ? '' : ', notes'}
      </summary>
      <div class="stack">
        {step.notes.map((note) => (
          <p>
            <span aria-hidden="true">! </span>
            {note}
          </p>
        ))}
        <TimeAccount step={step} />
        <div class="charts">
          <PercentileChart step={step} limits={limits} id={`${id}-percentiles`} />
          <SecondsChart step={step} limits={limits} id={`${id}-seconds`} />
          <HeatMap step={step} limits={limits} id={`${id}-heat`} />
          <WaitingChart step={step} limits={limits} id={`${id}-waiting`} />
        </div>
        <LoadFailures step={step} examples={examples} />
        <NotableRequests step={step} />
      </div>
    </details>
  );
}
