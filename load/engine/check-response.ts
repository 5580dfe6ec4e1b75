import { WEB_PAGE } from '../metrics/hit.ts';
import { runIdOf, runStatusOf, isGatewayPage } from '../../api/response.ts';
import { headerOf, type ApiResponse, type WireRequest } from '../../api/exchange.ts';
import type { Command, Operation } from '../../openapi/registry.ts';
import type { HeaderPair, Exchange, TransportFailure } from '../../result/exchange.ts';
import { retryAfterMs } from '../../target/retry-after.ts';
import { toApiResponse, requestEvidence, responseEvidence, wireHeaders } from '../../target/send.ts';
import type { Redact } from '../../target/redaction.ts';
import { VersionHeaders } from '../../result/version-headers.ts';
import { Sampler, type Sampling } from '../scenario/sampling.ts';
import { isUtf8 } from 'node:buffer';
import type { Target } from '../../target/target.ts';

/** What a request was about, as far as its response is judged. */
export interface Addressed {
  readonly command: Command;
  /** The run that was addressed; null for a start. */
  readonly runId: string | null;
}

/** What is thought of one whole response. */
export interface ResponseCheck {
  readonly fate: 'ok' | 'http_error' | 'invalid';
  /** The way in which it was wrong, the same for all responses that were wrong in that way; null for ok. */
  readonly cause: string | null;
  /** The run that the response carries, whatever else is wrong with it; null for none. */
  readonly runId: string | null;
  /** True when the response shows its run in a status that it never leaves. */
  readonly hasEnded: boolean;
  /** Null when the quick check was enough; what was wrong, or not accepted, is always here. */
  readonly response: ApiResponse | null;
}

/**
 * Judges responses under load by the rules whose breach is a failure: status 200, JSON with its content type, the
 * documented schema, the run that was addressed, a new run for each start, and not our key in it. The sample is
 * held against all of them. Of every other response to a command to a run the quick check is enough as long as nothing in it
 * looks wrong; the rest is parsed and held against all but the schema and the key.
 */
export class ResponseChecker {
  readonly #operation: Operation;
  readonly #redactKey: Redact;
  readonly #startedIds = new Set<string>();
  readonly #sampler: Sampler;
  readonly #quickCheck = new QuickCheck();
  /** What the responses say of which version or instance sent them. */
  readonly versionHeaders = new VersionHeaders();
  /** The statuses that a run never leaves, as they stand in JSON. */
  readonly #terminal: readonly string[];
  #checked = 0;
  #checkedInFull = 0;

  constructor(operation: Operation, redactKey: Redact, sampling: Sampling) {
    this.#operation = operation;
    this.#redactKey = redactKey;
    this.#sampler = new Sampler(sampling);
    this.#terminal = operation.statusesOf('terminal').map((status) => JSON.stringify(status));
  }

