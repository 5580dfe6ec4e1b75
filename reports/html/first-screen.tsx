import type { VNode } from 'preact';
import { caveatsOf, REASONS_MAX } from '../caveats.ts';
import { count, counted, duration, elapsedMs } from '../format.ts';
import type { RunResult, Spend } from '../result.ts';
import { MOVERS, VERDICTS } from '../words.ts';
import { Copied, Moment } from './parts.tsx';

const CAVEATS_SHOWN = 3;
const CAVEATS_MAX = 100;
const REASONS_LISTED = 50;

/** What everybody reads first: what could make the run meaningless, the verdict, why, who moves, and the facts. */
export function FirstScreen({ result }: { readonly result: RunResult }): VNode {
  return (
    <section id="verdict" aria-label="Verdict" tabIndex={-1}>
      <Caveats sentences={caveatsOf(result)} />
      <VerdictBanner result={result} />
      <Facts result={result} />
    </section>
  );
}

function Caveats({ sentences }: { readonly sentences: readonly string[] }): VNode | null {
  if (sentences.length === 0) return null;
  const shown = sentences.slice(0, CAVEATS_SHOWN);
  const folded = sentences.slice(CAVEATS_SHOWN, CAVEATS_MAX);
  const rest = sentences.length - shown.length - folded.length;
  return (
    <div class="caveats">
      <h2>
        <span aria-hidden="true">! </span>Know this first
      </h2>
      <Sentences sentences={shown} />
      {folded.length === 0 ? null : (
        <details>
          <summary>{counted(sentences.length - shown.length, 'more warning')}</summary>
          <Sentences sentences={folded} />
          {rest === 0 ? null : <p>{counted(rest, 'more')} in result.json.</p>}
        </details>
      )}
    </div>
  );
}

function VerdictBanner({ result }: { readonly result: RunResult }): VNode {
  const verdict = VERDICTS[result.verdict];
  const shown = result.reasons.slice(0, REASONS_MAX);
  const folded = result.reasons.slice(REASONS_MAX, REASONS_LISTED);
  return (
    <div class={`verdict ${verdict.tone}`}>
      <div class="sign" aria-hidden="true">
        {verdict.icon}
      </div>
      <div class="head">
        <h2 class="word">{verdict.word}</h2>
        <p>{verdict.meaning}</p>
      </div>
      <div class="said">
        <Sentences sentences={shown} />
        {folded.length === 0 ? null : (
          <details>
            <summary>{counted(result.reasons.length - shown.length, 'more reason')}</summary>
            <Sentences sentences={folded} />
          </details>
        )}
        <p class="mover">{MOVERS[result.mover]}</p>
      </div>
    </div>
  );
}

function Sentences({ sentences }: { readonly sentences: readonly string[] }): VNode | null {
  if (sentences.length === 0) return null;
  return (
    <ul>
      {sentences.map((sentence) => (
        <li>{sentence}</li>
      ))}
    </ul>
  );
}

function Facts({ result }: { readonly result: RunResult }): VNode {
  const { run, target, spend } = result;
  return (
    <dl class="facts">
      <div>
        <dt>Target</dt>
        <dd>{target.base_url}</dd>
        <dd class="small muted">{target.is_sandbox ? 'the embedded sandbox' : 'a deployed API'}</dd>
      </div>
      <div>
        <dt>Time</dt>
        <dd>
          <Moment iso={run.started_at} />
        </dd>
        <dd class="small muted">
          took {duration(elapsedMs(run.started_at, run.ended_at))}, ended <Moment iso={run.ended_at} />
        </dd>
      </div>
      <div>
        <dt>Spend</dt>
        <dd>{spendOf(spend)}</dd>
        <dd class="small muted">{endedOf(spend)}</dd>
      </div>
      <div>
        <dt>Seed</dt>
        <dd>{run.seed}</dd>
        <dd class="small muted">run {run.id}</dd>
      </div>
      <div class="wide">
        <dt>To repeat it</dt>
        <dd>
          <Copied id="command" what="the command" text={run.command} />
        </dd>
      </div>
    </dl>
  );
}

function spendOf(spend: Spend): string {
  const cap = spend.cap === null ? '' : ` of at most ${count(spend.cap)}`;
  return `${counted(spend.workflow_runs_started, 'workflow run')} started${cap}`;
}

function endedOf({ ended_by: ended }: Spend): string {
  return `${count(ended.stopped)} stopped, ${count(ended.completed)} completed, ${count(ended.left_running)} left running`;
}
