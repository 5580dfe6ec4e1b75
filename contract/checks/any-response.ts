import type { Operation } from '../../openapi/registry.ts';
import { headerOf, type ApiResponse } from '../../api/exchange.ts';
import { runChecks, type Check, type Checks, type SeenResponse } from './check.ts';
import { violationOf, type Violation } from './violation.ts';

/** The statuses that speak of the environment and not of the API. */
export const ENVIRONMENT_STATUSES: readonly number[] = [429, 502, 503, 504];

/** The checks that every response goes through, whatever was sent. */
export const ANY_RESPONSE_CHECKS: Checks<'any response', SeenResponse> = {
  'server-error-absence': always(serverError),
  'key-echo': always(keyEcho),
  'www-authenticate-conformance': always(challenge),
  'allow-header-conformance': always(allow),
  'internals-exposure': always(internals),
  'body-header-agreement': always(bodyAndHeaders),
};

function always(
  check: (operation: Operation, response: ApiResponse) => readonly Violation[],
): Check<SeenResponse> {
  return { applies: () => true, check: ({ operation, response }) => check(operation, response) };
}

/** Holds the rules against a response that need no knowledge of the request. */
export function checkAnyResponse(operation: Operation, response: ApiResponse): readonly Violation[] {
  return runChecks(ANY_RESPONSE_CHECKS, { operation, response }, () => undefined);
}

/** Stands in a title for the call, until whoever sent it names it. */
export const ANY_CALL = 'A call';

function serverError(operation: Operation, response: ApiResponse): readonly Violation[] {
  if (response.status < 500 || ENVIRONMENT_STATUSES.includes(response.status)) return [];
  const title = `${ANY_CALL} is answered with ${response.status}.`;
  return [violationOf(operation.rule('server-error-absence'), title, { kind: 'server-error' })];
}

function keyEcho(operation: Operation, response: ApiResponse): readonly Violation[] {
  return response.secretsSeenIn.map((place) =>
    violationOf(operation.rule('key-echo'), `The response contains the API key in its ${place}.`, {
      kind: `in-${place}`,
    }),
  );
}

function challenge(operation: Operation, response: ApiResponse): readonly Violation[] {
  if (response.status !== 401 || headerOf(response, 'www-authenticate') !== null) return [];
  return [
    violationOf(
      operation.rule('www-authenticate-conformance'),
      'A 401 response has no WWW-Authenticate header.',
      {
        kind: 'missing',
      },
    ),
  ];
}

function allow(operation: Operation, response: ApiResponse): readonly Violation[] {
  if (response.status !== 405) return [];
  const value = headerOf(response, 'allow');
  const names = (value ?? '').split(',').map((name) => name.trim().toUpperCase());
  if (value !== null && names.includes(operation.method)) return [];
  const came =
    value === null
      ? 'without Allow'
      : `with Allow: ${value.slice(0, 80)}, which does not name ${operation.method}`;
  return [
    violationOf(operation.rule('allow-header-conformance'), `A 405 response came ${came}.`, {
      kind: 'allow',
    }),
  ];
}

/** What the machinery of common stacks looks like when it shows: traces of Python, JavaScript and the JVM, and queries. */
const INTERNALS: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['python-trace', /Traceback \(most recent call last\)|File \\?"[^"\n]{1,200}\.py\\?", line \d+/],
  ['javascript-trace', /\n\s+at [^\n]{1,200}\.[cm]?[jt]s:\d+:\d+|\\n\s+at [^"]{1,200}\.[cm]?[jt]s:\d+:\d+/],
  ['jvm-trace', /\bat [a-z][\w$]*(\.[\w$]+){2,}\([A-Z]\w*\.java:\d+\)/],
  ['database-error', /\b(pymongo\.errors|psycopg2?\.errors|MongoServerError|SQLSTATE\[|ORA-\d{5})/],
];

const DEPTH_MAX = 40;

function internals(operation: Operation, response: ApiResponse): readonly Violation[] {
  const found = INTERNALS.find(([, pattern]) => pattern.test(response.text));
  if (found === undefined) return [];
  const [kind, pattern] = found;
  const place = response.body.kind === 'json' ? placeOf(response.body.value, pattern) : null;
  return [
    violationOf(
      operation.rule('internals-exposure'),
      `The response shows what stands behind the API: ${kind}.`,
      {
        kind,
        ...(place === null ? {} : { responsePath: place }),
      },
    ),
  ];
}

/** JSON pointer to the first text in a body that looks like this; null where it stands in no single one. */
function placeOf(value: unknown, pattern: RegExp, path = '', depth = 0): string | null {
  if (typeof value === 'string') return pattern.test(value) ? path : null;
  if (typeof value !== 'object' || value === null || depth > DEPTH_MAX) return null;
  for (const [key, part] of Object.entries(value)) {
    const place = placeOf(
      part,
      pattern,
      `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
      depth + 1,
    );
    if (place !== null) return place;
  }
  return null;
}

/** What the headers say of the body. That an accepted response is JSON at all, and decodable, has checks of its own. */
function bodyAndHeaders(operation: Operation, response: ApiResponse): readonly Violation[] {
  const rule = operation.rule('body-header-agreement');
  const type = (headerOf(response, 'content-type') ?? '').toLowerCase();
  const isJson = /^application\/([a-z0-9.+-]+\+)?json\b/.test(type);
  const charset = /;\s*charset="?([^\s;"]+)/.exec(type)?.[1] ?? 'utf-8';
  const isAccepted = response.status >= 200 && response.status <= 299;
  const found: Violation[] = [];
  if (isJson && !['utf-8', 'utf8', 'us-ascii'].includes(charset))
    found.push(
      violationOf(rule, `The response is labelled with the charset ${charset}; JSON is UTF-8.`, {
        kind: 'charset',
      }),
    );
  if (isAccepted) return found;
  if (response.misencoded)
    found.push(
      violationOf(rule, 'The bytes of a refusal are not UTF-8 text in the encoding that its headers name.', {
        kind: 'mis-encoded',
      }),
    );
  if (isJson && response.body.kind === 'not-json')
    found.push(
      violationOf(rule, `A refusal is labelled as JSON, but its body is ${response.body.reason}.`, {
        kind: 'not-json',
      }),
    );
  return found;
}
