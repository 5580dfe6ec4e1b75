import type { Hooks } from '../hooks.ts';
import { jsonReply, withHeaders, withoutHeader, type Reason, type Reply } from '../reply.ts';
import type { Command } from '../run.ts';
import { faultsOf } from './fault.ts';

/** Defects in the status of a response and in the headers that a status asks for. */
export const STATUS_FAULTS = faultsOf('status', 'status-code-conformance', [
  { name: 'start-201', line: 'an accepted start is answered with 201', hooks: accepted('start', 201) },
  { name: 'start-202', line: 'an accepted start is answered with 202', hooks: accepted('start', 202) },
  {
    name: 'start-204',
    line: 'an accepted start is answered with 204 and no body',
    hooks: accepted('start', 204),
  },
  { name: 'data-201', line: 'accepted data is answered with 201', hooks: accepted('data', 201) },
  { name: 'resume-202', line: 'an accepted resume is answered with 202', hooks: accepted('resume', 202) },
  {
    name: 'stop-204',
    line: 'an accepted stop is answered with 204 and no body',
    hooks: accepted('stop', 204),
  },
  {
    name: 'pause-302',
    line: 'pause is answered with a redirect to another place',
    hooks: {
      reply: (reply, { input }) =>
        done(reply, input?.command, 'pause')
          ? withHeaders({ ...reply, status: 302, body: '' }, { location: '/elsewhere' })
          : reply,
    },
  },
  {
    name: 'start-307',
    line: 'a start is answered with a redirect to another host',
    hooks: {
      reply: (reply, { input }) =>
        done(reply, input?.command, 'start')
          ? withHeaders({ ...reply, status: 307, body: '' }, { location: 'http://localhost:9/elsewhere' })
          : reply,
    },
  },
  {
    name: 'pause-500',
    rule: 'server-error-absence',
    line: 'pause is carried out and answered with 500',
    hooks: { reply: (reply, { input }) => (done(reply, input?.command, 'pause') ? broken(reply) : reply) },
  },
  {
    name: 'invalid-body-500',
    rule: 'server-error-absence',
    line: 'a body that breaks a constraint is answered with 500',
    hooks: refusedAs('field', broken),
  },
  {
    name: 'malformed-json-500',
    rule: 'server-error-absence',
    line: 'a body that is not JSON is answered with 500',
    hooks: refusedAs('json', broken),
  },
  {
    name: 'unknown-run-500',
    rule: 'server-error-absence',
    line: 'an unknown workflow_run_id is answered with 500',
    hooks: refusedAs('run', broken),
  },
  {
    name: 'refused-key-500',
    rule: 'server-error-absence',
    line: 'a missing or wrong key is answered with 500',
    hooks: refusedAs('key', broken),
  },
  {
    name: 'ended-run-500',
    rule: 'server-error-absence',
    line: 'a command that the run is in no state for is answered with 500',
    hooks: refusedAs('state', broken),
  },
  {
    name: 'invalid-body-200',
    rule: 'negative-data-rejection',
    line: 'a body that breaks a constraint is answered with 200 and {"error": …}',
    hooks: refusedAs('field', (reply) => jsonReply(200, { error: reply.detail }, reply.reason)),
  },
  {
    name: 'wrong-state-200',
    rule: 'misleading-success',
    line: 'a command that the run is in no state for is answered with 200 and {"detail": …}',
    hooks: refusedAs('state', (reply) => jsonReply(200, { detail: reply.detail }, reply.reason)),
  },
  {
    name: 'unknown-run-200',
    rule: 'run-addressing',
    line: 'an unknown workflow_run_id is answered with 200 and {"message": …}',
    hooks: refusedAs('run', (reply) => jsonReply(200, { message: reply.detail }, reply.reason)),
  },
  {
    name: 'refused-key-200',
    rule: 'ignored-auth',
    line: 'a missing or wrong key is answered with 200 and {"detail": …}',
    hooks: refusedAs('key', (reply) => jsonReply(200, { detail: reply.detail }, reply.reason)),
  },
  {
    name: 'data-error-200',
    rule: 'misleading-success',
    line: 'accepted data is answered with 200 and {"error": …}',
    hooks: {
      reply: (reply, { input }) =>
        done(reply, input?.command, 'data') ? jsonReply(200, { error: 'no capacity' }, reply.reason) : reply,
    },
  },
  {
    name: 'trace-in-refusal',
    rule: 'internals-exposure',
    weight: 'warning',
    line: 'the refusal of an invalid body holds a stack trace',
    hooks: refusedAs('field', (reply) => ({
      ...jsonReply(
        reply.status,
        { detail: 'Traceback (most recent call last):\n  File "app.py", line 7' },
        reply.reason,
      ),
    })),
  },
  {
    name: 'trace-in-answer',
    rule: 'internals-exposure',
    weight: 'warning',
    line: 'logical_id of each response holds the text of a database error',
    hooks: {
      state: (state) => ({ ...state, logical_id: `${String(state['logical_id'])} MongoServerError: E11000` }),
    },
  },
  {
    name: 'allow-missing',
    rule: 'allow-header-conformance',
    weight: 'warning',
    line: '405 has no Allow header',
    hooks: refusedAs('method', (reply) => withoutHeader(reply, 'allow')),
  },
  {
    name: 'method-404',
    rule: 'allow-header-conformance',
    weight: 'warning',
    line: 'other methods on the path are answered with 404',
    hooks: refusedAs('method', (reply) => ({ ...withoutHeader(reply, 'allow'), status: 404 })),
  },
  {
    name: 'www-authenticate-missing',
    rule: 'www-authenticate-conformance',
    weight: 'warning',
    line: '401 has no WWW-Authenticate header',
    hooks: refusedAs('key', (reply) => withoutHeader(reply, 'www-authenticate')),
  },
  {
    name: 'refusal-not-json',
    rule: 'body-header-agreement',
    weight: 'warning',
    line: 'the refusal of an invalid body is a page labelled as JSON',
    hooks: refusedAs('field', (reply) => ({ ...reply, body: '<h1>Unprocessable</h1>' })),
  },
  {
    name: 'refusal-mis-encoded',
    rule: 'body-header-agreement',
    weight: 'warning',
    line: 'the refusal of a key holds a byte that is not UTF-8',
    hooks: refusedAs('key', (reply) => ({ ...reply, body: Buffer.from('{"detail":"caf\xe9"}', 'latin1') })),
  },
  {
    name: 'charset-other',
    rule: 'body-header-agreement',
    weight: 'warning',
    line: 'accepted responses are labelled with the charset iso-8859-1',
    hooks: {
      reply: (reply) =>
        reply.reason === 'accepted'
          ? withHeaders(reply, { 'content-type': 'application/json; charset=iso-8859-1' })
          : reply,
    },
  },
]);

function accepted(command: Command, status: number): Hooks {
  return {
    reply: (reply, { input }) => (done(reply, input?.command, command) ? { ...reply, status } : reply),
  };
}

function done(reply: Reply, given: Command | undefined, wanted: Command): boolean {
  return reply.reason === 'accepted' && given === wanted;
}

function refusedAs(reason: Reason, change: (reply: Reply) => Reply): Hooks {
  return { reply: (reply) => (reply.reason === reason ? change(reply) : reply) };
}

function broken(reply: Reply): Reply {
  return { ...jsonReply(500, { detail: 'Internal Server Error' }, reply.reason) };
}
