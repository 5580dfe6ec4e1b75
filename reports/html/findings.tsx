import type { VNode } from 'preact';
import { REASON_PLACEHOLDER } from '../accept-command.ts';
import { anchor } from '../anchors.ts';
import type { Cause } from '../../result/causes.ts';
import { acceptanceText } from '../../result/accepted.ts';
import { count, counted, more } from '../../result/format.ts';
import type { Finding, Severity } from '../../result/contract-result.ts';
import { EVIDENCE, REPRODUCED, SEVERITIES } from '../../result/wording.ts';
import { AskAgain } from './ask-again.tsx';
import { ExchangeView } from './exchange.tsx';
import type { FindingChoice, ShownCause } from './finding-choice.ts';
import { Copied, Marked, Moment } from './parts.tsx';

/** What the run as a whole tells about its findings. */
export interface Told {
  /** The command that asks a case again. */
  replay(caseId: string): string;
  /** Whether the embedded sandbox was asked, which is gone now. */
  readonly isSandbox: boolean;
  /** The command that accepts a cause, with the reason left to be written. */
  accept(fingerprint: string): string;
  /** Whether the last run, where one is known, had not this cause. */
  isNew(fingerprint: string): boolean;
}

const TITLES_MAX = 20;
const OPEN_MAX = 3;
const FILTER_FROM = 5;
const ORDER = ['failure', 'warning', 'drift'] as const satisfies readonly Severity[];

/** All findings, grouped by their cause: failures, then warnings, then drift. */
export function Findings({
  causes,
  choice,
  hasAccepted,
  told,
}: {
  readonly causes: readonly Cause[];
  readonly choice: FindingChoice;
  /** Whether there are failures that are known and accepted, and so not among these. */
  readonly hasAccepted: boolean;
  readonly told: Told;
}): VNode {
  return (
    <section aria-labelledby="findings-title">
      <h3 id="findings-title">Findings</h3>
      {causes.length === 0 ? (
        <p>{hasAccepted ? 'All that was found is known and accepted.' : 'There are no findings.'}</p>
      ) : (
        <AskAgain isSandbox={told.isSandbox} />
      )}
      {choice.causes.length < FILTER_FROM ? null : <Filter />}
      {ORDER.map((severity) => (
        <OfSeverity severity={severity} causes={causes} shown={choice.causes} told={told} />
      ))}
      {choice.causesLeftOut === 0 ? null : (
        <p>
          <strong>
            {`${counted(choice.causesLeftOut, 'more cause')} with ${counted(choice.findingsLeftOut, 'finding')}`}
          </strong>{' '}
          left out here to keep the page light; result.json holds them.
        </p>
      )}
    </section>
  );
}

/** A field that the script shows, to narrow the causes to those that hold all words. */
function Filter(): VNode {
  return (
    <p class="filter" hidden>
      <label for="filter">Filter the causes</label> <input id="filter" type="search" />{' '}
      <output id="filtered" for="filter" class="muted small" />
    </p>
  );
}

interface OfSeverityProps {
  readonly severity: Severity;
  readonly causes: readonly Cause[];
  readonly shown: readonly ShownCause[];
  readonly told: Told;
}

function OfSeverity({ severity, causes, shown, told }: OfSeverityProps): VNode | null {
  const all = causes.filter((cause) => cause.severity === severity);
  if (all.length === 0) return null;
  const findings = all.reduce((sum, cause) => sum + cause.findings.length, 0);
  const own = shown.filter(({ cause }) => cause.severity === severity);
  const isFolded = severity !== 'failure' && own.length > 5;
  const cards = own.map((one, at) => (
    <CauseCard shown={one} told={told} isOpen={severity === 'failure' && at < OPEN_MAX} />
  ));
  return (
    <>
      <p class="severity">
        <Marked mark={SEVERITIES[severity]}>{SEVERITIES[severity].heading}</Marked>{' '}
        <span class="muted">{`${counted(all.length, 'cause')}, ${counted(findings, 'finding')}`}</span>
      </p>
      {isFolded ? (
        <details>
          <summary>{`Show ${count(own.length)} causes`}</summary>
          <div class="stack">{cards}</div>
        </details>
      ) : (
        cards
      )}
    </>
  );
}

interface CardProps {
  readonly shown: ShownCause;
  readonly told: Told;
  readonly isOpen: boolean;
}

