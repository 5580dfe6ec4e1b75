import type { RequestEvidence } from '../../result/exchange.ts';
import { KEY_IN_BODY, type Credential, type WireRequest } from '../../api/exchange.ts';
import { bodyText } from '../../api/request-body.ts';

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
  const own = request.headers.map(([name]) => name);
  const extra = evidence.headers.filter(
    ([name, value]) => value === '[redacted]' && name !== 'authorization' && !own.includes(name),
  );
  return [
    ...(request.body instanceof Uint8Array ? [`printf ${printfFormat(request.body)} |`] : []),
    'curl -sS -i',
    ...(request.method === 'HEAD' ? ['-I'] : ['-X', request.method]),
    urlWord(request, evidence),
    ...authorization(request.credential),
    ...request.headers.flatMap(([name, value]) => ['-H', quote(`${name}: ${value}`)]),
    ...(own.includes('content-type') || request.body === null ? [] : ['-H', quote('content-type:')]),
    ...(request.framing === 'chunked' ? ['-H', quote('transfer-encoding: chunked')] : []),
    ...extra.flatMap(([name]) => ['-H', quote(`${name}: (its value from INTERACTLY_HEADERS)`)]),
    ...bodyWords(request, evidence),
    ...(isCutIn(request, evidence)
      ? [`# the body is cut here, it has ${evidence.body_bytes} bytes: replay the case to send all of it`]
      : []),
  ].join(' ');
}

/** True when the evidence has less than the whole body, so that a line can't send it. */
export function isCutIn({ body }: WireRequest, evidence: RequestEvidence): boolean {
  return body !== null && (evidence.body?.length ?? 0) < bodyText(body).length;
}

/** The body of the request; bytes that a shell has no word for come from a pipe. */
function bodyWords({ body, credential }: WireRequest, evidence: RequestEvidence): readonly string[] {
  if (body === null) return [];
  if (typeof body !== 'string') return ['--data-binary', '@-'];
  const text = evidence.body ?? '';
  if (credential.kind !== 'body') return ['--data-raw', quote(text)];
  if (credential.as === 'json')
    return ['--data-raw', text.split(KEY_IN_BODY).map(quote).join(`"${KEY_IN_BODY}"`)];
  return text
    .split('&')
    .flatMap((pair) =>
      pair.includes(KEY_IN_BODY) ? ['--data-urlencode', `"${pair}"`] : ['--data-raw', quote(pair)],
    );
}

/** The format from which printf makes exactly these bytes. */
function printfFormat(bytes: Uint8Array): string {
  const format = Array.from(bytes, (byte) => {
    const char = String.fromCharCode(byte);
    if (byte < 0x20 || byte > 0x7e) return `\\${byte.toString(8).padStart(3, '0')}`;
    return char === '%' ? '%%' : char === '\\' ? '\\\\' : char;
  }).join('');
  return quote(format);
}

function authorization(credential: Credential): readonly string[] {
  switch (credential.kind) {
    case 'none':
    case 'query':
    case 'body':
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
