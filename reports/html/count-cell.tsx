import type { VNode } from 'preact';
import { count } from '../../result/format.ts';
import { NOT_SEEN, OUTCOMES } from '../../result/wording.ts';
import { Marked } from './parts.tsx';

/** How often something was looked at, and what was held against it. */
interface Counts {
  readonly exercised: number;
  readonly failed: number;
  readonly warned: number;
}

/** A cell of a matrix: what failed or warned of how many, with a link to the cause; hollow where nothing was seen. */
export function CountCell({
  counts,
  aim,
}: {
  readonly counts: Counts | null;
  /** Element id of the cause on the page, or null. */
  readonly aim: string | null;
}): VNode {
  if (counts === null || (counts.exercised === 0 && counts.failed === 0 && counts.warned === 0)) {
    return (
      <td class="void">
        <i aria-hidden="true">{NOT_SEEN.icon}</i> {NOT_SEEN.word}
      </td>
    );
  }
  const text = <CountText counts={counts} />;
  const isAgainst = counts.failed > 0 || counts.warned > 0;
  return <td>{aim === null || !isAgainst ? text : <a href={`#${aim}`}>{text}</a>}</td>;
}

function CountText({ counts: { exercised, failed, warned } }: { readonly counts: Counts }): VNode {
  if (failed > 0)
    return <Marked mark={OUTCOMES.failed}>{`${count(failed)} failed of ${count(exercised)}`}</Marked>;
  if (warned > 0)
    return <Marked mark={OUTCOMES.warned}>{`${count(warned)} warned of ${count(exercised)}`}</Marked>;
  return (
    <span class="mark good">
      <i aria-hidden="true">{OUTCOMES.passed.icon}</i> <span class="unseen">nothing against </span>{' '}
      {count(exercised)}
    </span>
  );
}
