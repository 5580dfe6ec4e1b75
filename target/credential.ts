import type { Credential } from '../contract/exchange.ts';
import type { Secret } from './secret.ts';

/** Spoilt forms of the key, as case templates name them; `contract/curl.ts` has their spelling in a shell. */
const KEY_FORMS: Readonly<Record<string, (key: string) => string>> = {
  '{key}': (key) => key,
  '{key-truncated}': (key) => key.slice(0, -1),
  '{key-extended}': (key) => `${key}x`,
  '{key-case-swapped}': swapCase,
};

function swapCase(text: string): string {
  return text.replace(/[a-zA-Z]/g, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
}

/** The Authorization value on the wire, or null for none. The only place where the key enters a single request. */
export function authorizationOf(credential: Credential, key: Secret): string | null {
  if (credential.kind === 'none') return null;
  const template = credential.kind === 'valid' ? 'Bearer {key}' : credential.template;
  return template.replace(/\{key[a-z-]*\}/g, (name) => KEY_FORMS[name]?.(key.reveal()) ?? name);
}

/** True when spoiling changes nothing (a key of digits has no letter case): such a case can't be asked. */
export function isSameAsValid(credential: Credential, key: Secret): boolean {
  return (
    credential.kind === 'header' &&
    authorizationOf(credential, key) === authorizationOf({ kind: 'valid' }, key)
  );
}
