import type { VNode } from 'preact';
import { count, counted } from '../../result/format.ts';
import type { Coverage, Finding } from '../../result/contract-result.ts';
import { NOT_SEEN } from '../../result/wording.ts';
import { CountCell } from './count-cell.tsx';
import { Folded, Head, Marked, Scroll, Table } from './parts.tsx';

interface MatrixProps {
  readonly coverage: Coverage;
  readonly findings: readonly Finding[];
  /** Element ids of the causes that the page shows, by fingerprint. */
  readonly linked: ReadonlyMap<string, string>;
}

/** Command × check: how often each pair was looked at and held against the API. What was never seen stays hollow. */
export function CheckMatrix({ coverage, findings, linked }: MatrixProps): VNode {
  const commands = [...new Set(coverage.matrix.map((cell) => cell.command))];
  const checks = [...new Set(coverage.matrix.map((cell) => cell.check))];
  const cells = new Map(coverage.matrix.map((cell) => [keyOf(cell.command, cell.check), cell]));
  const aims = aimsOf(findings, linked);
  const aimOf = (command: string, check: string): string | null =>
    aims.get(keyOf(command, check)) ?? aims.get(keyOf('', check)) ?? null;
  return (
    <Folded id="matrix" title="Checks by command" digest={digestOf(coverage)}>
      <p class="muted">
        How often each check looked at a response to each command. <Marked mark={NOT_SEEN} /> is no pass:
        nothing was looked at.
      </p>
      {commands.length === 0 ? (
        <p>Nothing was exercised.</p>
      ) : (
        <Scroll label="Checks by command">
          <Table kind="matrix">
            <thead>
              <tr>
                <Head>Check</Head>
                {commands.map((command) => (
                  <Head isNumber>{command}</Head>
                ))}
              </tr>
            </thead>
            <tbody>
              {checks.map((check) => (
                <tr>
                  <th scope="row">{check}</th>
                  {commands.map((command) => (
                    <CountCell
                      counts={cells.get(keyOf(command, check)) ?? null}
                      aim={aimOf(command, check)}
                    />
                  ))}
                </tr>
              ))}
            </tbody>
          </Table>
        </Scroll>
      )}
    </Folded>
  );
}

/**
 * Where the first finding of each pair stands on the page, and of each check whatever the command: a cause that several
 * commands have is shown once. Failures come first, so they win.
 */
function aimsOf(
  findings: readonly Finding[],
  linked: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const aims = new Map<string, string>();
  for (const severity of ['failure', 'warning', 'drift']) {
    for (const finding of findings) {
      const id = linked.get(finding.fingerprint);
      if (finding.severity !== severity || finding.command === null || id === undefined) continue;
      for (const key of [keyOf(finding.command, finding.check), keyOf('', finding.check)])
        if (!aims.has(key)) aims.set(key, id);
    }
  }
  return aims;
}

function keyOf(command: string, check: string): string {
  return JSON.stringify([command, check]);
}

/** How many rules there are, and how many of them something stands against. */
function digestOf({ matrix }: Coverage): string {
  const named = (has: (cell: Coverage['matrix'][number]) => boolean): number =>
    new Set(matrix.filter(has).map(({ check }) => check)).size;
  const failed = named((cell) => cell.failed > 0);
  return `${counted(
    named(() => true),
    'rule',
  )}, ${failed === 0 ? 'none' : count(failed)} failed`;
}
