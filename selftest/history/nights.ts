import type { NightRecord, NightScenario } from '../../history/night.ts';
import { recordOf } from '../../history/record.ts';
import { GO } from '../reports/fixtures.ts';

/** An ordinary record of a night; what isn't said is a GO against a deployed API. */
export function record(over: Partial<NightRecord> = {}): NightRecord {
  const night = recordOf(GO);
  if (night === null) throw new Error('the fixture has no verdict');
  return { ...night, ...over };
}

/** The same a number of days after the first of September, at 02:17 UTC, with an id of its own. */
export function onDay(day: number, over: Partial<NightRecord> = {}): NightRecord {
  const startedAt = dayAt(day);
  return record({
    id: `night-${day}`,
    started_at: startedAt,
    ended_at: new Date(Date.parse(startedAt) + 120_000).toISOString(),
    ...over,
  });
}

export function dayAt(day: number, hour = 2): string {
  return new Date(Date.UTC(2026, 8, 1 + day, hour, 17)).toISOString();
}

/** The scenarios of a night with every latency multiplied. */
export function slower(night: NightRecord, factor: number): readonly NightScenario[] {
  const times = (us: number | null): number | null => (us === null ? null : Math.round(us * factor));
  return (night.load?.scenarios ?? []).map((scenario) => ({
    ...scenario,
    steps: scenario.steps.map((step) => ({
      ...step,
      latency_us: {
        ...step.latency_us,
        p50: times(step.latency_us.p50),
        p90: times(step.latency_us.p90),
        p95: times(step.latency_us.p95),
        p99: times(step.latency_us.p99),
      },
    })),
  }));
}
