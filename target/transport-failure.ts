import type { TransportFailure } from '../result/exchange.ts';

type Kind = TransportFailure['kind'];

const KIND_BY_CODE: Readonly<Record<string, Kind>> = {
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'network',
  ENETUNREACH: 'network',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  EADDRNOTAVAIL: 'local',
  EMFILE: 'local',
  ENFILE: 'local',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ETIMEDOUT: 'timeout',
  RESPONSE_TOO_LARGE: 'too-large',
  EPROXY: 'proxy',
};

const TLS_CODE =
  /^(ERR_TLS|ERR_SSL|CERT_|DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|EPROTO|HOSTNAME_MISMATCH)/;

interface Coded {
  readonly code: string;
  readonly message: string;
}

/** The innermost error with a code: Node wraps the cause, sometimes in an AggregateError. */
function innermost(error: unknown, depth = 0): Coded | null {
  if (!(error instanceof Error) || depth > 5) return null;
  const nested = error instanceof AggregateError ? (error.errors as unknown[])[0] : error.cause;
  const inner = innermost(nested, depth + 1);
  if (inner !== null) return inner;
  const code: unknown = 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? { code, message: error.message } : null;
}

function kindOf(code: string): Kind {
  if (TLS_CODE.test(code)) return 'tls';
  if (code.startsWith('HPE_')) return code === 'HPE_HEADER_OVERFLOW' ? 'too-large' : 'protocol';
  return KIND_BY_CODE[code] ?? 'network';
}

/** Names why no response came, from whatever the network stack threw. Never carries a header of the request. */
export function describeTransportError(error: unknown): TransportFailure {
  const coded = innermost(error);
  if (coded === null)
    return { kind: 'network', message: error instanceof Error ? error.message : 'unknown network error' };
  const kind = kindOf(coded.code);
  const closedEarly = kind === 'reset' && /hang up|aborted/i.test(coded.message);
  return {
    kind,
    message: `${coded.code}: ${closedEarly ? 'the connection was closed before the response was complete' : coded.message}`,
  };
}
