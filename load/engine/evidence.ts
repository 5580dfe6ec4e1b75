import type { ApiResponse, WireRequest } from '../../api/exchange.ts';
import type { Exchange, TransportFailure } from '../../result/exchange.ts';
import { requestEvidence, responseEvidence, wireHeaders } from '../../target/send.ts';
import type { Target } from '../../target/target.ts';

/** One request under load and what came back as evidence, redacted when built. */
export function exchangeOf(
  target: Target,
  request: WireRequest,
  came: { readonly response: ApiResponse } | { readonly failure: TransportFailure },
  durationMs: number,
): Exchange {
  return {
    request: requestEvidence(target, request, wireHeaders(target, request)),
    response: 'response' in came ? responseEvidence(target, came.response) : null,
    failure:
      'failure' in came ? { kind: came.failure.kind, message: target.redact(came.failure.message) } : null,
    duration_ms: Math.round(durationMs * 1000) / 1000,
  };
}
