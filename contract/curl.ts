import type { RequestEvidence } from '../reports/exchange.ts';
import type { Credential, WireRequest } from './exchange.ts';

/** How each spoilt form of the key is made by a shell, from `$INTERACTLY_API_KEY`. */
export const SHELL_KEY_FORMS: Readonly<Record<string, string>> = {
  '{key}': '$INTERACTLY_API_KEY',
  '{key-truncated}': '${INTERACTLY_API_KEY%?}',
  '{key-suffix}': '${INTERACTLY_API_KEY#?}',
  '{key-extended}': '${INTERACTLY_API_KEY}x',
  '{key-case-swapped}': "$(printf %s \"$INTERACTLY_API_KEY\" | tr 'a-zA-Z' 'A-Za-z')",
};

/**
 * A curl line that sends the request again when it is pasted into a POSIX shell. The key is a variable, extra headers
 * are named without their values, the URL and the body are those of the evidence, so nothing secret can stand here.
 */
export function curlOf(request: WireRequest, evidence: RequestEvidence): string {
  const body = request.body === null ? [] : ['--data-raw', quote(evidence.body ?? '')];
  const own = request.headers.map(([name]) => name);
  const extra = evidence.headers.filter(
    ([name, value]) => value === '[redacted]' && name !== 'authorization' && !own.includes(name),
  );
  const isCut = (evidence.body?.length ?? 0) < (request.body?.length ?? 0);
  return [
    'curl -sS -i',
    ...(request.method === 'HEAD' ? ['-I'] : ['-X', request.method]),
    urlWord(request, evidence),
    ...authorization(request.credential),
    ...request.headers.flatMap(([name, value]) => ['-H', quote(`${name}: ${value}`)]),
    ...(own.includes('content-type') || request.body === null ? [] : ['-H', quote('content-type:')]),
    ...extra.flatMap(([name]) => ['-H', quote(`${name}: (its value from INTERACTLY_HEADERS)`)]),
    ...body,
    ...(isCut
      ? [`# the body is cut here, it has ${evidence.body_bytes} bytes: replay the case to send all of it`]
      : []),
  ].join(' ');
}

function authorization(credential: Credential): readonly string[] {
  switch (credential.kind) {
    case 'none':
    case 'query':
      return [];
    case 'valid':
      return authorizationHeader('Bearer {key}');
    case 'other-team':
      return ['-H', '"Authorization: Bearer $INTERACTLY_OTHER_KEY"'];
    case 'header':
      return authorizationHeader(credential.template);
    case 'two-headers':
      return credential.templates.flatMap(authorizationHeader);
    case 'cookie':
      return ['-H', `"Cookie: ${credential.name}=$INTERACTLY_API_KEY"`];
  }
}

function authorizationHeader(template: string): readonly string[] {
  if (template === '') return ['-H', quote('Authorization;')];
  const parts = template
    .split(/(\{key[a-z-]*\})/)
    .map((part) => SHELL_KEY_FORMS[part] ?? part.replace(/["\\$`]/g, '\\$&'));
  return ['-H', `"Authorization: ${parts.join('')}"`];
}

/** The URL as a shell word; a key in its query is the variable. */
function urlWord(request: WireRequest, evidence: RequestEvidence): string {
  if (request.credential.kind !== 'query') return quote(evidence.url);
  return `${quote(`${evidence.url}?${request.credential.name}=`)}"$INTERACTLY_API_KEY"`;
}

/** A POSIX shell word that stands for exactly this text. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
