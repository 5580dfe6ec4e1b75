import { authenticate } from './admission.ts';
import type { Hooks } from './hooks.ts';
import { LIFECYCLE, type Lifecycle, type Pace } from './lifecycle.ts';
import { withHeaders } from './reply.ts';
import { withEchoedBody, withStateInProse } from './reason-variations.ts';
import type { Status } from './run.ts';
import {
  emptySchemas,
  forScreen,
  latestFirst,
  LIVE_SCHEMAS,
  relatedRefused,
  servingSchemas,
  withAllRelated,
  withProjection,
} from './related.ts';
import { REVISION_PAIRS } from './revisions.ts';
import { STATE_VARIATIONS } from './state-variations.ts';
import { TRANSPORT_VARIATIONS } from './transport-variations.ts';
import { SPELLINGS, withCutUpdate, withTimes } from './time-variations.ts';
import {
  forbidden,
  list,
  otherStatuses,
  plainRefusal,
  throttled,
  withEarlierVariables,
  withHexIds,
  withLaterFields,
  withLaterPairFields,
  withRefusedInput,
  withUnknownFields,
  withoutNul,
  withoutReading,
  withoutThreads,
} from './variations.ts';

/** A conforming way to answer what the page leaves open. */
export interface Profile {
  readonly name: string;
  readonly line: string;
  /** The verdict that is right for it. */
  readonly right: 'GO' | 'INCONCLUSIVE';
  /** True when it tells something only to who has the key of another team too. */
  readonly hasTeams?: boolean;
  readonly hooks: Hooks;
  readonly lifecycle: Lifecycle;
  readonly pace: Pace;
}

const AT_ONCE: Pace = { settleMs: 0, pairs: 'at-once' };
const ACTIVE: readonly Status[] = ['running', 'waiting_for_user_input', 'paused'];
const BASE = { right: 'GO', hooks: {}, lifecycle: LIFECYCLE, pace: AT_ONCE } as const;

/** The profile of that name, the pairs of revisions among them; undefined for none. */
export function profileOf(name: string): Profile | undefined {
  return PROFILES.find((profile) => profile.name === name) ?? revisionProfile(name);
}

/** `revision-12-old` and `revision-12-new` serve the schemas of a pair of revisions. */
function revisionProfile(name: string): Profile | undefined {
  const [, row, which] = /^revision-(\d+)-(old|new)$/.exec(name) ?? [];
  const pair = REVISION_PAIRS.find((one) => one.row === Number(row));
  if (pair === undefined) return undefined;
  const served = which === 'old' ? pair.old : pair.next;
  return { ...BASE, name, line: pair.line, hooks: { reply: servingSchemas(() => served) } };
}

