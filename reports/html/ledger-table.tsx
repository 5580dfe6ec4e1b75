import type { VNode } from 'preact';
import { count, duration, rate } from '../../result/format.ts';
import type { Ledger, LoadStep } from '../../result/load-result.ts';
import { Head, Scroll, Small, Table } from './parts.tsx';

const COLUMNS: readonly (readonly [key: keyof Ledger, label: string])[] = [
  ['intended', 'Intended'],
  ['shed', 'Shed'],
  ['sent', 'Sent'],
  ['ok', 'OK'],
  ['http_error', 'HTTP error'],
  ['invalid', 'Invalid'],
  ['transport_error', 'Transport error'],
  ['timeout', 'Timeout'],
  ['unfinished', 'Unfinished'],
];

/** What became of the requests of each step: nine numbers that add up. */
export function LedgerTable({
  steps,
  name,
}: {
  readonly steps: readonly LoadStep[];
  readonly name: string;
}): VNode {
  return (
    <Scroll label={`Requests of ${name}`}>
      <Table>
        <caption>Requests: intended = sent + shed; each sent one has exactly one fate</caption>
        <thead>
          <tr>
            <Head>Step</Head>
            <Head isNumber>Load</Head>
            <Head isNumber>Achieved</Head>
            {COLUMNS.map(([, label]) => (
              <Head isNumber>{label}</Head>
            ))}
          </tr>
        </thead>
        <tbody>
          {steps.map((step) => (
            <tr>
              <th scope="row">
                {step.name}
                <Small>
                  {step.command === step.name
                    ? duration(step.duration_ms)
                    : `${step.command}, ${duration(step.duration_ms)}`}
                </Small>
              </th>
              <td class="n">{loadOf(step)}</td>
              <td class="n">{rate(step.achieved_per_second)}/s</td>
              {COLUMNS.map(([key]) => (
                <td class={step.ledger[key] === 0 ? 'n void' : 'n'}>
                  {count(step.ledger[key])}
                  {key === 'http_error' ? <Small>{byStatus(step)}</Small> : null}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </Table>
    </Scroll>
  );
}

/** The load of a step in words: its arrival rate, or how many were in flight at once. */
export function loadOf(step: Pick<LoadStep, 'rate_per_second' | 'concurrency'>): string {
  if (step.rate_per_second !== null) return `${rate(step.rate_per_second)}/s`;
  return step.concurrency === null ? '—' : `${count(step.concurrency)} at once`;
}

function byStatus(step: LoadStep): string {
  return Object.entries(step.http_error_by_status)
    .map(([status, number]) => `${status} × ${count(number)}`)
    .join(', ');
}
