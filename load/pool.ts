import type { Halt } from './halt.ts';
import { paced, type Spread } from './paced.ts';
import type { PoolSize } from './plan.ts';
import type { Side } from './side.ts';

/**
 * Runs that were started and paused beforehand, for a scenario that resumes them. Each is used by one request at a
 * time; afterwards it is paused again, beside the load and not measured, and comes back. A run that can't be paused
 * again has ended; a few such may be replaced.
 */
export class PausedRuns {
  readonly #side: Side;
  readonly #halt: Halt;
  readonly #available: () => void;
  readonly #ready: string[] = [];
  #out = 0;
  #spares = 0;
  #retired = 0;
  #wasDry = false;

  /** @param available called when a run has become available. */
  constructor(side: Side, halt: Halt, available: () => void) {
    this.#side = side;
    this.#halt = halt;
    this.#available = available;
  }

  /** Starts and pauses that many runs, spread out; halts the scenario when not one could be prepared. */
  async prepare(size: PoolSize, spread: Spread): Promise<void> {
    this.#spares = size.spares;
    const statuses: (number | null)[] = [];
    await paced(
      Array.from({ length: size.runs }),
      spread,
      () => this.#halt.trip !== null,
      async () => {
        statuses.push(await this.#addOne());
      },
    );
    if (this.#ready.length > 0) return;
    const last = statuses.findLast((status) => status !== null);
    const answered = last === undefined ? 'was not answered' : `was answered with ${last}`;
    this.#giveUp(`No paused run could be prepared to be resumed: the last pause ${answered}.`);
  }

  /** A paused run that nobody uses, or null. */
  take(): string | null {
    const runId = this.#ready.shift() ?? null;
    if (runId === null) this.#wasDry = true;
    else this.#out += 1;
    return runId;
  }

  /** Pauses a run again after its use. */
  giveBack(runId: string): void {
    if (this.#halt.trip !== null) {
      this.#out -= 1;
      return;
    }
    void this.#pauseAgain(runId);
  }

  /** True when no run is ready and none will come back. */
  get isDry(): boolean {
    return this.#ready.length === 0 && this.#out === 0;
  }

  /** True when a resume has had to wait for a run. */
  get wasDry(): boolean {
    return this.#wasDry;
  }

  /** Sentences about what the reader of the step must know. */
  notes(): readonly string[] {
    return [
      ...(this.#retired === 0
        ? []
        : [`${this.#retired} prepared runs could not be paused again after a resume and were left out.`]),
      ...(!this.#wasDry
        ? []
        : ['At times no paused run was ready, so resumes waited for one; that wait is in the latency.']),
    ];
  }

  /** Resolves when no pause is under way any more. */
  async settled(): Promise<void> {
    while (this.#out > 0 && this.#halt.trip === null) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async #pauseAgain(runId: string): Promise<void> {
    if ((await this.#side.pause(runId)) === 200) {
      this.#ready.push(runId);
    } else {
      this.#retired += 1;
      if (this.#spares > 0) {
        this.#spares -= 1;
        await this.#addOne();
      }
    }
    this.#out -= 1;
    if (this.isDry)
      this.#giveUp('Every prepared run had ended by itself, so no further resume could be sent.');
    this.#available();
  }

  /** Starts and pauses one run; the status of the pause, or null when it did not come to that. */
  async #addOne(): Promise<number | null> {
    const runId = await this.#side.start();
    if (runId === null) return null;
    const status = await this.#side.pause(runId);
    if (status === 200) this.#ready.push(runId);
    return status;
  }

  #giveUp(sentence: string): void {
    this.#halt.stop({ inconclusive: { cause: 'too-few-samples', sentence }, sentence });
  }
}
