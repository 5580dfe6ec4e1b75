import type { Asked } from '../contract/exchange.ts';
import type { Command } from '../openapi/registry.ts';
import { openDoor, type Door } from '../target/send.ts';
import { retryAfterMs } from './answer.ts';
import { noteRun, noteTokens, requestFor, reserveRun, type Field } from './field.ts';
import { sleepUntil } from './paced.ts';

const REPEATS_AFTER_429 = 2;
const WAIT_MS_MAX = 60_000;
const CONNECT_KINDS: readonly string[] = ['refused', 'dns', 'network', 'tls'];
const NOT_IN_THAT_STATE: readonly number[] = [404, 409, 410];

/** How an attempt to stop a run ended. */
export type StopOutcome = 'stopped' | 'completed' | 'refused' | 'unanswered';

/** The requests beside the load, which are not measured: they prepare runs, pause them again and stop them. */
export class Side {
  readonly #field: Field;
  readonly #door: Door;

  constructor(field: Field) {
    this.#field = field;
    this.#door = openDoor(field.target);
  }

  /** Starts a run within the budget; null when none was started. */
  async start(): Promise<string | null> {
    if (!reserveRun(this.#field)) return null;
    const asked = await this.#ask('start', null);
    if (asked.answer === null) return null;
    const { runId } = this.#field.judge.judgeAnswer({ command: 'start', runId: null }, asked.answer, true);
    noteRun(this.#field, 'start', null, asked.answer.status, runId);
    return runId;
  }

  /** Gives a command to a run; the status of the answer, or null when there was none. */
  async command(command: Command, runId: string): Promise<number | null> {
    const asked = await this.#ask(command, runId);
    return asked.answer?.status ?? null;
  }

  /** Stops a run and notes how it ended. An answer that the run has already ended, or is gone, is as good. */
  async stop(runId: string): Promise<StopOutcome> {
    const { answer } = await this.#ask('stop', runId);
    if (answer === null) return 'unanswered';
    const { status } = answer;
    noteTokens(this.#field, runId, answer);
    noteRun(this.#field, 'stop', runId, status, runId);
    if (status >= 200 && status < 300) return 'stopped';
    if (!NOT_IN_THAT_STATE.includes(status)) return 'refused';
    this.#field.runs.ended(runId, 'completed');
    this.#field.live.delete(runId);
    return 'completed';
  }

  close(): Promise<void> {
    return this.#door.close();
  }

  #isInterrupted(): boolean {
    return this.#field.halt.trip?.inconclusive?.cause === 'interrupted';
  }

  /** Sends once; again, at most twice, only after a 429, which did nothing; Ctrl-C ends the wait for that. */
  async #ask(command: Command, runId: string | null): Promise<Asked> {
    for (let repeats = 0; ; repeats += 1) {
      this.#field.requests.count();
      const asked = await this.#door.send(requestFor(this.#field, command, runId));
      this.#tellBreaker(command, asked);
      const waitMs = asked.answer?.status === 429 ? (retryAfterMs(asked.answer, Date.now()) ?? 1000) : null;
      if (waitMs === null || waitMs > WAIT_MS_MAX || repeats === REPEATS_AFTER_429) return asked;
      const wasInterrupted = this.#isInterrupted();
      await sleepUntil(performance.now() + waitMs, () => !wasInterrupted && this.#isInterrupted());
      if (!wasInterrupted && this.#isInterrupted()) return asked;
    }
  }

  #tellBreaker(command: Command, { answer, evidence }: Asked): void {
    const { breaker } = this.#field;
    if (evidence.failure !== null) {
      if (CONNECT_KINDS.includes(evidence.failure.kind)) breaker.connectFailed(evidence.failure);
      else
        breaker.settled({
          command,
          fate: evidence.failure.kind === 'timeout' ? 'timeout' : 'transport_error',
          status: null,
        });
      return;
    }
    breaker.connected();
    if (answer === null || NOT_IN_THAT_STATE.includes(answer.status)) return;
    breaker.settled({ command, fate: answer.status === 200 ? 'ok' : 'http_error', status: answer.status });
  }
}
