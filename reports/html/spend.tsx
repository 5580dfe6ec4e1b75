import type { VNode } from 'preact';
import { count } from '../../result/format.ts';
import type { Spend } from '../../result/result.ts';
import { Fact, WRAPPED } from './parts.tsx';
import { within } from './within.ts';

const IDS_MAX = 200;
const IDS_BYTES_MAX = 20_000;

/** What the run has cost: workflow runs started, how each ended, and what was left behind. */
export function SpendSection({ spend }: { readonly spend: Spend }): VNode {
  const { ended_by: ended, unknown_starts: unknown = 0 } = spend;
  return (
    <section id="spend" aria-labelledby="spend-title">
      <h2 id="spend-title">Spend</h2>
      <dl class="facts">
        <Fact name="Workflow runs started" value={count(spend.workflow_runs_started)} />
        {unknown === 0 ? null : <Fact name="Perhaps started, ids never told" value={count(unknown)} />}
        <Fact
          name="Cap"
          value={spend.cap === null ? 'none: nothing is paid for on loopback' : count(spend.cap)}
        />
        <Fact name="Stopped by this run" value={count(ended.stopped)} />
        <Fact name="Completed by themselves" value={count(ended.completed)} />
        {ended.deleted === undefined ? null : (
          <Fact name="Deleted by the target" value={count(ended.deleted)} />
        )}
        <Fact name="Left running" value={count(ended.left_running)} />
        {spend.cleanup_requests === undefined ? null : (
          <Fact name="Requests to stop them, beside any budget" value={count(spend.cleanup_requests)} />
        )}
        <Fact name="Tokens" value={spend.tokens === null ? 'no response told' : count(spend.tokens)} />
      </dl>
      <LeftRunning ids={spend.left_running_ids} />
    </section>
  );
}

function LeftRunning({ ids }: { readonly ids: readonly string[] }): VNode | null {
  if (ids.length === 0) return null;
  const shown = within(ids, IDS_MAX, IDS_BYTES_MAX, (id) => [id]);
  return (
    <section aria-labelledby="left-running">
      <h3 id="left-running">Could not be stopped</h3>
      <p>These workflow runs may still act and cost. Stop them by hand.</p>
      <pre {...WRAPPED}>
        <code>{shown.join('\n')}</code>
      </pre>
      {ids.length > shown.length ? <p>{count(ids.length - shown.length)} more in result.json.</p> : null}
    </section>
  );
}
