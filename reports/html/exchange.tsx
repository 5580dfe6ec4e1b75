import type { VNode } from 'preact';
import { bytes, ms } from '../../result/format.ts';
import type { Exchange, HeaderPair, RequestEvidence } from '../../result/exchange.ts';
import { laidOut } from './json-layout.ts';
import { placeOf } from './json-place.ts';
import { WRAPPED } from './parts.tsx';

interface ExchangeProps {
  readonly exchange: Exchange;
  /** JSON pointer to the place in the response's body that is to be marked, or null. */
  readonly offence?: string | null;
  /** Whether the response holds a secret of ours: where it stood is marked, itself is not shown. */
  readonly isLeak?: boolean;
  readonly isOpen?: boolean;
}

/** A request and its response side by side, the offending place marked. */
export function ExchangeView({
  exchange,
  offence = null,
  isLeak = false,
  isOpen = false,
}: ExchangeProps): VNode {
  const { response, failure } = exchange;
  const outcome =
    response === null ? `no response: ${failure?.kind ?? 'unknown'}` : `status ${response.status}`;
  return (
    <details class="prints" open={isOpen}>
      <summary>{`Request and response (${outcome}, ${ms(exchange.duration_ms)} ms)`}</summary>
      <div class="pair">
        <Request request={exchange.request} />
        <ResponseView exchange={exchange} offence={offence} isLeak={isLeak} />
      </div>
    </details>
  );
}

function Request({ request }: { readonly request: RequestEvidence }): VNode {
  return (
    <div class="stack">
      <p>
        <strong>Request</strong>{' '}
        <span class="muted small">
          {request.body === null ? 'without a body' : `body of ${bytes(request.body_bytes)}`}
        </span>
      </p>
      <pre {...WRAPPED} class="tall" tabIndex={0} role="group" aria-label="Request">
        <code>
          {head(`${request.method} ${request.url}`, request.headers)}
          {request.body === null ? null : `\n\n${laidOut(request.body)}`}
        </code>
      </pre>
    </div>
  );
}

function ResponseView({ exchange: { response, failure }, offence, isLeak = false }: ExchangeProps): VNode {
  return (
    <div class="stack">
      <p>
        <strong>Response</strong>{' '}
        {response === null ? null : (
          <span class="muted small">{`body of ${bytes(response.body_bytes)}`}</span>
        )}
      </p>
      <pre {...WRAPPED} class="tall" tabIndex={0} role="group" aria-label="Response">
        <code>
          {response === null ? (
            `${failure?.kind ?? 'no response'}: ${failure?.message ?? 'nothing is known'}`
          ) : (
            <>
              <Leaks text={`${head(`Status ${response.status}`, response.headers)}\n\n`} isMarked={isLeak} />
              <Body text={laidOut(response.body)} offence={offence ?? null} isLeak={isLeak} />
            </>
          )}
        </code>
      </pre>
    </div>
  );
}

const REDACTED = '[redacted]';

/** A text in which the places of redacted secrets are marked: what stood there came back from the API. */
function Leaks({ text, isMarked }: { readonly text: string; readonly isMarked: boolean }): VNode {
  const parts = isMarked ? text.split(REDACTED) : [text];
  return (
    <>
      {parts.map((part, at) => (
        <>
          {at === 0 ? null : <mark title="A secret of ours stood here">{REDACTED}</mark>}
          {part}
        </>
      ))}
    </>
  );
}

interface BodyProps {
  readonly text: string;
  readonly offence: string | null;
  readonly isLeak: boolean;
}

function Body({ text, offence, isLeak }: BodyProps): VNode {
  const place = offence === null ? null : placeOf(text, offence);
  if (place === null) return <Leaks text={text} isMarked={isLeak} />;
  const [from, to] = place;
  return (
    <>
      {text.slice(0, from)}
      <mark title="The offending place">{text.slice(from, to)}</mark>
      {text.slice(to)}
    </>
  );
}

const HEADERS_MAX = 40;

function head(line: string, headers: readonly HeaderPair[]): string {
  const shown = headers.slice(0, HEADERS_MAX).map(([name, value]) => `${name}: ${value}`);
  const rest = headers.length - shown.length;
  return [line, ...shown, ...(rest > 0 ? [`(${rest} more headers)`] : [])].join('\n');
}
