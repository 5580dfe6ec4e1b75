import { parseDurationMs } from '../options/duration.ts';

/** The most load that one invocation may send, whatever it is asked for; null for no cap. */
export interface LoadCaps {
  /** Arrivals per second. */
  readonly ratePerSecond: number | null;
  /** Requests of all kinds, warm-up and clean-up included. */
  readonly requests: number | null;
  /** Time in which load is sent, all scenarios together. */
  readonly durationMs: number | null;
}

/** No cap at all. */
export const NO_CAPS: LoadCaps = { ratePerSecond: null, requests: null, durationMs: null };

/** What counts outside loopback when nothing else is set: room for a night on a shared QA system, and no more. */
const OUTSIDE: LoadCaps = { ratePerSecond: 200, requests: 50_000, durationMs: 3_600_000 };

/** Parses the caps, all mistakes at once. On loopback, where nothing is paid for, only those that are set count. */
export function parseLoadCaps(
  environment: Readonly<Record<string, string | undefined>>,
  isLoopback: boolean,
):
  | { readonly ok: true; readonly value: LoadCaps }
  | { readonly ok: false; readonly mistakes: readonly string[] } {
  const mistakes: string[] = [];
  const number = (name: string): number | null => {
    const text = environment[name];
    if (text === undefined) return null;
    if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
    mistakes.push(`${name} is "${text}"; give a whole number from 1 to 999999999.`);
    return null;
  };
  const duration = environment['HARNESS_MAX_DURATION'];
  const durationMs = duration === undefined ? null : parseDurationMs(duration);
  if (duration !== undefined && (durationMs === null || durationMs <= 0))
    mistakes.push(`HARNESS_MAX_DURATION is "${duration}"; give a duration with its unit, like 30m.`);
  const set = {
    ratePerSecond: number('HARNESS_MAX_RATE'),
    requests: number('HARNESS_MAX_REQUESTS'),
    durationMs,
  };
  if (mistakes.length > 0) return { ok: false, mistakes };
  if (isLoopback) return { ok: true, value: set };
  return {
    ok: true,
    value: {
      ratePerSecond: set.ratePerSecond ?? OUTSIDE.ratePerSecond,
      requests: set.requests ?? OUTSIDE.requests,
      durationMs: set.durationMs ?? OUTSIDE.durationMs,
    },
  };
}
