import type { Target } from '../target/target.ts';

/** Longest wait for one connection. */
const CONNECT_MAX_MS = 5000;

/** Where the connections of a target go, and how long one may take. */
export interface TargetPlace {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  readonly limitMs: number;
}

export function placeOf({ baseUrl, timeoutMs }: Target): TargetPlace {
  const url = new URL(baseUrl);
  const isTls = url.protocol === 'https:';
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (isTls ? 443 : 80) : Number(url.port),
    isTls,
    limitMs: Math.min(timeoutMs, CONNECT_MAX_MS),
  };
}
