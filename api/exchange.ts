import type { Exchange, HeaderPair, RequestEvidence } from '../result/exchange.ts';

/** How the key is shown to the API: one fault at most, and never the key itself. */
export type Credential =
  | { readonly kind: 'valid' }
  | { readonly kind: 'none' }
  /** The valid key of another team (INTERACTLY_OTHER_KEY). */
  | { readonly kind: 'other-team' }
  /** An Authorization value; `{key}` stands for the key, `{key-…}` for a spoilt form of it. */
  | { readonly kind: 'header'; readonly template: string }
  /** Two Authorization values in one call. */
  | { readonly kind: 'two-headers'; readonly templates: readonly [string, string] }
  /** The right key where it does not belong. */
  | { readonly kind: 'query' | 'cookie'; readonly name: string }
  /** No Authorization; in the body stands the key where the text has `KEY_IN_BODY`, as a JSON string or as a form has it. */
  | { readonly kind: 'body'; readonly as: 'json' | 'form' };

/** Stands for the key in the body of a request whose credential is of the kind `body`: a shell's name of it. */
export const KEY_IN_BODY = '$INTERACTLY_API_KEY';

/** One concrete request, as it will stand on the wire, but for the key. */
export interface WireRequest {
  readonly method: string;
  /** Path and query, from the target's base URL. */
  readonly path: string;
  readonly credential: Credential;
  /** Headers besides the common ones, the credential's, and content-length. */
  readonly headers: readonly HeaderPair[];
  /** Text, or bytes that no text has. */
  readonly body: string | Uint8Array | null;
  /** `chunked`: the body goes out in chunks, without a length. */
  readonly framing?: 'chunked';
}

/** What a parsed body was: JSON with its value, or the reason why it is none. */
export type ParsedBody =
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'not-json'; readonly reason: string }
  | { readonly kind: 'empty' }
  /** In a coding that was not asked for and that this tool can't read. */
  | { readonly kind: 'unreadable'; readonly coding: string; readonly bytes: number };

/** A response as the checks see it: headers and body without secrets of ours, but `text` as it came, so never written anywhere. */
export interface ApiResponse {
  readonly status: number;
  /** Names in lower case, in order of arrival. */
  readonly headers: readonly HeaderPair[];
  readonly text: string;
  readonly body: ParsedBody;
  /** True when the bytes were not UTF-8 text in the encoding that the headers name. */
  readonly misencoded: boolean;
  /** Where our key came back: `body`, or `header` with its name. */
  readonly secretsSeenIn: readonly string[];
}

/** One request with its response, for the checks (`response`) and for people (`evidence`, redacted). */
export interface CallResult {
  readonly request: WireRequest;
  readonly response: ApiResponse | null;
  readonly evidence: Exchange;
  /** The run of ours that it addressed; absent where it addressed none. */
  readonly run?: AddressedRun;
}

/** A run of ours as a call found it. */
export interface AddressedRun {
  readonly id: string;
  readonly start: { readonly request: WireRequest; readonly evidence: RequestEvidence };
  /** What the run had accepted since, in order; at most the last few. */
  readonly commands: readonly string[];
}

/** The first value of a response's header, or null. */
export function headerOf(response: ApiResponse, name: string): string | null {
  return response.headers.find(([key]) => key === name)?.[1] ?? null;
}
