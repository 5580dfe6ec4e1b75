import type { VNode } from 'preact';
import { caveatsOf, REASONS_MAX } from '../caveats.ts';
import { isRelease } from '../../history/change.ts';
import { counted, more } from '../../result/format.ts';
import type { HistoryView } from '../../result/history-view.ts';
import type { RunResult } from '../../result/result.ts';
import {
  actionText,
  alarmsOf,
  CHANGES,
  changeText,
  verdictMark,
  verdictMeaning,
} from '../../result/wording.ts';
import type { FindingChoice } from './finding-choice.ts';
import { Objectives } from './objectives.tsx';
import { Marked } from './parts.tsx';
import { reasonLinks } from './reason-links.ts';
import { Baseline, ReleaseGate } from './release-gate.tsx';
import { Sign } from './sign.tsx';
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
    <section
      id="verdict"
      class={isRelease(result) ? 'release' : undefined}
      aria-label="Verdict"
      tabIndex={-1}
    >
      <VerdictBanner result={result} linkOf={reasonLinks(result, choice)} />
      <Caveats messages={caveatsOf(result)} />
      <Alarms history={result.history} />
      <div class="figures">
        <ReleaseGate release={result.release} />
        <Objectives load={result.load} />
      </div>
      <Baseline release={result.release} />
      <Since result={result} linked={choice.anchors} />
      <Tiles result={result} />
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

/** What the nights show, which no verdict on one night can say. */
function Alarms({ history }: { readonly history: HistoryView | undefined }): VNode | null {
  const alarms = alarmsOf(history);
  if (alarms.length === 0) return null;
  return (
    <div class="caveats">
      <h2>
        <a href="#history">Night after night</a>
      </h2>
      <ul>
        {alarms.map((decision) => (
          <li>
            <Marked mark={CHANGES[decision.state]} /> {changeText(decision)}
          </li>
        ))}
      </ul>
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
          {actionText(result)}
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
