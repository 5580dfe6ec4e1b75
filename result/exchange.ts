/** What both parts of a result speak of: how well a rule is known, why a part can't be judged, and exchanges as evidence. */

/** How well a rule is known, strongest first; see docs/evidence.md. */
export type EvidenceLevel = 'documented' | 'entailed' | 'standard' | 'related' | 'assumed';

/** Where a rule stands and how well it is known. */
export interface Evidence {
  readonly level: EvidenceLevel;
  /** The document and the place in it, in words. */
  readonly source: string;
}

/** Why a part of the run can't be judged. The sentence is for people; the cause is for machines. */
export interface Inconclusive {
  readonly cause:
    | 'environment-down'
    | 'tls-not-verified'
    | 'proxy-failed'
    | 'key-refused'
    | 'operation-not-deployed'
    | 'throttled'
    | 'run-input-refused'
    | 'not-an-api'
    | 'unreadable-response'
    | 'nothing-compared'
    | 'coverage-incomplete'
    | 'not-certified'
    | 'commands-not-accepted'
    | 'limited'
    | 'too-few-samples'
    | 'generator-saturated'
    | 'too-few-connections'
    | 'runs-ended'
    | 'runs-not-ready'
    | 'budget-exhausted'
    | 'shares-incomplete'
    | 'circuit-broken'
    | 'interrupted'
    | 'harness-error'
    | 'not-run';
  readonly sentence: string;
  /** What to do, where the cause alone does not say it. */
  readonly next_step?: string;
}

/** A header as sent or received, name in lower case, value redacted. */
export type HeaderPair = readonly [name: string, value: string];

/** The request of an exchange, redacted when it was built. */
export interface RequestEvidence {
  readonly method: string;
  readonly url: string;
  readonly headers: readonly HeaderPair[];
  /** The body as text, redacted and cut at 64 KiB; null when none was sent. */
  readonly body: string | null;
  readonly body_bytes: number;
}

/** The response of an exchange, redacted when it was built. */
export interface ResponseEvidence {
  readonly status: number;
  readonly headers: readonly HeaderPair[];
  /** The body as text, redacted and cut at 4 KiB. */
  readonly body: string;
  readonly body_bytes: number;
}

/** Why no response came. */
export interface TransportFailure {
  readonly kind:
    | 'refused'
    | 'reset'
    | 'timeout'
    | 'tls'
    | 'dns'
    /** The proxy did not open a tunnel; the target was not reached. */
    | 'proxy'
    | 'cut-short'
    | 'too-large'
    | 'protocol'
    | 'network'
    /** This machine had no port or file left for a connection. */
    | 'local';
  readonly message: string;
}

/** One request and what came back, as evidence: exactly one of response and failure is not null. */
export interface Exchange {
  readonly request: RequestEvidence;
  readonly response: ResponseEvidence | null;
  readonly failure: TransportFailure | null;
  readonly duration_ms: number;
}

/** What a run says of its target. */
export type VerdictWord = 'GO' | 'NO-GO' | 'INCONCLUSIVE';
