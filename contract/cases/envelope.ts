import type { Operation } from '../../openapi/registry.ts';
import { KEY_IN_BODY, type Credential } from '../../api/exchange.ts';
import { ORDINARY, type Case, type Mutation } from './case.ts';

/** Bodies that are not a JSON object: each is refused, whatever the key. */
export function bodyCases(operation: Operation): readonly Case[] {
  const rule = operation.rule('malformed-body-rejection');
  const raw: readonly (readonly [string, string, Mutation, string?])[] = [
    ['empty', 'an empty body', { kind: 'raw', text: '' }],
    ['truncated', 'a body cut off inside its last value', { kind: 'truncated', characters: 2 }],
    ['unclosed', 'a body that lacks its last brace', { kind: 'truncated', characters: 1 }],
    ['trailing-comma', 'a body with a trailing comma', { kind: 'raw', text: '{"command":"start",}' }],
    ['single-quotes', 'a body in single quotes', { kind: 'raw', text: "{'command':'start'}" }],
    ['two-values', 'two bodies in one', { kind: 'raw', text: '{body}{body}' }],
    ['array', 'an array', { kind: 'raw', text: '[{body}]' }],
    ['empty-array', 'an empty array', { kind: 'raw', text: '[]' }],
    ['null', 'null', { kind: 'raw', text: 'null' }],
    ['number', 'a bare number', { kind: 'raw', text: '42' }],
    ['string', 'a bare string', { kind: 'raw', text: '"start"' }],
    ['true', 'a bare true', { kind: 'raw', text: 'true' }],
    [
      'not-a-number',
      'a body with NaN',
      {
        kind: 'variables',
        variables: [{ key: 'harness_value', fields: ['miscellaneous'], json: 'NaN' }],
      },
      // Python's parser takes NaN unless it is told not to, so a whole family of servers does.
      'json-number-conformance',
    ],
    ['unquoted', 'a body with unquoted names', { kind: 'raw', text: '{command: "start"}' }],
    ['comment', 'a body with a comment', { kind: 'raw', text: '/* start */ {body}' }],
    ['form', 'a form in place of JSON', { kind: 'raw', text: 'command=start' }],
  ];
  return raw.map(([what, title, mutation, ownRule]) => ({
    ...ORDINARY,
    id: `body/${what}`,
    title: `refuses ${title}`,
    group: 'body',
    intent: 'break',
    rule: ownRule ?? rule.id,
    constraint: '#/components/schemas/WorkflowRunRequest/type',
    evidence: operation.rule(ownRule ?? rule.id).evidence,
    mutation,
    characterisation: { rule: 'malformed-body-status', confirmedBy: [400, 422] },
  }));
}

/** Calls without a valid Bearer key, each with a valid body. */
export function authenticationCases(operation: Operation): readonly Case[] {
  const rule = operation.rule('ignored-auth');
  const spoilt: readonly (readonly [string, string, Credential])[] = [
    ['none', 'a call without credentials', { kind: 'none' }],
    ['empty', 'an empty Authorization header', { kind: 'header', template: '' }],
    ['bearer-without-key', 'the scheme Bearer without a key', { kind: 'header', template: 'Bearer' }],
    ['wrong-key', 'a wrong key', { kind: 'header', template: 'Bearer harness-wrong-key' }],
    [
      'truncated-key',
      'the key without its last character',
      { kind: 'header', template: 'Bearer {key-truncated}' },
    ],
    ['prefixed-key', 'the key with a character before it', { kind: 'header', template: 'Bearer x{key}' }],
    [
      'key-suffix',
      'the key without its first character',
      { kind: 'header', template: 'Bearer {key-suffix}' },
    ],
    [
      'extended-key',
      'the key with one character more',
      { kind: 'header', template: 'Bearer {key-extended}' },
    ],
    [
      'case-swapped-key',
      'the key with its letter case swapped',
      { kind: 'header', template: 'Bearer {key-case-swapped}' },
    ],
    ['no-scheme', 'the key without a scheme', { kind: 'header', template: '{key}' }],
    ['basic', 'the scheme Basic', { kind: 'header', template: 'Basic {key}' }],
    ['key-in-query', 'the key in the query instead of the header', { kind: 'query', name: 'api_key' }],
    ['key-in-cookie', 'the key in a cookie instead of the header', { kind: 'cookie', name: 'Authorization' }],
    ['token-scheme', 'an unknown scheme', { kind: 'header', template: 'Token {key}' }],
  ];
  const cases = spoilt.map(([what, title, credential]): Case => ({
    ...ORDINARY,
    id: `authentication/${what}`,
    title: `refuses ${title}`,
    group: 'authentication',
    intent: 'break',
    rule: rule.id,
    constraint: '#/components/securitySchemes/bearerKey',
    evidence: rule.evidence,
    credential,
    characterisation: { rule: 'refused-key-status', confirmedBy: [401] },
  }));
  return [...cases, ...accessTokenCases(cases), ...foreign(cases)];
}

/** RFC 6750 has two more places for a key, which libraries look at by default: the query (2.3) and a form (2.2). */
function accessTokenCases(cases: readonly Case[]): readonly Case[] {
  const base = cases.find((one) => one.credential.kind === 'query');
  if (base === undefined) return [];
  const named = (what: string, where: string): Case => ({
    ...base,
    id: `authentication/access-token-in-${what}`,
    title: `refuses the key as access_token in ${where} instead of the header`,
  });
  return [
    { ...named('query', 'the query'), credential: { kind: 'query', name: 'access_token' } },
    {
      ...named('body', 'the body'),
      credential: { kind: 'body', as: 'json' },
      mutation: { kind: 'set', path: ['access_token'], value: KEY_IN_BODY },
    },
    {
      ...named('form', 'a form'),
      credential: { kind: 'body', as: 'form' },
      headers: [['content-type', 'application/x-www-form-urlencoded']],
      mutation: { kind: 'raw', text: `access_token=${KEY_IN_BODY}&command=start&workflow_id={workflow_id}` },
    },
  ];
}

/** A call without a key and with an invalid body: whoever answers what is wrong with the body tells strangers the schema. */
function foreign(cases: readonly Case[]): readonly Case[] {
  return cases
    .filter((one) => one.credential.kind === 'none')
    .map((one) => ({
      ...one,
      id: 'authentication/none-and-invalid-body',
      title: `${one.title}, before its invalid body is looked at`,
      mutation: { kind: 'set', path: ['command'], value: 'harness_unknown' },
      characterisation: { rule: 'schema-disclosure', confirmedBy: [401, 403] },
    }));
}

/** Methods that the page does not name, with a valid body and key. */
export function protocolCases(operation: Operation): readonly Case[] {
  const rule = operation.rule('unsupported-method');
  return ['PUT', 'PATCH', 'DELETE'].map((method) => ({
    ...ORDINARY,
    id: `protocol/${method.toLowerCase()}`,
    title: `refuses the method ${method}`,
    group: 'protocol',
    intent: 'break',
    rule: rule.id,
    constraint: `#/paths/${operation.path.replaceAll('/', '~1')}`,
    evidence: rule.evidence,
    method,
  }));
}
