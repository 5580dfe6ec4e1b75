import { KEY_IN_BODY, type Credential, type WireRequest } from '../api/exchange.ts';
import type { Secret } from './secret.ts';

/** Spoilt forms of the key, as case templates name them; `contract/curl.ts` has their spelling in a shell. */
const KEY_FORMS: Readonly<Record<string, (key: string) => string>> = {
  '{key}': (key) => key,
  '{key-truncated}': (key) => key.slice(0, -1),
  '{key-suffix}': (key) => key.slice(1),
  '{key-extended}': (key) => `${key}x`,
  '{key-case-swapped}': swapCase,
};

function swapCase(text: string): string {
  return text.replace(/[a-zA-Z]/g, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
}

/** What the credential adds to a request: Authorization values, other headers, and a query. */
export interface CredentialParts {
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Begins with `?`, or is empty. */
  readonly query: string;
}

/** The parts of a request that carry the key. The only place where the key enters a single request. */
export function credentialParts(
  credential: Credential,
  key: Secret,
  otherKey: Secret | null = null,
): CredentialParts {
  switch (credential.kind) {
    case 'none':
    case 'body':
      return { headers: [], query: '' };
    case 'valid':
      return { headers: [['authorization', fill('Bearer {key}', key)]], query: '' };
    case 'other-team':
      if (otherKey === null) throw new Error('there is no key of another team');
      return { headers: [['authorization', fill('Bearer {key}', otherKey)]], query: '' };
    case 'header':
      return { headers: [['authorization', fill(credential.template, key)]], query: '' };
    case 'two-headers':
      return {
        headers: credential.templates.map((template) => ['authorization', fill(template, key)] as const),
        query: '',
      };
    case 'cookie':
      return { headers: [['cookie', `${credential.name}=${key.reveal()}`]], query: '' };
    case 'query':
      return { headers: [], query: `?${credential.name}=${encodeURIComponent(key.reveal())}` };
  }
}

/** The bytes of a body; the key stands in it only where its credential says so. */
export function bodyBytes({ body, credential }: WireRequest, key: Secret): Buffer | null {
  if (body === null) return null;
  if (typeof body !== 'string') return Buffer.from(body);
  if (credential.kind !== 'body') return Buffer.from(body, 'utf8');
  const value =
    credential.as === 'json'
      ? JSON.stringify(key.reveal()).slice(1, -1)
      : new URLSearchParams({ '': key.reveal() }).toString().slice(1);
  return Buffer.from(
    body.replaceAll(KEY_IN_BODY, () => value),
    'utf8',
  );
}

function fill(template: string, key: Secret): string {
  return template.replace(/\{key[a-z-]*\}/g, (name) => KEY_FORMS[name]?.(key.reveal()) ?? name);
}

/** True when spoiling changes nothing (a key of digits has no letter case): such a case can't be asked. */
export function isSameAsValid(credential: Credential, key: Secret): boolean {
  return credential.kind === 'header' && fill(credential.template, key) === fill('Bearer {key}', key);
}
