import type { ComponentChildren, VNode } from 'preact';
import { count, utc } from '../../result/format.ts';
import { isAltered } from '../readable.ts';
import type { Mark } from '../../result/wording.ts';

/** An icon and a word in the colour of what they mean; the word alone would do. */
export function Marked({
  mark,
  children,
}: {
  readonly mark: Mark;
  readonly children?: ComponentChildren;
}): VNode {
  return (
    <>
      <span class={`mark ${mark.tone}`}>
        <i aria-hidden="true">{mark.icon}</i> {children ?? mark.word}
      </span>{' '}
    </>
  );
}

/** A box that scrolls by itself, so that the page never does; it can be reached and scrolled by keyboard. */
export function Scroll({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ComponentChildren;
}): VNode {
  return (
    <div class="scroll" role="group" aria-label={label} tabindex={0}>
      {children}
    </div>
  );
}

/** A moment in UTC; the local time is added on hover by the script. */
export function Moment({ iso }: { readonly iso: string }): VNode {
  return <time dateTime={iso}>{utc(iso)}</time>;
}

/** A moment of which the day is known already: the time alone, or all of it on another day. */
export function Clock({ iso, day }: { readonly iso: string; readonly day: string }): VNode {
  const [text, other] = [utc(iso), utc(day)];
  return <time dateTime={iso}>{text.slice(0, 10) === other.slice(0, 10) ? text.slice(11) : text}</time>;
}

const UNFOLDED_MAX = 1600;

/** A line that can be copied as it is; folded when it is long. */
export function Copied({
  id,
  what,
  text,
}: {
  readonly id: string;
  readonly what: string;
  readonly text: string;
}): VNode {
  return (
    <div class="copied">
      {text.length > UNFOLDED_MAX ? (
        <details>
          <summary>{`Show ${what}, ${count(text.length)} characters`}</summary>
          <Line id={id} text={text} />
        </details>
      ) : (
        <Line id={id} text={text} />
      )}
      <button type="button" data-copies={id} hidden>
        Copy {what}
      </button>
      {isAltered(text) ? (
        <p class="small muted">
          Shortened, or with unseen characters named: the exact line is in result.json.
        </p>
      ) : null}
    </div>
  );
}

function Line({ id, text }: { readonly id: string; readonly text: string }): VNode {
  return (
    <pre {...WRAPPED}>
      <code id={id}>{text}</code>
    </pre>
  );
}

/** An attribute that breaks long lines where the style sheet is refused. */
export const WRAPPED = { wrap: '' };

const BORDERS = { border: '1', cellpadding: '4', cellspacing: '0' };

/** A table. Its borders are attributes, so that its cells can be told apart where the style sheet is refused. */
export function Table({
  kind,
  children,
}: {
  readonly kind?: string;
  readonly children: ComponentChildren;
}): VNode {
  return (
    <table class={kind} {...BORDERS}>
      {children}
    </table>
  );
}

/** A second line in a cell, in small print; without the style sheet it is still a line of its own. */
export function Small({ children }: { readonly children: ComponentChildren }): VNode | null {
  if (children === '' || children === null) return null;
  return (
    <>
      <br />
      <span class="small">{children}</span>
    </>
  );
}

/** A column header. */
export function Head({
  children,
  isNumber = false,
}: {
  readonly children: ComponentChildren;
  readonly isNumber?: boolean;
}): VNode {
  return (
    <th scope="col" class={isNumber ? 'n' : undefined}>
      {children}
    </th>
  );
}

/** One entry of a list of facts: a name and what is known of it. */
export function Fact({ name, value }: { readonly name: string; readonly value: string }): VNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

interface FoldedProps {
  readonly id: string;
  readonly title: string;
  /** What it holds, in a few words beside its title. */
  readonly digest?: string;
  readonly isOpen?: boolean;
  readonly children: ComponentChildren;
}

/** A part of the page with a heading that is folded until somebody asks for it. */
export function Folded({ id, title, digest = '', isOpen = false, children }: FoldedProps): VNode {
  return (
    <details class="fold" id={id} open={isOpen}>
      <summary>
        <h3>{title}</h3>
        {digest === '' ? null : <span class="muted small"> {digest}</span>}
      </summary>
      <div class="stack">{children}</div>
    </details>
  );
}
