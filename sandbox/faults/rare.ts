import { isJsonObject } from '../body.ts';
import type { Scene } from '../hooks.ts';
import { jsonReply, withHeaders, type Reply } from '../reply.ts';
import { faultsOf } from './fault.ts';

/** Defects of one response in nine: by the run where they belong to one, else by the call. */
export const RARE_FAULTS = faultsOf('rare', 'status-code-conformance', [
  {
    name: 'rare-500',
    rule: 'server-error-absence',
    line: 'accepted calls to one run in nine are answered with 500',
    hooks: { reply: (reply, { run }) => (isAccepted(reply) && isRare(run?.id) ? broken(reply) : reply) },
  },
  {
    name: 'rare-202',
    line: 'one run in nine is answered with 202',
    hooks: {
      reply: (reply, { run }) => (isAccepted(reply) && isRare(run?.id) ? { ...reply, status: 202 } : reply),
    },
  },
  {
    name: 'rare-call-500',
    rule: 'server-error-absence',
    line: 'one call in nine that is accepted is answered with 500',
    hooks: { reply: (reply, scene) => (isAccepted(reply) && isRareCall(scene) ? broken(reply) : reply) },
  },
  {
    name: 'rare-id-missing',
    rule: 'response-schema-conformance',
    line: 'the response about one run in nine has no _id',
    hooks: {
      document: (document, { run }) =>
        isRare(run?.id)
          ? Object.fromEntries(Object.entries(document).filter(([name]) => name !== '_id'))
          : document,
    },
  },
  {
    name: 'rare-time-epoch',
    rule: 'response-schema-conformance',
    line: 'updated_at of one run in nine is a Unix time',
    hooks: {
      document: (document, { run }) =>
        isRare(run?.id) ? { ...document, updated_at: 1_795_488_000 } : document,
    },
  },
  {
    name: 'rare-variables-lost',
    rule: 'input-echo',
    line: 'dynamic_variables of one run in nine are not kept',
    hooks: {
      record: (input, { run }) => (isRare(run?.id) ? { ...input, dynamic_variables: {} } : input),
    },
  },
  {
    name: 'rare-invalid-accepted',
    rule: 'negative-data-rejection',
    line: 'one invalid map in nine is taken as {}',
    hooks: {
      receive: (body, scene) =>
        isRareCall(scene) && Object.hasOwn(body, 'miscellaneous') && !isJsonObject(body['miscellaneous'])
          ? { ...body, miscellaneous: {} }
          : body,
    },
  },
  {
    name: 'rare-text-type',
    rule: 'content-type-conformance',
    line: 'one accepted response in nine is labelled text/plain',
    hooks: {
      reply: (reply, scene) =>
        isAccepted(reply) && isRareCall(scene) ? withHeaders(reply, { 'content-type': 'text/plain' }) : reply,
    },
  },
  {
    name: 'rare-json-cut',
    rule: 'response-schema-conformance',
    line: 'the JSON of one accepted response in nine stops in the middle',
    hooks: {
      reply: (reply, scene) =>
        isAccepted(reply) && isRareCall(scene)
          ? { ...reply, body: reply.body.toString().slice(0, -20) }
          : reply,
    },
  },
]);

/** One run in nine, by the counter at the end of its id. */
function isRare(id: string | undefined): boolean {
  return id !== undefined && Number.parseInt(id.slice(-4), 16) % 9 === 4;
}

/** One call in nine, by its number. */
function isRareCall({ call }: Scene): boolean {
  return call.ordinal % 9 === 4;
}

function isAccepted(reply: Reply): boolean {
  return reply.reason === 'accepted';
}

function broken(reply: Reply): Reply {
  return jsonReply(500, { detail: 'Internal Server Error' }, reply.reason);
}
