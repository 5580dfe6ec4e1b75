import { isJsonObject } from '../body.ts';
import type { Call } from '../call.ts';
import { authenticate, splitAuthorization } from '../admission.ts';
import { hasEdge, type Edge, type Place } from '../edges.ts';
import type { Hooks, JsonObject, Parsed, Scene } from '../hooks.ts';
import { refusal, withHeaders, type Reply } from '../reply.ts';
import type { Command } from '../run.ts';
import { accepts, gzipped, isChunked } from '../transport-variations.ts';
import { ID_LENGTH, MAP_FIELDS } from '../validation.ts';
import { faultsOf, type FaultRow } from './fault.ts';

/** Defects that an experienced tester looks for in single requests. */
export const REQUEST_FAULTS = [
  ...faultsOf('validation', 'negative-data-rejection', [
    emptyMap('empty-text', '""', ''),
    emptyMap('zero', '0', 0),
    emptyMap('false', 'false', false),
    ...commands('data', 'resume', 'pause', 'stop').flatMap((command) => [
      ofId(command, 'operator', 'a query operator in place of the id finds any run', (id, { store }) =>
        isOperator(id) ? anyFor(command, store)?.id : undefined,
      ),
      ofId(command, 'wrapped-id', 'the id inside an object is taken', unwrapped),
    ]),
    ...commands('resume', 'pause', 'stop').map((command) =>
      ofId(command, 'long-id', 'an id is cut at 24 characters', (id) =>
        typeof id === 'string' && id.length > ID_LENGTH ? id.slice(0, ID_LENGTH) : undefined,
      ),
    ),
    {
      name: 'operator-workflow-accepted',
      line: 'a query operator in place of workflow_id finds the workflow',
      hooks: {
        receive: (body, { workflowId }) =>
          isOperator(body['workflow_id']) ? { ...body, workflow_id: workflowId } : body,
      },
    },
  ]),
  ...faultsOf('authentication', 'ignored-auth', [
    ...commands('data', 'resume', 'pause', 'stop').map(wrongKeyOn),
    {
      name: 'access-token-in-query-accepted',
      line: 'the key is let in from the parameter access_token of the query',
      hooks: {
        admit: (refused, { call, key }) =>
          new URLSearchParams(call.query).get('access_token') === key ? undefined : refused,
      },
    },
    tokenFrom('body', 'the field access_token of the body', ({ body }) => asObject(body)?.['access_token']),
    tokenFrom('form', 'the field access_token of a form', (call) =>
      isForm(call) ? new URLSearchParams(call.body.toString()).get('access_token') : undefined,
    ),
  ]),
  ...faultsOf('status', 'server-error-absence', [
    edge('surrogate', 'value', 'a lone surrogate in a value'),
    edge('surrogate', 'key', 'a lone surrogate in a key'),
    edge('surrogate', 'run-id', 'a lone surrogate in workflow_run_id'),
    edge('surrogate', 'workflow-id', 'a lone surrogate in workflow_id'),
    edge('surrogate', 'command', 'a lone surrogate in command'),
    edge('no-utf8', 'value', 'a byte that is not UTF-8 in a value'),
    edge('no-utf8', 'key', 'a byte that is not UTF-8 in a key'),
    edge('no-utf8', 'run-id', 'a byte that is not UTF-8 in workflow_run_id'),
    edge('no-utf8', 'command', 'a byte that is not UTF-8 in command'),
    edge('nan', 'value', 'NaN as a value'),
    edge('nan', 'run-id', 'NaN as workflow_run_id'),
    edge('nan', 'command', 'NaN as command'),
    edge('1e400', 'value', '1e400 as a value'),
    edge('1e400', 'run-id', '1e400 as workflow_run_id'),
    edge('1e400', 'command', '1e400 as command'),
    edge('deep', 'value', 'a value of more than 255 levels'),
  ]),
  ...faultsOf('wire', 'body-framing', [
    {
      name: 'chunked-body-lost',
      line: 'a body in chunks is read as empty',
      hooks: { parse: (parsed, { call }) => (isChunked(call) ? empty() : parsed) },
    },
    {
      name: 'client-headers-refused',
      line: 'a call that accepts */* is refused with 406',
      hooks: { parse: (parsed, { call }) => (call.headers.accept === '*/*' ? notAcceptable() : parsed) },
    },
    {
      name: 'charset-refused',
      rule: 'content-type-parameters',
      weight: 'warning',
      line: 'a content type with a charset is refused with 415',
      hooks: {
        parse: (parsed, { call }) => (/charset=utf-8/i.test(call.contentType ?? '') ? unsupported() : parsed),
      },
    },
    {
      name: 'gzip-cut',
      rule: 'content-type-conformance',
      line: 'compressed responses lack their last bytes',
      hooks: encoded('gzip', (reply) => {
        const whole = gzipped(reply);
        return { ...whole, body: Buffer.from(whole.body).subarray(0, -12) };
      }),
    },
    {
      name: 'brotli-mislabelled',
      rule: 'content-type-conformance',
      line: 'responses that may be br are gzip, labelled br',
      hooks: encoded('br', (reply) => withHeaders(gzipped(reply), { 'content-encoding': 'br' })),
    },
  ]),
];

