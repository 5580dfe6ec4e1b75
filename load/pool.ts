import type { Command } from '../openapi/registry.ts';
import type { Halt } from './halt.ts';
import { paced, type Spread } from './paced.ts';
import { RECIPES, type PoolSize, type Recipe } from './recipe.ts';
import type { Side } from './side.ts';

/** What the reader of a step must know about the prepared runs of its command. */
export interface PoolFacts {
  readonly command: Exclude<Command, 'start'>;
  /** Runs that could not be used again. */
  readonly retired: number;
  /** True when a request has had to wait for a run. */
  readonly wasDry: boolean;
}

const GONE: readonly (number | null)[] = [404, 409, 410];

/**
 * Runs that were brought into the state which a command needs, before the load. Each is used by one request at a
 * time; afterwards it is brought back into that state, beside the load and not measured. A run that can't be brought
 * back has ended; a few such may be replaced. A run that is used up is replaced as long as there is need.
 */
export class RunPool {
  readonly #command: Exclude<Command, 'start'>;
  readonly #recipe: Recipe;
  readonly #side: Side;
  readonly #halt: Halt;
  readonly #available: () => void;
  readonly #ready: string[] = [];
  #out = 0;
  #spares = 0;
  #refills = 0;
  #retired = 0;
  #wasDry = false;

  /** @param available called when a run has become available. */
  constructor(command: Exclude<Command, 'start'>, side: Side, halt: Halt, available: () => void) {
    this.#command = command;
    this.#recipe = RECIPES[command];
    this.#side = side;
    this.#halt = halt;
    this.#available = available;
  }

  /** Prepares that many runs, spread out; halts the scenario when not one could be prepared. */
  async prepare(size: PoolSize, spread: Spread): Promise<void> {
    this.#spares = size.spares;
    this.#refills = size.refills;
    const statuses: (number | null)[] = [];
    await paced(
      Array.from({ length: size.runs }),
      spread,
      () => this.#halt.trip !== null,
      async () => {
        statuses.push(await this.#addOne());
      },
    );
    if (this.#ready.length > 0 || size.runs === 0) return;
    const last = statuses.findLast((status) => status !== null);
    const answered = last === undefined ? 'was not answered' : `was answered with ${last}`;
    this.#giveUp(
      `No run could be prepared for ${this.#command}: the last ${this.#recipe.after ?? 'start'} ${answered}.`,
    );
  }

  /** A prepared run that nobody uses, or null. */
  take(): string | null {
    const runId = this.#ready.shift() ?? null;
    if (runId === null) this.#wasDry = true;
    else this.#out += 1;
    return runId;
  }

  /** Brings a run back after its use. @param status what the use was answered with; null when it was not. */
  giveBack(runId: string, status: number | null): void {
    const needsNothing = this.#recipe.restore === null && !GONE.includes(status);
    if (needsNothing) this.#ready.push(runId);
    if (needsNothing || this.#halt.trip !== null) {
      this.#out -= 1;
      if (needsNothing) this.#available();
      return;
    }
    void this.#restore(runId, status);
  }

  /** True when no run is ready and none will come back. */
  get isDry(): boolean {
    return this.#ready.length === 0 && this.#out === 0;
  }

  facts(): PoolFacts {
    return { command: this.#command, retired: this.#retired, wasDry: this.#wasDry };
  }

  /** Resolves when no run is being brought back any more. */
  async settled(): Promise<void> {
    while (this.#out > 0 && this.#halt.trip === null) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async #restore(runId: string, status: number | null): Promise<void> {
    const { restore } = this.#recipe;
    if (restore === 'start') await this.#refill();
    else if (await this.#isReadyAgain(runId, restore, status)) this.#ready.push(runId);
    else await this.#replace();
    this.#out -= 1;
    if (this.isDry && restore !== 'start')
      this.#giveUp(`Every prepared run had ended by itself, so no further ${this.#command} could be sent.`);
    this.#available();
  }

  async #isReadyAgain(
    runId: string,
    restore: Exclude<Recipe['restore'], 'start'>,
    status: number | null,
  ): Promise<boolean> {
    if (restore === null) return !GONE.includes(status);
    return (await this.#side.command(restore, runId)) === 200;
  }

  async #replace(): Promise<void> {
    this.#retired += 1;
    if (this.#spares === 0) return;
    this.#spares -= 1;
    await this.#addOne();
  }

  /** Starts runs until one is ready or no more are needed. */
  async #refill(): Promise<void> {
    const before = this.#ready.length;
    while (this.#refills > 0 && this.#ready.length <= before && this.#halt.trip === null) {
      this.#refills -= 1;
      await this.#addOne();
    }
  }

  /** Starts one run and brings it into the state; the status that this came to, or null for no answer. */
  async #addOne(): Promise<number | null> {
    const runId = await this.#side.start();
    if (runId === null) return null;
    const { after } = this.#recipe;
    const status = after === null ? 200 : await this.#side.command(after, runId);
    if (status === 200) this.#ready.push(runId);
    return status;
  }

  #giveUp(sentence: string): void {
    this.#halt.stop({ inconclusive: { cause: 'too-few-samples', sentence }, sentence });
  }
}
