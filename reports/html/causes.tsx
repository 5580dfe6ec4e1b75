import type { VNode } from 'preact';
import type { RankedCause } from '../../result/causes.ts';
import { count, utc } from '../../result/format.ts';
import { HARM_WORDS } from '../../result/harm.ts';
import { SEVERITIES } from '../../result/wording.ts';
import { steadinessOf } from '../steadiness.ts';
import { DataTable, type Column } from './data-table.tsx';
import type { FindingChoice } from './finding-choice.ts';
import { Findings, type Told } from './findings.tsx';
import { Marked, Small } from './parts.tsx';

const ROWS_MAX = 40;

export interface CausesProps {
  /** All causes that are not accepted, the most harmful first. */
  readonly causes: readonly RankedCause[];
  readonly choice: FindingChoice;
  /** Whether there are failures that are known and accepted, and so not among these. */
  readonly hasAccepted: boolean;
  readonly hasDrift: boolean;
  readonly told: Told;
}

/** What is wrong, the most harmful first: one row for each cause, and the evidence of each folded below. */
export function CausesSection({ causes, choice, hasAccepted, hasDrift, told }: CausesProps): VNode {
  const listed = causes.filter(({ severity }) => severity !== 'drift');
  return (
    <section id="causes" aria-labelledby="causes-title">
      <h2 id="causes-title">Causes</h2>
      {listed.length === 0 ? (
        <p>{hasAccepted ? 'All failures are known and accepted.' : 'No failures and no warnings.'}</p>
      ) : (
        <DataTable
          label="Causes, the most harmful first"
          kind="causes rows"
          columns={columnsOf(listed, choice, told)}
          rows={listed}
          rowsMax={ROWS_MAX}
        />
      )}
      {hasDrift ? null : <p class="muted small">Nothing was seen that the page does not know.</p>}
      <Findings causes={causes} choice={choice} told={told} />
    </section>
  );
}

function columnsOf(
  causes: readonly RankedCause[],
  choice: FindingChoice,
  told: Told,
): readonly Column<RankedCause>[] {
  const hasHistory = causes.some(({ first }) => first.first_seen !== undefined);
  return [
    { head: '#', isNumber: true, kind: 'rank', cell: (_, at) => count(at + 1) },
    { head: 'What', isName: true, kind: 'what', cell: (cause) => <What cause={cause} choice={choice} /> },
    { head: 'Harm', cell: ({ harm }) => <span class="harm">{HARM_WORDS[harm]}</span> },
    { head: 'Commands', kind: 'commands', cell: ({ findings }) => commandsOf(findings) },
    { head: 'Cases', isNumber: true, cell: ({ findings }) => count(findings.length) },
    ...(hasHistory
      ? [
          {
            head: 'First seen',
            kind: 'label',
            cell: ({ first, fingerprint }: RankedCause) =>
              told.isNew(fingerprint) ? (
                <strong>new</strong>
              ) : first.first_seen === undefined ? (
                '—'
              ) : (
                <>
                  {utc(first.first_seen).slice(0, 10)}
                  <Broken nights={told.nightsBroken(fingerprint)} />
                </>
              ),
          },
        ]
      : []),
    { head: 'Steady?', cell: (cause) => <Steady cause={cause} /> },
  ];
}

/** How long it is broken, where that is more than this night. */
function Broken({ nights }: { readonly nights: number | null }): VNode | null {
  return nights === null || nights < 2 ? null : <Small>{`${count(nights)} nights in a row`}</Small>;
}

function What({ cause, choice }: { readonly cause: RankedCause; readonly choice: FindingChoice }): VNode {
  const { first, severity, consequences } = cause;
  const id = choice.anchors.get(cause.fingerprint);
  const title = first.title.replace(/\.$/, '');
  return (
    <>
      <Marked mark={SEVERITIES[severity]}>
        <span class="unseen">{SEVERITIES[severity].word}: </span>
      </Marked>
      {id === undefined ? title : <a href={`#${id}`}>{title}</a>}
      <Small>
        {first.check}
        {consequences.length === 0 ? '' : `; with it ${consequences.map(checkOf).join(', ')}`}
      </Small>
    </>
  );
}

function checkOf({ first }: RankedCause['consequences'][number]): string {
  return first.check;
}

/** The commands whose calls showed a cause. */
export function commandsOf(findings: RankedCause['findings']): string {
  const names = [...new Set(findings.flatMap(({ command }) => command ?? []))];
  return names.length === 0 ? '—' : names.join(', ');
}

function Steady({ cause }: { readonly cause: RankedCause }): VNode {
  const { word, text } = steadinessOf(cause);
  return (
    <>
      {word === 'intermittent' ? <strong>{word}</strong> : word}
      <Small>{text}</Small>
    </>
  );
}