/** Every profile, the default first. */
export const PROFILES: readonly Profile[] = [
  {
    ...BASE,
    name: 'default',
    line: 'FastAPI-like: 401, 404, 409 and 422; segments are done before the response',
  },
  {
    ...BASE,
    name: 'fastapi-403',
    line: 'a missing or wrong key is answered with 403, as older FastAPI does',
    hooks: { reply: forbidden },
  },
  {
    ...BASE,
    name: 'plain-400',
    line: 'invalid bodies are answered with 400, and every refusal has {"message", "error"}',
    hooks: { reply: plainRefusal },
  },
  {
    ...BASE,
    name: 'async',
    line: 'answers while the run still works; output and the next status come 30 ms later',
    pace: { settleMs: 30, pairs: 'at-once' },
  },
  {
    ...BASE,
    name: 'late-pairs',
    line: 'answers while the run still works; the whole pair appears only 30 ms later',
    pace: { settleMs: 30, pairs: 'when-settled' },
  },
  {
    ...BASE,
    name: 'next-revision',
    line: 'answers carry the fields that later revisions of neighbouring pages show',
    hooks: { state: withLaterFields, pair: withLaterPairFields },
  },
  {
    ...BASE,
    name: 'strict-fields',
    line: 'unknown request fields are refused with 422',
    hooks: { judge: withUnknownFields },
  },
  {
    ...BASE,
    name: 'no-resume-pair',
    line: 'resume adds no pair to the history',
    lifecycle: { ...LIFECYCLE, resume: { ...LIFECYCLE.resume, pair: false } },
  },
  {
    ...BASE,
    name: 'naive-lifecycle',
    line: 'pause and resume are accepted again and again',
    lifecycle: {
      ...LIFECYCLE,
      pause: { ...LIFECYCLE.pause, from: ACTIVE },
      resume: { ...LIFECYCLE.resume, from: ACTIVE },
      data: { ...LIFECYCLE.data, from: ACTIVE },
    },
  },
  {
    ...BASE,
    right: 'INCONCLUSIVE',
    name: 'one-shot',
    line: 'a run is completed as soon as it was started, so it takes no further command',
    lifecycle: { ...LIFECYCLE, start: { ...LIFECYCLE.start, to: 'completed' } },
  },
  {
    ...BASE,
    name: 'throttling',
    line: 'every 25th call is answered with 429 and Retry-After: 1, and starts nothing',
    hooks: { admit: (refused, { call }) => refused ?? (call.ordinal % 25 === 0 ? throttled() : undefined) },
  },
  {
    ...BASE,
    name: 'threads-needed',
    line: 'a start without a thread is refused with 400: "Found 0 threads in workflow input"',
    hooks: { forbid: withoutThreads },
  },
  {
    ...BASE,
    name: 'close',
    line: 'the connection is closed after each response',
    hooks: { reply: (reply) => withHeaders(reply, { connection: 'close' }) },
  },
  {
    ...BASE,
    name: 'many-allow',
    line: 'GET on the path lists the runs',
    hooks: { reply: list },
  },
  {
    ...BASE,
    name: 'live-schema',
    line: 'GET …/schema serves the JSON Schemas of runs, inputs, outputs and pairs',
    hooks: { reply: servingSchemas(() => LIVE_SCHEMAS) },
  },
  {
    ...BASE,
    name: 'schema-empty',
    line: 'GET …/schema serves four empty schemas',
    hooks: { reply: servingSchemas(emptySchemas) },
  },
  {
    ...BASE,
    name: 'related-refused',
    line: 'GET of the list, of the schemas and of a run is refused with 403',
    hooks: { reply: relatedRefused },
  },
  {
    ...BASE,
    name: 'other-projection',
    line: 'GET of a run shows its ids, its status and its times alone',
    hooks: { reply: withProjection },
  },
  {
    ...BASE,
    name: 'all-related',
    line: 'every operation beside the one under test is there: the list, the schemas, GET and DELETE of a run',
    hooks: { reply: withAllRelated },
  },
  {
    ...BASE,
    name: 'get-for-screen',
    line: 'GET of a run shows the latest pair alone, no owner, and times of whole seconds',
    hooks: { reply: forScreen },
  },
  {
    ...BASE,
    name: 'get-latest-first',
    line: 'GET of a run shows the latest pair first, and of each input what is not empty',
    hooks: { reply: latestFirst },
  },
  {
    ...BASE,
    name: 'slow',
    line: 'each response takes 25 ms',
    hooks: { reply: (reply) => ({ ...reply, holdMs: 25 }) },
  },
  {
    ...BASE,
    name: 'state-variants',
    line: 'an unknown run is answered with 400, and a command in the wrong state with 422',
    hooks: { reply: otherStatuses },
  },
  {
    ...BASE,
    name: 'key-before-method',
    line: 'the key is looked at before the method: 401 where others say 405',
    hooks: {
      reply: (reply, { call, key }) =>
        reply.reason === 'method' ? (authenticate(call, key) ?? reply) : reply,
    },
  },
  {
    ...BASE,
    name: 'pydantic-2',
    line: 'the refusal of an invalid body repeats the value that was wrong',
    hooks: { reply: withRefusedInput },
  },
  {
    ...BASE,
    name: 'no-reading',
    line: 'there is no GET of a run',
    hooks: { reply: withoutReading },
  },
  {
    ...BASE,
    name: 'late-unread',
    line: 'the whole pair appears 30 ms after the response, also after a stop, and there is no GET of a run',
    hooks: { reply: withoutReading },
    pace: { settleMs: 30, pairs: 'when-settled' },
  },
  {
    ...BASE,
    name: 'hex-ids',
    line: 'ids that are no 24 lower-case hexadecimal digits are refused with 422',
    hooks: { judge: withHexIds },
  },
  {
    ...BASE,
    name: 'no-nul',
    line: 'a body that holds the character U+0000 is refused with 422',
    hooks: { judge: withoutNul },
  },
  {
    ...BASE,
    name: 'merged-variables',
    line: 'each stored input holds the dynamic_variables of the inputs before it too',
    hooks: { record: withEarlierVariables },
  },
  {
    ...BASE,
    name: 'echoing-refusals',
    line: 'every refusal repeats the whole body, as JSON and in prose',
    hooks: { reply: withEchoedBody },
  },
  {
    ...BASE,
    name: 'state-in-prose',
    line: 'a command in the wrong state is refused with 400 and a sentence that names the command',
    hooks: { reply: withStateInProse },
  },
  ...[
    { name: 'seven-digits', line: 'times have seven digits of a second', write: SPELLINGS.sevenDigits },
    { name: 'lower-case-times', line: 'times have a lower-case t and z', write: SPELLINGS.lowerCase },
    { name: 'other-offset', line: 'times are those of a clock in India', write: SPELLINGS.elsewhere },
  ].map(({ name, line, write }) => ({ ...BASE, name, line, hooks: { document: withTimes(write) } })),
  {
    ...BASE,
    name: 'cut-updated-at',
    line: 'updated_at has milliseconds where created_at has microseconds',
    hooks: { document: withCutUpdate },
  },
  {
    ...BASE,
    name: 'owner-later',
    line: 'created_by and team_id are null in the response to a start, and filled from then on',
    hooks: {
      document: (document, { input }) =>
        input?.command === 'start' ? { ...document, created_by: null, team_id: null } : document,
    },
  },
  {
    ...BASE,
    name: 'nulls',
    line: 'owner fields are null, as neighbouring pages allow',
    hooks: {
      document: (document) => ({ ...document, team_id: null, created_by: null, updated_by: null }),
    },
  },
  ...TRANSPORT_VARIATIONS.map((variation) => ({ ...BASE, ...variation })),
  ...STATE_VARIATIONS.map((variation) => ({ ...BASE, ...variation })),
  {
    ...BASE,
    name: 'two-teams',
    line: 'a second key, of another team, is right and reaches nothing of this one',
    hasTeams: true,
  },
];
