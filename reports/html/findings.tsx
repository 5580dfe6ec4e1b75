import type { VNode } from 'preact';
import { REASON_PLACEHOLDER } from '../accept-command.ts';
import { anchor } from '../anchors.ts';
import type { Cause, RankedCause } from '../../result/causes.ts';
import { acceptanceText } from '../../result/accepted.ts';
import { counted, more } from '../../result/format.ts';
import { HARM_WORDS } from '../../result/harm.ts';
import type { Finding, Severity } from '../../result/contract-result.ts';
import { EVIDENCE, REPRODUCED, SEVERITIES } from '../../result/wording.ts';
import { steadinessOf } from '../steadiness.ts';
import { SendAgain } from './send-again.tsx';
import { requestIdOf } from '../../result/request-id.ts';
import { ExchangeView } from './exchange.tsx';
import type { FindingChoice, ShownCause } from './finding-choice.ts';
import { Copied, Marked, Moment } from './parts.tsx';
import { within } from './within.ts';

/** What the run as a whole tells about its findings. */
export interface Told {
  /** The command that asks a case again. */
  replay(caseId: string, fingerprint: string): string;
  /** Whether the embedded sandbox was asked, which is gone now. */
  readonly isSandbox: boolean;
  /** The command that accepts causes, with the reason left to be written. */
  accept(fingerprints: readonly string[]): string;
  /** Whether the last run, where one is known, had not this cause. */
  isNew(fingerprint: string): boolean;
  /** How many nights in a row a cause was seen, this one counted; null where no history tells. */
  nightsBroken(fingerprint: string): number | null;
}

/** How gateways and frameworks name the id that they give a request. */
const CASES_MAX = 40;
const CASES_BYTES_MAX = 4000;
const CONSEQUENCES_MAX = 10;
const FILTER_FROM = 5;
const UNFOLDED_MAX = 200;
const ORDER = ['failure', 'warning', 'drift'] as const satisfies readonly Severity[];

/** The evidence of each cause, folded: failures, then warnings, then drift. */
export function Findings({
  causes,
  choice,
  told,
}: {
  readonly causes: readonly RankedCause[];
  readonly choice: FindingChoice;
  readonly told: Told;
}): VNode | null {
  if (causes.length === 0) return null;
  return (
    <section aria-labelledby="findings-title">
      <h3 id="findings-title">Evidence</h3>
      <SendAgain isSandbox={told.isSandbox} />
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
  readonly causes: readonly RankedCause[];
  readonly shown: readonly ShownCause[];
  readonly told: Told;
}

function OfSeverity({ severity, causes, shown, told }: OfSeverityProps): VNode | null {
  const all = causes.filter((cause) => cause.severity === severity);
  if (all.length === 0) return null;
  const findings = all.reduce((sum, cause) => sum + cause.findings.length, 0);
  const own = shown.filter(({ cause }) => cause.severity === severity);
  const isFolded = severity === 'drift' || own.length > UNFOLDED_MAX;
  const cards = (
    <div class="cards">
      {own.map((one) => (
        <CauseCard shown={one} told={told} />
      ))}
    </div>
  );
  const heading = (
    <>
      <Marked mark={SEVERITIES[severity]}>{SEVERITIES[severity].heading}</Marked>{' '}
      <span class="muted">{`${counted(all.length, 'cause')}, ${counted(findings, 'finding')}`}</span>
    </>
  );
  if (!isFolded)
    return (
      <>
        <p class="severity">{heading}</p>
        {cards}
      </>
    );
  return (
    <details class="group">
      <summary>{heading}</summary>
      {cards}
    </details>
  );
}

interface CardProps {
  readonly shown: ShownCause;
  readonly told: Told;
}

function CauseCard({ shown: { cause, id }, told }: CardProps): VNode {
  const { first, findings, consequences } = cause;
  const mark = SEVERITIES[cause.severity];
  const isIntermittent = steadinessOf(cause).word === 'intermittent';
  return (
    <article class={`cause ${mark.tone}`} id={id} aria-labelledby={`${id}-title`}>
      <details>
        <summary>
          <Marked mark={mark}>
            <span class="unseen">{mark.word} </span>
          </Marked>
          <h4 id={`${id}-title`}>{first.title}</h4>{' '}
          {isIntermittent ? <span class="tag warn">intermittent</span> : null}{' '}
          {told.isNew(cause.fingerprint) ? <span class="tag">new</span> : null}{' '}
          <span class="muted small">{counted(findings.length, 'case')}</span>
        </summary>
        <div class="stack">
          <div class="line">
            <code>{first.check}</code>{' '}
            {first.command === null ? null : <span class="tag">{first.command}</span>}{' '}
            <a class="small" href={`#${id}`} aria-label={`Link to this cause, ${cause.fingerprint}`}>
              #{cause.fingerprint}
            </a>{' '}
            <a class="small back" href="#verdict">
              Back to the verdict
            </a>
          </div>
          <Evidence finding={first} id={`${id}-1`} told={told} />
          <Where cause={cause} />
          <Consequences causes={consequences} />
          <OtherCases cause={cause} />
          {cause.severity === 'failure' ? <Accept cause={cause} told={told} /> : null}
        </div>
      </details>
    </article>
  );
}

function Where({ cause }: { readonly cause: RankedCause }): VNode {
  const { first: finding } = cause;
  const accepted = acceptanceText(finding);
  const steady = steadinessOf(cause);
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
          <dt>In the response</dt>
          <dd>
            <code>{finding.response_path === '' ? 'the whole body' : finding.response_path}</code>
          </dd>
        </>
      )}
      <dt>Harm</dt>
      <dd>{HARM_WORDS[cause.harm]}</dd>
      <dt>Steady?</dt>
      <dd>{`${steady.word}: ${steady.text}`}</dd>
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
      <Trace finding={finding} />
      <dt>Case</dt>
      <dd>
        <CaseLine finding={finding} />
      </dd>
    </dl>
  );
}

