import type { CallResult } from '../../api/exchange.ts';
import type { Command } from '../../openapi/registry.ts';
import { openApiClient, type ApiClient } from '../../target/send.ts';
import { pauseAskedMs } from './check-response.ts';
import { noteRun, noteTokens, requestFor, reserveRun, type ScenarioContext } from './field.ts';
import { sleepUntil } from './paced.ts';

const REPEATS_AFTER_429 = 2;
const WAIT_MS_MAX = 60_000;
const CONNECT_KINDS: readonly string[] = ['refused', 'dns', 'network', 'tls', 'local', 'proxy'];
const NOT_IN_THAT_STATE: readonly number[] = [404, 409, 410];
const NOT_THERE: readonly number[] = [502, 503, 504];

/** How an attempt to stop a run ended. */
export type StopOutcome = 'stopped' | 'completed' | 'refused' | 'unanswered';

/** What a command to a run came to. */
export interface Obeyed {
  /** Null when it was not answered. */
  readonly status: number | null;
  /** True when the run was seen to have ended by itself. */
  readonly hasEnded: boolean;
}

/** What a start came to. */
export interface Started extends Obeyed {
  /** Null when no run was started. */
  readonly runId: string | null;
}

/** The requests beside the load, which are not measured: they prepare runs, pause them again and stop them. */
export class SetupClient {
  readonly #field: ScenarioContext;
  readonly #client: ApiClient;

  constructor(field: ScenarioContext) {
    this.#field = field;
    this.#client = openApiClient(field.target);
  }

  /** Starts a run within the budget. */
  async start(): Promise<Started> {
    if (!reserveRun(this.#field)) return { runId: null, status: null, hasEnded: false };
    const { response: response } = await this.#ask('start', null);
    if (response === null) return { runId: null, status: null, hasEnded: false };
    const judgement = this.#field.judge.judgeAnswer({ command: 'start', runId: null }, response, true);
    noteRun(this.#field, 'start', null, response.status, judgement);
    return { runId: judgement.runId, status: response.status, hasEnded: judgement.hasEnded };
  }

  /** Gives a command to a run. */
  async command(command: Exclude<Command, 'start' | 'stop'>, runId: string): Promise<Obeyed> {
    const { response: response } = await this.#ask(command, runId);
    if (response === null) return { status: null, hasEnded: false };
    const judgement = this.#field.judge.judgeAnswer({ command, runId }, response, false);
    noteRun(this.#field, command, runId, response.status, judgement);
    return { status: response.status, hasEnded: judgement.hasEnded };
  }

  /** Stops a run and notes how it ended. A response that the run has already ended, or is gone, is as good. */
  async stop(runId: string): Promise<StopOutcome> {
    const { response: response } = await this.#ask('stop', runId);
    if (response === null || NOT_THERE.includes(response.status)) return 'unanswered';
    const { status } = response;
    noteTokens(this.#field, runId, response);
    noteRun(this.#field, 'stop', runId, status, { runId, hasEnded: true });
    if (status >= 200 && status < 300) return 'stopped';
    if (!NOT_IN_THAT_STATE.includes(status)) return 'refused';
    this.#field.runs.ended(runId, 'completed');
    this.#field.live.delete(runId);
    return 'completed';
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #isInterrupted(): boolean {
    return this.#field.halt.trip?.inconclusive?.cause === 'interrupted';
  }

  /** Sends once; again, at most twice, only after a 429, which did nothing; Ctrl-C ends the wait for that. */
  async #ask(command: Command, runId: string | null): Promise<CallResult> {
    for (let repeats = 0; ; repeats += 1) {
      this.#field.requests.count();
      const asked = await this.#client.send(requestFor(this.#field, command, runId));
      this.#tellBreaker(command, asked);
      const waitMs =
        asked.response?.status === 429 ? (pauseAskedMs(asked.response, Date.now()) ?? 1000) : null;
      if (waitMs === null || waitMs > WAIT_MS_MAX || repeats === REPEATS_AFTER_429) return asked;
      const wasInterrupted = this.#isInterrupted();
      await sleepUntil(performance.now() + waitMs, () => !wasInterrupted && this.#isInterrupted());
      if (!wasInterrupted && this.#isInterrupted()) return asked;
    }
  }

  #tellBreaker(command: Command, { response: response, evidence }: CallResult): void {
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
    if (response === null || NOT_IN_THAT_STATE.includes(response.status)) return;
    breaker.settled({
      command,
      fate: response.status === 200 ? 'ok' : 'http_error',
      status: response.status,
    });
  }
}
