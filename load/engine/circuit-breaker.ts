import type { StopReason } from '../metrics/scenario-record.ts';
import type { BreakerLimits } from '../scenario/plan.ts';
import type { Command } from '../../openapi/registry.ts';
import type { Inconclusive, TransportFailure } from '../../result/exchange.ts';
import type { Fate } from '../metrics/hit.ts';

/** One settled request as the breaker sees it. */
export interface Observation {
  readonly command: Command;
  readonly fate: Fate;
  readonly status: number | null;
}

const WINDOW = 100;
const FIRST_CONNECT_FAILURES_PER_CONNECTION = 3;
const LOCAL_FAILURES = 5;
const STREAK = 3;
const INPUT_REFUSALS = 5;
const ENVIRONMENT: readonly number[] = [502, 503, 504];

/**
 * Opens once, and for good, when going on would only do harm: an unverified peer, a refused key, an operation that
 * is not there, connections that fail in a row, or too many of the last hundred requests failed.
 */
export class CircuitBreaker {
  readonly #onOpen: (reason: StopReason) => void;
  readonly #connections: number;
  readonly #limits: BreakerLimits;
  /** The last hundred settled requests, in a ring. */
  readonly #window: Observation[] = [];
  #oldest = 0;
  #failedInWindow = 0;
  #reason: StopReason | null = null;
  #connectFailuresInRow = 0;
  #localFailures = 0;
  #everConnected = false;
  #everOk = false;
  #streak: { status: number; command: Command; length: number } | null = null;

  /**
   * @param connections how many connections are made beforehand: at the very start three failures of each are enough.
   */
  constructor(connections: number, limits: BreakerLimits, onOpen: (reason: StopReason) => void) {
    this.#connections = connections;
    this.#limits = limits;
    this.#onOpen = onOpen;
  }

  get isOpen(): boolean {
    return this.#reason !== null;
  }

  connected(): void {
    this.#everConnected = true;
    this.#connectFailuresInRow = 0;
    this.#localFailures = 0;
  }

  connectFailed(failure: TransportFailure): void {
    if (failure.kind === 'tls') {
      this.#open(
        'tls-not-verified',
        `No verified TLS connection could be made (${failure.message}); nothing was sent.`,
      );
      return;
    }
    if (failure.kind === 'local') {
      this.#localFailures += 1;
      if (this.#localFailures < LOCAL_FAILURES) return;
      this.#open(
        'generator-saturated',
        `This machine has no port or file left for another connection (${failure.message}): keep connections open, use fewer, or send from more machines.`,
      );
      return;
    }
    this.#connectFailuresInRow += 1;
    const { connectFailures } = this.#limits;
    const ofEach = this.#connections * FIRST_CONNECT_FAILURES_PER_CONNECTION;
    const most = this.#everConnected ? connectFailures : Math.min(connectFailures, ofEach);
    if (this.#connectFailuresInRow < most) return;
    const ever = this.#everConnected ? 'in a row' : 'and none ever succeeded';
    this.#open(
      failure.kind === 'proxy' ? 'proxy-failed' : 'environment-down',
      `${this.#connectFailuresInRow} attempts to connect failed ${ever} (${failure.message}).`,
    );
  }

  settled(observation: Observation): void {
    if (observation.fate === 'ok') this.#everOk = true;
    this.#watchStreak(observation);
    const leaving = this.#window[this.#oldest];
    if (leaving !== undefined && hasFailed(leaving)) this.#failedInWindow -= 1;
    if (hasFailed(observation)) this.#failedInWindow += 1;
    this.#window[this.#oldest] = observation;
    this.#oldest = (this.#oldest + 1) % WINDOW;
    if (this.#failedInWindow > WINDOW * this.#limits.failureShare)
      this.#openOver(this.#window.filter(hasFailed));
  }

  #watchStreak({ status, command }: Observation): void {
    if (status === null) return;
    if (this.#streak?.status === status && this.#streak.command === command) this.#streak.length += 1;
    else this.#streak = { status, command, length: 1 };
    const { length } = this.#streak;
    if (status === 401 || status === 403) {
      this.#open('key-refused', `The key was refused with ${status} at ${command}.`);
    }
    if (length >= STREAK && command === 'start' && (status === 404 || status === 405)) {
      this.#open(
        'operation-not-deployed',
        `start was answered with ${status} ${length} times in a row: the operation, or the workflow, is not there.`,
      );
    }
    if (
      length >= INPUT_REFUSALS &&
      command === 'start' &&
      (status === 400 || status === 422) &&
      !this.#everOk
    ) {
      this.#open(
        'run-input-refused',
        `Each of the first ${length} starts was refused with ${status}: the workflow does not take this run input.`,
      );
    }
  }

  #openOver(failed: readonly Observation[]): void {
    const count = `${failed.length} of the last ${this.#window.length} requests failed`;
    const most = (is: (observation: Observation) => boolean): boolean =>
      failed.filter(is).length > failed.length / 2;
    if (most(({ status }) => status === 429))
      this.#open('throttled', `${count}, most of them with 429: the environment is throttling.`);
    else if (most(({ status }) => status !== null && ENVIRONMENT.includes(status))) {
      this.#open(
        'environment-down',
        `${count}, most of them with 502, 503 or 504: something in front of the API is not well.`,
      );
    } else if (most(({ status, fate }) => fate === 'invalid' || (status !== null && status >= 500))) {
      this.#stop({
        inconclusive: null,
        message: `Stopped early: ${count}, most of them with a 5xx or an invalid response of the API.`,
      });
    } else this.#open('circuit-broken', `${count}, so the load was stopped.`);
  }

  #open(cause: Inconclusive['cause'], message: string): void {
    this.#stop({ inconclusive: { cause, sentence: message }, message: `Stopped early: ${message}` });
  }

  #stop(reason: StopReason): void {
    if (this.#reason !== null) return;
    this.#reason = reason;
    this.#onOpen(reason);
  }
}

function hasFailed({ fate }: Observation): boolean {
  return fate !== 'ok' && fate !== 'unfinished';
}