function commands(...names: readonly Command[]): readonly Command[] {
  return names;
}

function emptyMap(name: string, shown: string, value: unknown): FaultRow {
  return {
    name: `${name}-map-accepted`,
    line: `a map may be ${shown}, and is taken as {}`,
    hooks: {
      receive: (body) => ({
        ...body,
        ...Object.fromEntries(
          MAP_FIELDS.filter((field) => body[field] === value).map((field) => [field, {}]),
        ),
      }),
    },
  };
}

/** What finds a run by something else than its id, in one command. */
function ofId(
  command: Command,
  name: string,
  line: string,
  find: (id: unknown, scene: Scene) => unknown,
): FaultRow {
  return {
    name: `${name}-${command}-accepted`,
    line: `in ${command} ${line}`,
    hooks: {
      receive: (body, scene) => {
        const found = body['command'] === command ? find(body['workflow_run_id'], scene) : undefined;
        return found === undefined ? body : { ...body, workflow_run_id: found };
      },
    },
  };
}

/** A query that asks for any run, of those that are paused where the command is for such. */
function anyFor(command: Command, store: Scene['store']): { readonly id: string } | undefined {
  if (command !== 'resume') return store.newest();
  return Array.from(store.all()).findLast(({ status }) => status === 'paused');
}

function isOperator(id: unknown): boolean {
  return isJsonObject(id) && Object.keys(id).some((key) => /^\$(ne|gt|gte|exists|regex|nin)$/.test(key));
}

function unwrapped(id: unknown): unknown {
  return isJsonObject(id) ? (id['$oid'] ?? id['_id'] ?? id['id']) : undefined;
}

function wrongKeyOn(command: Command): FaultRow {
  return {
    name: `wrong-key-${command}-accepted`,
    line: `the key is looked at after the body, and for ${command} to a run any Bearer key is good`,
    hooks: {
      admit: (refused, { call }) => (call.method === 'POST' ? undefined : refused),
      forbid: (earlier, { call, key, input }) => {
        const isBearer = splitAuthorization(call.authorization ?? '').scheme.toLowerCase() === 'bearer';
        return input?.command === command && isBearer ? earlier : (authenticate(call, key) ?? earlier);
      },
    },
  };
}

function tokenFrom(name: string, where: string, tokenOf: (call: Call) => unknown): FaultRow {
  return {
    name: `access-token-in-${name}-accepted`,
    line: `the key is let in from ${where}`,
    hooks: {
      admit: (refused, { call }) =>
        call.authorization === undefined && call.method === 'POST' ? undefined : refused,
      parse: (parsed, { call, key }) => {
        const isLetIn = tokenOf(call) === key;
        const refused = isLetIn ? undefined : authenticate(call, key);
        if (refused !== undefined) return { refusal: refused };
        return isLetIn && isForm(call)
          ? { value: Object.fromEntries(new URLSearchParams(call.body.toString())) }
          : parsed;
      },
    },
  };
}

function isForm({ contentType }: Call): boolean {
  return contentType === 'application/x-www-form-urlencoded';
}

function asObject(body: Buffer): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(body.toString());
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function edge(what: Edge, place: Place, words: string): FaultRow {
  return {
    name: `${what}-in-${place}-500`,
    line: `${words} is answered with 500`,
    hooks: {
      parse: (parsed, { call }) =>
        hasEdge(call.body, what, place)
          ? { refusal: refusal(500, 'Internal Server Error', 'crash') }
          : parsed,
    },
  };
}

function encoded(coding: string, change: (reply: Reply) => Reply): Hooks {
  return { reply: (reply, { call }) => (accepts(call, coding) ? change(reply) : reply) };
}

function empty(): Parsed {
  return { refusal: refusal(422, 'JSON decode error: Expecting value', 'json') };
}

function notAcceptable(): Parsed {
  return { refusal: refusal(406, 'Not Acceptable', 'content-type') };
}

function unsupported(): Parsed {
  return { refusal: refusal(415, 'Unsupported Media Type', 'content-type') };
}