/** By what a request is found in the logs of the provider. */
function Trace({ finding: { exchange } }: { readonly finding: Finding }): VNode | null {
  const trace = exchange?.request.headers.find(([name]) => name === 'traceparent')?.[1].split('-')[1];
  const request = requestIdOf(exchange?.response?.headers);
  if (trace === undefined && request === undefined) return null;
  return (
    <>
      <dt>In the logs</dt>
      <dd>
        {trace === undefined ? null : (
          <>
            trace id <code>{trace}</code>
          </>
        )}{' '}
        {request === undefined ? null : (
          <>
            request id <code>{request}</code>
          </>
        )}
      </dd>
    </>
  );
}

/** What only the responses of this cause break besides. */
function Consequences({ causes }: { readonly causes: readonly Cause[] }): VNode | null {
  if (causes.length === 0) return null;
  return (
    <div class="stack">
      <p>
        <strong>The same responses also break:</strong>
      </p>
      <ul>
        {causes.slice(0, CONSEQUENCES_MAX).map(({ first, severity, findings, fingerprint }) => (
          <li>
            <Marked mark={SEVERITIES[severity]} /> <code>{first.check}</code>{' '}
            {`${first.title} (${counted(findings.length, 'case')}) `}
            <code class="muted">{fingerprint}</code>
          </li>
        ))}
        {causes.length > CONSEQUENCES_MAX ? (
          <li>{`${more(causes.length - CONSEQUENCES_MAX)} in result.json`}</li>
        ) : null}
      </ul>
    </div>
  );
}

function OtherCases({ cause: { first, findings } }: { readonly cause: Cause }): VNode | null {
  const others = findings.slice(1);
  if (others.length === 0) return null;
  const shown = within(others, CASES_MAX, CASES_BYTES_MAX, ({ title, case_title, case_id }) => [
    title,
    case_title,
    case_id,
  ]);
  return (
    <details>
      <summary>{`The same cause in ${counted(others.length, 'other case')}`}</summary>
      <ul>
        {shown.map((finding) => (
          <li>
            {finding.title === first.title ? finding.case_title : finding.title}{' '}
            <code class="muted">{finding.case_id}</code>
            {finding.reproduced === 'flaky' ? <span class="tag warn">intermittent</span> : null}
          </li>
        ))}
      </ul>
      {others.length === shown.length ? null : (
        <p>{`and ${more(others.length - shown.length)}, all in result.json.`}</p>
      )}
    </details>
  );
}

/** How a failure that is known and may stay is accepted, folded: mending it is the rule. */
function Accept({ cause, told }: { readonly cause: RankedCause; readonly told: Told }): VNode {
  const failures = [cause, ...cause.consequences].filter(({ severity }) => severity === 'failure');
  return (
    <details>
      <summary>Accept it as a known failure</summary>
      <div class="stack">
        <p class="small">
          {`Write the reason in place of ${REASON_PLACEHOLDER}. It is accepted for this target and these commands, for 90 days or --until a day; it stays on the page, and the verdict does not rest on it.`}
        </p>
        <Copied
          id={anchor('known', cause.fingerprint)}
          what="the accept command"
          text={told.accept(failures.map(({ fingerprint }) => fingerprint))}
        />
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
}

function Evidence({ finding, id, told }: EvidenceProps): VNode {
  return (
    <>
      {finding.exchange === null ? (
        <p class="muted">No exchange belongs to this finding.</p>
      ) : (
        <ExchangeView
          exchange={finding.exchange}
          offence={finding.response_path}
          isLeak={finding.check === 'key-echo'}
          isOpen
        />
      )}
      {finding.curl === '' ? null : <Copied id={`${id}-curl`} what="the curl line" text={finding.curl} />}
      <Copied
        id={`${id}-replay`}
        what="the replay command"
        text={told.replay(finding.case_id, finding.fingerprint)}
      />
    </>
  );
}
