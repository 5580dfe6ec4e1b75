import type { Secret } from './secret.ts';

/** Replaces every secret in a text by `[redacted]`. */
export type Redact = (text: string) => string;

const MARK = '[redacted]';
const SHORTEST_SECRET = 4;

/** The spellings in which a secret can come back: as it is, escaped, encoded, or short of one character. */
function spellings(secret: string): readonly string[] {
  const encoded = Buffer.from(secret, 'utf8').toString('base64');
  const whole = [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    encoded,
    encoded.replace(/=+$/, ''),
  ];
  const cut = secret.length >= 12 ? [secret.slice(0, -1), secret.slice(1)] : [];
  return [...whole, ...cut];
}

function escapeForRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/**
 * Builds the redaction of one run from its secrets. Letter case is ignored, because a server may fold it.
 * Secrets of fewer than four characters are not searched for: they would blacken ordinary text.
 */
export function createRedaction(secrets: readonly Secret[]): Redact {
  const needles = [...new Set(secrets.flatMap((secret) => spellings(secret.reveal())))]
    .filter((needle) => needle.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length);
  if (needles.length === 0) return (text) => text;
  const pattern = new RegExp(needles.map(escapeForRegExp).join('|'), 'gi');
  return (text) => text.replace(pattern, MARK);
}