function CauseCard({ shown: { cause, id, inFull }, told, isOpen }: CardProps): VNode {
  const { first, findings } = cause;
  const mark = SEVERITIES[cause.severity];
  const others = inFull.slice(1);
  return (
    <article class={`cause stack ${mark.tone}`} id={id} aria-labelledby={`${id}-title`}>
      <div class="line">
        <Marked mark={mark} /> <code>{first.check}</code>{' '}
        {first.command === null ? null : <span class="tag">{first.command}</span>}{' '}
        {told.isNew(cause.fingerprint) ? <span class="tag">new</span> : null}{' '}
        {findings.length === 1 ? null : <span class="muted small">{counted(findings.length, 'case')}</span>}{' '}
        <a class="small" href={`#${id}`} aria-label={`Link to this cause, ${cause.fingerprint}`}>
          #{cause.fingerprint}
        </a>{' '}
        <a class="small back" href="#verdict">
          Back to the verdict
        </a>
      </div>
      <h4 id={`${id}-title`}>{first.title}</h4>
      <Where finding={first} />
      {cause.severity === 'failure' ? <Accept fingerprint={cause.fingerprint} told={told} /> : null}
      <Evidence finding={first} id={`${id}-1`} told={told} isOpen={isOpen} />
      {others.length === 0 ? null : (
        <details>
          <summary>{`The same cause in ${counted(findings.length - 1, 'other case')}`}</summary>
          <div class="stack">
            {others.map((finding, at) => (
              <div class="case stack">
                <p>
                  <strong>{finding.title}</strong>
                </p>
                <CaseLine finding={finding} />
                <Evidence finding={finding} id={`${id}-${at + 2}`} told={told} isOpen={false} />
              </div>
            ))}
            <Counted findings={findings.slice(inFull.length)} />
          </div>
        </details>
      )}
      {others.length === 0 ? <Counted findings={findings.slice(1)} /> : null}
    </article>
  );
}

function Where({ finding }: { readonly finding: Finding }): VNode {
  const accepted = acceptanceText(finding);
  return (
    <dl class="keys">
      <dt>Rule</dt>
      <dd>{finding.rule}</dd>
      <dt>Evidence</dt>
      <dd>
        {EVIDENCE[finding.evidence.level]} <span class="muted">({finding.evidence.source})</span>
      </dd>
      <dt>In the description</dt>
      <dd>
        <code>{finding.schema_path === '' ? 'the operation' : finding.schema_path}</code>
      </dd>
      {finding.response_path === null ? null : (
        <>
          <dt>In the answer</dt>
          <dd>
            <code>{finding.response_path === '' ? 'the whole body' : finding.response_path}</code>
          </dd>
        </>
      )}
      <dt>First seen</dt>
      <dd>
        <FirstSeen iso={finding.first_seen} />
      </dd>
      {accepted === null ? null : (
        <>
          <dt>State</dt>
          <dd>{accepted}</dd>
        </>
      )}
      <dt>Case</dt>
      <dd>
        <CaseLine finding={finding} />
      </dd>
    </dl>
  );
}

/** How a failure that is known and may stay is accepted, folded: mending it is the rule. */
function Accept({ fingerprint, told }: { readonly fingerprint: string; readonly told: Told }): VNode {
  return (
    <details>
      <summary>Accept it as a known failure</summary>
      <div class="stack">
        <p class="small">
          {`Write the reason in place of ${REASON_PLACEHOLDER}. It is accepted for this target and these commands, for 90 days or --until a day; it stays on the page, and the verdict does not rest on it.`}
        </p>
        <Copied id={anchor('known', fingerprint)} what="the accept command" text={told.accept(fingerprint)} />
      </div>
    </details>
  );
}

function FirstSeen({ iso }: { readonly iso: string | undefined }): VNode {
  if (iso === undefined) return <span class="muted">not known: no earlier run is</span>;
  return <Moment iso={iso} />;
}

function CaseLine({ finding }: { readonly finding: Finding }): VNode {
  return (
    <p>
      {finding.case_title} <code class="muted">{finding.case_id}</code>{' '}
      <span class="muted">({REPRODUCED[finding.reproduced]})</span>
    </p>
  );
}

interface EvidenceProps {
  readonly finding: Finding;
  readonly id: string;
  readonly told: Told;
  readonly isOpen: boolean;
}

function Evidence({ finding, id, told, isOpen }: EvidenceProps): VNode {
  return (
    <>
      {finding.exchange === null ? (
        <p class="muted">No exchange belongs to this finding.</p>
      ) : (
        <ExchangeView exchange={finding.exchange} offence={finding.response_path} isOpen={isOpen} />
      )}
      {finding.curl === '' ? null : <Copied id={`${id}-curl`} what="the curl line" text={finding.curl} />}
      <Copied id={`${id}-replay`} what="the replay command" text={told.replay(finding.case_id)} />
    </>
  );
}

function Counted({ findings }: { readonly findings: readonly Finding[] }): VNode | null {
  if (findings.length === 0) return null;
  const titles = findings.slice(0, TITLES_MAX).map((finding) => finding.case_title);
  const rest = findings.length - titles.length;
  return (
    <p class="small">
      {`Also in ${counted(findings.length, 'case')}: ${titles.join('; ')}`}
      {rest === 0 ? '.' : `; and ${more(rest)}, all in result.json.`}
    </p>
  );
}
