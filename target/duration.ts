const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Reads a duration with its unit (`500ms`, `10s`, `2m`, `1h`) as milliseconds; null when it is none or not above 0. */
export function parseDurationMs(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text.trim());
  const unit = UNIT_MS[match?.[2] ?? ''];
  if (match === null || unit === undefined) return null;
  const ms = Number(match[1]) * unit;
  return ms > 0 ? ms : null;
}
