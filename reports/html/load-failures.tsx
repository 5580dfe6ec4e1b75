import type { VNode } from 'preact';
import { count, counted } from '../../result/format.ts';
import type { LoadStep } from '../../result/load-result.ts';
import { ExchangeView } from './exchange.tsx';
import { Head, Scroll, Table } from './parts.tsx';

const CAUSES_MAX = 20;

/** The distinct ways in which responses were wrong under load, the first few with an example. */
export function LoadFailures({
  step,
  examples,
}: {
  readonly step: LoadStep;
  readonly examples: number;
}): VNode | null {
  if (step.failures.length === 0) return null;
  const shown = step.failures.slice(0, CAUSES_MAX);
  const rest = step.failures.length - shown.length;
  return (
    <>
      <Scroll label={`Failures of ${step.name}`}>
        <Table kind="slim">
          <caption>Failures under load</caption>
          <thead>
            <tr>
              <Head isNumber>Count</Head>
              <Head>Cause</Head>
            </tr>
          </thead>
          <tbody>
            {shown.map((failure) => (
              <tr>
                <td class="n">{count(failure.count)}</td>
                <th scope="row" class="long">
                  {failure.cause}
                </th>
              </tr>
            ))}
          </tbody>
        </Table>
      </Scroll>
      {rest === 0 ? null : <p>{counted(rest, 'more cause')} in result.json.</p>}
      {shown.slice(0, examples).map((failure) =>
        failure.exchange === null ? null : (
          <div class="stack">
            <p class="small">
              <strong>Example:</strong> {failure.cause}
            </p>
            <ExchangeView exchange={failure.exchange} />
          </div>
        ),
      )}
    </>
  );
}
