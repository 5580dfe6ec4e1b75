import type { VNode } from 'preact';
import { caveatsOf, REASONS_MAX } from '../caveats.ts';
import { counted, more } from '../../result/format.ts';
import type { RunResult } from '../../result/result.ts';
import { MOVERS, verdictMark, verdictMeaning, type Mark } from '../../result/wording.ts';
import type { FindingChoice } from './finding-choice.ts';
import { Objectives } from './objectives.tsx';
import { reasonLinks } from './reason-links.ts';
import { Since } from './since.tsx';
import { Tiles } from './tiles.tsx';

const CAVEATS_SHOWN = 3;
const CAVEATS_MAX = 100;
const REASONS_LISTED = 50;

interface FirstScreenProps {
  readonly result: RunResult;
  readonly choice: FindingChoice;
}

/** What everybody reads first: the verdict, why, whose turn it is, what limits it, and the figures that it rests on. */
export function FirstScreen({ result, choice }: FirstScreenProps): VNode {
  return (
    <section id="verdict" aria-label="Verdict" tabIndex={-1}>
      <VerdictBanner result={result} linkOf={reasonLinks(result, choice)} />
      <Caveats messages={caveatsOf(result)} />
      <Objectives load={result.load} />
      <Tiles result={result} />
      <Since result={result} linked={choice.anchors} />
    </section>
  );
}

function Caveats({ messages }: { readonly messages: readonly string[] }): VNode | null {
  if (messages.length === 0) return null;
  const shown = messages.slice(0, CAVEATS_SHOWN);
  const folded = messages.slice(CAVEATS_SHOWN, CAVEATS_MAX);
  const rest = messages.length - shown.length - folded.length;
  return (
    <div class="caveats">
      <h2>
        <span aria-hidden="true">! </span>What limits it
      </h2>
      <Messages messages={shown} />
      {folded.length === 0 ? null : (
        <details class="prints">
          <summary>{counted(messages.length - shown.length, 'more caveat')}</summary>
          <Messages messages={folded} />
          {rest === 0 ? null : <p>{more(rest)} in result.json.</p>}
        </details>
      )}
    </div>
  );
}

interface BannerProps {
  readonly result: RunResult;
  readonly linkOf: (reason: string) => string | null;
}

function VerdictBanner({ result, linkOf }: BannerProps): VNode {
  const verdict = verdictMark(result.verdict);
  const shown = result.reasons.slice(0, REASONS_MAX);
  const folded = result.reasons.slice(REASONS_MAX, REASONS_LISTED);
  return (
    <div class={`verdict ${verdict.tone}`}>
      <Sign tone={verdict.tone} icon={verdict.icon} />
      <div class="head">
        <h2 class="word">{verdict.word}</h2>
        <p>{verdictMeaning(result)}</p>
        <p class="mover">
          <span aria-hidden="true">→ </span>
          {MOVERS[result.mover]}
        </p>
        {(result.next_steps ?? []).map((message) => (
          <p class="next">{message}</p>
        ))}
      </div>
      <div class="said">
        <Messages messages={shown} linkOf={linkOf} />
        {folded.length === 0 ? null : (
          <details>
            <summary>{counted(result.reasons.length - shown.length, 'more reason')}</summary>
            <Messages messages={folded} linkOf={linkOf} />
          </details>
        )}
      </div>
    </div>
  );
}

const SIGN: Readonly<Record<Mark['tone'], string>> = {
  good: 'var(--good,#116b37)',
  bad: 'var(--bad,#b0231b)',
  warn: 'var(--warn,#7a4a00)',
  drift: 'var(--drift,#5a3ba6)',
  none: 'var(--none,#53606e)',
};

/** The verdict as a drawing, so that its colour holds on paper and where the style sheet is refused. */
function Sign({ tone, icon }: Pick<Mark, 'tone' | 'icon'>): VNode {
  return (
    <svg class="sign" width={56} height={56} viewBox="0 0 56 56" aria-hidden="true">
      <circle cx={28} cy={28} r={28} fill={SIGN[tone]} />
      <text x={28} y={39} text-anchor="middle" font-size={32} font-weight={700} fill="var(--bg,#fff)">
        {icon}
      </text>
    </svg>
  );
}

interface MessagesProps {
  readonly messages: readonly string[];
  /** The element id that a sentence speaks of, or null. */
  readonly linkOf?: (message: string) => string | null;
}

function Messages({ messages, linkOf = () => null }: MessagesProps): VNode | null {
  if (messages.length === 0) return null;
  return (
    <ul>
      {messages.map((message) => {
        const id = linkOf(message);
        return <li>{id === null ? message : <a href={`#${id}`}>{message}</a>}</li>;
      })}
    </ul>
  );
}
