import type { VNode } from 'preact';
import { count, usAsMs } from '../../result/format.ts';
import type { LoadStep, TimePart, TimeParts } from '../../result/load-result.ts';
import { Head, Scroll, Small, Table } from './parts.tsx';

const PARTS = [
  ['noticed', 'Noticed', 'from due until this tool noticed: its own lateness'],
  ['allowed', 'Allowed', 'a pause that the target asked for by Retry-After'],
  ['connection', 'Connection available', 'until a connection, and a prepared run, was free'],
  ['written', 'Written', 'until the request was written'],
  ['first_byte', 'First byte', 'from the write to the first byte of the response'],
  ['answered', 'Answered', 'from the first byte to the last'],
  ['read_late', 'of it read late', 'at most, because this tool was busy or stopped'],
] as const satisfies readonly (readonly [keyof TimeParts, string, string])[];

const FIGURES = ['p50', 'p95', 'p99', 'max', 'mean'] as const;

/** Whose wait it was: the parts of each response time, from due to answered. */
export function TimeAccount({ step }: { readonly step: LoadStep }): VNode | null {
  const { parts_us: parts, failed_us: failed, name } = step;
  if (parts === undefined) return null;
  return (
    <div class="stack">
      <Scroll label={`Where the time of ${name} went`}>
        <Table>
          <caption>
            Where the time went, in milliseconds; the parts of a request add up to its response time
          </caption>
          <thead>
            <tr>
              <Head>Part</Head>
              <Head isNumber>Samples</Head>
              {FIGURES.map((figure) => (
                <Head isNumber>{figure}</Head>
              ))}
            </tr>
          </thead>
          <tbody>
            {PARTS.map(([key, label, about]) => (
              <Row label={label} about={about} part={parts[key]} />
            ))}
            {failed === undefined ? null : (
              <Row
                label="Failed responses"
                about="from due to answered; they make no percentile better"
                part={failed}
              />
            )}
          </tbody>
        </Table>
      </Scroll>
    </div>
  );
}

interface RowProps {
  readonly label: string;
  readonly about: string;
  readonly part: TimePart;
}

function Row({ label, about, part }: RowProps): VNode {
  return (
    <tr>
      <th scope="row">
        {label}
        <Small>{about}</Small>
      </th>
      <td class="n">{count(part.count)}</td>
      {FIGURES.map((figure) => {
        const us = part[figure];
        return <td class={us === null ? 'n void' : 'n'}>{us === null ? '—' : usAsMs(us)}</td>;
      })}
    </tr>
  );
}