  /** Judges one response; `nowMs` decides whether there is still time for a full check. */
  check(
    addressed: Addressed,
    status: number,
    headers: readonly HeaderPair[],
    body: Buffer,
    nowMs: number,
  ): ResponseCheck {
    const { command, runId } = addressed;
    this.versionHeaders.note(headers);
    const isFull = this.#sampler.chooses(command, nowMs);
    if (!isFull && runId !== null && this.#passesQuickCheck(command, runId, status, headers, body)) {
      this.#checked += 1;
      return { fate: 'ok', cause: null, runId, hasEnded: command === 'stop', response: null };
    }
    const response = toApiResponse(status, headers, body, isFull ? this.#redactKey : (text) => text);
    return this.checkResponse(addressed, response, isFull);
  }

  /** Judges a response that is decoded already. */
  checkResponse(addressed: Addressed, response: ApiResponse, isFull: boolean): ResponseCheck {
    this.#checked += 1;
    if (isFull) this.#checkedInFull += 1;
    const runId = runIdOf(response);
    const cause =
      response.status >= 200 && response.status < 300
        ? this.#violation(addressed, response, runId, isFull)
        : null;
    if (addressed.command === 'start' && runId !== null) this.#startedIds.add(runId);
    if (response.status < 200 || response.status > 299)
      return {
        fate: 'http_error',
        cause: `status ${response.status}`,
        runId,
        hasEnded: false,
        response,
      };
    const hasEnded = this.#operation.statusClassOf(runStatusOf(response)) === 'terminal';
    return { fate: cause === null ? 'ok' : 'invalid', cause, runId, hasEnded, response };
  }

  /** A response in which a terminal status may stand has to be read, unless it is the one to a stop. */
  #passesQuickCheck(
    command: Command,
    runId: string,
    status: number,
    headers: readonly HeaderPair[],
    body: Buffer,
  ): boolean {
    return (
      this.#quickCheck.isGood(runId, status, headers, body) &&
      (command === 'stop' || !this.#terminal.some((mark) => body.includes(mark)))
    );
  }

  /** How many responses were judged, and how many of them in full. */
  get counts(): { readonly checked: number; readonly checkedInFull: number } {
    return { checked: this.#checked, checkedInFull: this.#checkedInFull };
  }

  #violation(
    addressed: Addressed,
    response: ApiResponse,
    runId: string | null,
    isFull: boolean,
  ): string | null {
    if (response.status !== 200) return `status ${response.status} instead of 200`;
    if (isGatewayPage(response)) return WEB_PAGE;
    const type = (headerOf(response, 'content-type')?.split(';')[0] ?? '').trim().toLowerCase();
    if (type !== 'application/json')
      return `content type ${type === '' ? 'missing' : type.slice(0, 60)} instead of application/json`;
    if (response.misencoded) return 'bytes that are not the text that the headers name';
    if (response.body.kind !== 'json')
      return response.body.kind === 'empty' ? 'no body' : 'a body that is not JSON';
    if (response.secretsSeenIn.length > 0) return `our key in the ${response.secretsSeenIn[0] ?? 'response'}`;
    return (
      (isFull ? this.#schemaViolation(response.body.value) : null) ?? this.#runViolation(addressed, runId)
    );
  }

  #schemaViolation(value: unknown): string | null {
    const broken = this.#operation
      .checkResponseBody(value)
      .find(
        ({ evidence, isZoneMissing }) =>
          !isZoneMissing && (evidence.level === 'documented' || evidence.level === 'entailed'),
      );
    return broken === undefined ? null : `schema broken at ${broken.schemaPath}: promised ${broken.promised}`;
  }

  #runViolation({ command, runId: addressed }: Addressed, runId: string | null): string | null {
    if (runId === null) return 'no workflow_run._id of 24 characters';
    if (addressed !== null && runId !== addressed) return 'the _id of another run than the one addressed';
    return command === 'start' && this.#startedIds.has(runId)
      ? 'the _id of a run that was started before'
      : null;
  }
}

/** How long a 429 or 503 asks to wait, in milliseconds; null when it does not ask. */
export function retryPauseMs(response: ApiResponse | null, nowEpochMs: number): number | null {
  if (response?.status !== 429 && response?.status !== 503) return null;
  return retryAfterMs(response, nowEpochMs);
}

const OPENING = '{'.charCodeAt(0);
const CLOSING = '}'.charCodeAt(0);

/**
 * What can be seen of a good response without parsing it: status 200, plain UTF-8 sent as JSON, one object from its
 * first byte to its last, and in it the `_id` of the run that was addressed. A response of which this is not seen is
 * not bad yet; it has to be read.
 */
export class QuickCheck {
  #headers: readonly HeaderPair[] | null = null;
  #isPlainJson = false;

  /** @param headers names in lower case; the same array for heads that are the same. */
  isGood(runId: string, status: number, headers: readonly HeaderPair[], body: Buffer): boolean {
    if (headers !== this.#headers) {
      this.#headers = headers;
      this.#isPlainJson = isPlainJson(headers);
    }
    return (
      status === 200 &&
      this.#isPlainJson &&
      body[0] === OPENING &&
      body[body.length - 1] === CLOSING &&
      body.includes(`"_id":"${runId}"`) &&
      isUtf8(body)
    );
  }
}

function isPlainJson(headers: readonly HeaderPair[]): boolean {
  const types = headers.filter(([name]) => name === 'content-type');
  return (
    types.length === 1 &&
    /^application\/json(?:\s*;\s*charset=utf-8)?$/i.test(types[0]?.[1] ?? '') &&
    !headers.some(([name]) => name === 'content-encoding')
  );
}

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
