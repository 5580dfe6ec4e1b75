import type { VNode } from 'preact';
import { bytes, ms } from '../format.ts';
import type { Exchange, HeaderPair } from '../result.ts';
import { laidOut } from './json-layout.ts';

/** A request and its answer side by side, folded. */
export function ExchangeView({ exchange }: { readonly exchange: Exchange }): VNode {
  const { request, response, failure } = exchange;
  const outcome =
    response === null ? `no answer: ${failure?.kind ?? 'unknown'}` : `answered ${response.status}`;
  return (
    <details>
      <summary>{`Request and answer (${outcome}, ${ms(exchange.duration_ms)} ms)`}</summary>
      <div class="pair">
        <div class="stack">
          <p>
            <strong>Request</strong>{' '}
            <span class="muted small">
              {request.body === null ? 'without a body' : `body of ${bytes(request.body_bytes)}`}
            </span>
          </p>
          <pre>
            <code>{message(`${request.method} ${request.url}`, request.headers, request.body)}</code>
          </pre>
        </div>
        <div class="stack">
          <p>
            <strong>Answer</strong>{' '}
            {response === null ? null : (
              <span class="muted small">{`body of ${bytes(response.body_bytes)}`}</span>
            )}
          </p>
          <pre>
            <code>
              {response === null
                ? `${failure?.kind ?? 'no answer'}: ${failure?.message ?? 'nothing is known'}`
                : message(`Status ${response.status}`, response.headers, response.body)}
            </code>
          </pre>
        </div>
      </div>
    </details>
  );
}

const HEADERS_MAX = 40;

function message(line: string, headers: readonly HeaderPair[], body: string | null): string {
  const shown = headers.slice(0, HEADERS_MAX).map(([name, value]) => `${name}: ${value}`);
  const rest = headers.length - shown.length;
  const head = [line, ...shown, ...(rest > 0 ? [`(${rest} more headers)`] : [])];
  return body === null ? head.join('\n') : [...head, '', laidOut(body)].join('\n');
}
