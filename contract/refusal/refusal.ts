import type { Operation } from '../../openapi/registry.ts';
import type { ApiResponse, WireRequest } from '../../api/exchange.ts';
import { fieldNamesOf, sentOf } from './echo.ts';
import { fieldJudgedBy } from './message.ts';
import { structuredPlaces } from './places.ts';
import { normalised, saidWithoutEcho } from './text.ts';

/** Why a request was refused, as far as the response tells. Plain data. */
export interface Refusal {
  /** The documented request field that the refusal is about, or null. */
  readonly field: string | null;
  /** Every documented field that the deciding place names, the first one first. */
  readonly fields: readonly string[];
  /** The steps below the field, where a structured place goes deeper: a variable that the workflow wants. */
  readonly inside: readonly string[];
  /** What named the field: a place made for it, or the text alone. */
  readonly place: 'structured' | 'message' | null;
  /** True when the status may be about a value at all; a limit, a lock or a missing run is not. */
  readonly judgesValue: boolean;
  /** What the server said, without our values, ids, numbers and times: equal for refusals of one cause. */
  readonly group: string;
}

/** Statuses of refusals that are about the caller, the addressed run, a limit or the transport, and never about a value. */
const NEVER_OF_A_VALUE: readonly number[] = [
  401, 402, 403, 404, 405, 407, 408, 409, 410, 411, 412, 413, 421, 423, 425, 426, 428, 429, 431, 451,
];

/** True when a response with this status may refuse a value. */
export function mayJudgeValue(status: number): boolean {
  return status >= 400 && status <= 499 && !NEVER_OF_A_VALUE.includes(status);
}

/** A body of more than this is no explanation. */
const TEXT_READ_MAX = 1024 * 1024;

function unread(status: number): Refusal {
  const judgesValue = mayJudgeValue(status);
  return {
    field: null,
    fields: [],
    inside: [],
    place: null,
    judgesValue,
    group: `${status} a very long text`,
  };
}

/**
 * Reads why a request was refused: places made for it first, then the message without what we sent. The one function
 * that decides this, for all checks.
 * @param sent the body of the request, or null.
 */
export function readRefusal(
  operation: Operation,
  sent: WireRequest['body'],
  response: Pick<ApiResponse, 'status' | 'text' | 'body'>,
): Refusal {
  const names = fieldNamesOf(operation);
  const echo = sentOf(sent);
  if (response.text.length > TEXT_READ_MAX) return unread(response.status);
  const said = saidWithoutEcho(names, echo, response);
  const about = {
    judgesValue: mayJudgeValue(response.status),
    group: `${response.status} ${normalised(said, echo)}`.trim(),
  };
  const places = response.body.kind === 'json' ? structuredPlaces(names, echo, response.body.value) : [];
  const [first] = places;
  if (first !== undefined) {
    const fields = [...new Set(places.map((place) => place.field))];
    return { ...about, field: first.field, fields, inside: first.inside, place: 'structured' };
  }
  const named = fieldJudgedBy(names, said);
  return {
    ...about,
    field: named,
    fields: named === null ? [] : [named],
    inside: [],
    place: named === null ? null : 'message',
  };
}

/** True when two refusals say the same, or one of them a part of the other: a list of faults is shorter where fewer are made. */
export function isSaidLikewise({ group: one }: Refusal, { group: other }: Refusal): boolean {
  const [words, otherWords] = [wordsOf(one), wordsOf(other)];
  if (words[0] !== otherWords[0]) return false; // the status
  const isPart = (part: readonly string[], whole: readonly string[]): boolean =>
    part.every((word) => whole.includes(word));
  return isPart(words, otherWords) || isPart(otherWords, words);
}

function wordsOf(group: string): readonly string[] {
  return group
    .toLowerCase()
    .split(/[^a-z0-9_#~]+/)
    .filter((word) => word !== '');
}
