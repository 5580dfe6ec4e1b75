import type { Arrival } from '../arrivals/rate-profile.ts';
import type { Shard } from '../arrivals/shard.ts';
import type { Row } from './data-file.ts';
import type { Sampling } from './sampling.ts';
import type { Scenario } from './scenario.ts';
import type { Threshold } from './threshold.ts';

/** When a load gives up. */
export interface BreakerLimits {
  /** More than this share of the last hundred requests failed. */
  readonly failureShare: number;
  /** So many attempts to connect in a row failed. */
  readonly connectFailures: number;
}

/** More than half of the last hundred requests, or thirty connections in a row. */
export const DEFAULT_BREAKER: BreakerLimits = { failureShare: 0.5, connectFailures: 30 };

/** One scenario as it will be run. */
export interface ScenarioPlan {
  readonly scenario: Scenario;
  readonly arrival: Arrival;
  /** Measured time in milliseconds. */
  readonly durationMs: number;
  /** Time before it with the same load, not measured. */
  readonly warmupMs: number;
  /** Most connections at a time; in the closed model there are always as many. */
  readonly connections: number;
  /** Longest wait for one response; null leaves it to the target. */
  readonly timeoutMs: number | null;
  readonly thresholds: readonly Threshold[];
  /** Which share of the load is ours. */
  readonly shard: Shard;
  /** Rows for the run input, used in turn; empty for none. */
  readonly rows: readonly Row[];
  /** False when each request gets a connection of its own. */
  readonly keepsAlive: boolean;
  /** True when connections are tunnels of the proxy; else it is passed by. */
  readonly throughProxy: boolean;
  /** Which responses are held against the schema. */
  readonly sampling: Sampling;
  /** When it gives up. */
  readonly breaker: BreakerLimits;
  /** True when free control calls go among the paid ones. */
  readonly controls?: boolean;
}

/** Requests under load for each control call: at most a tenth of the rate. */
export const PAID_PER_CONTROL = 10;

/** Connections that control calls have of their own, in each process. */
export const CONTROL_CONNECTIONS = 2;
