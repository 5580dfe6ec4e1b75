import type { PoolFacts } from '../metrics/scenario-record.ts';
import type { Command } from '../../openapi/registry.ts';
import type { Inconclusive } from '../../result/exchange.ts';
import type { StopSignal } from './context.ts';
import { paced, type Spread } from '../../target/sweep.ts';
import { type CommandResult, type SetupClient } from './setup-client.ts';
import { type PoolSize, type RunSetup, restoringCommand, type RunState } from '../scenario/run-setup.ts';

const REFUSED_BY_STATE: readonly (number | null)[] = [404, 409, 410, 422];
const ENVIRONMENT: readonly (number | null)[] = [502, 503, 504];

/** What one preparation came to: the command that was answered last. */
interface Prepared extends CommandResult {
  readonly command: Command;
}

/**
 * Runs that were brought into the state which a command needs, before the load. Each is used by one pass at a time;
 * afterwards it is brought back into that state, beside the load and not measured. A run that has ended by itself, or
 * can't be brought back, may be replaced, a few times. A run that is used up is replaced as long as there is need.
 */
export class RunPool {
  readonly #command: Exclude<Command, 'start'>;
  readonly #setup: RunSetup;
  readonly #setupClient: SetupClient;
  readonly #stopSignal: StopSignal;
  readonly #available: () => void;
  readonly #ready: string[] = [];
  #out = 0;
  #replacements = 0;
  #refills = 0;
  #retired = 0;
  #wasExhausted = false;

  /** @param available called when a run has become available. */
  constructor(
    command: Exclude<Command, 'start'>,
    setup: RunSetup,
    setupClient: SetupClient,
    stopSignal: StopSignal,
    available: () => void,
  ) {
    this.#command = command;
    this.#setup = setup;
    this.#setupClient = setupClient;
    this.#stopSignal = stopSignal;
    this.#available = available;
  }

  /** What its runs are in when they are taken. */
  get state(): RunState {
    return this.#setup.needs;
  }

  /** Prepares that many runs, spread out; stops the scenario when not one could be prepared. */
  async prepare(size: PoolSize, spread: Spread): Promise<void> {
    this.#replacements = size.replacements;
    this.#refills = size.refills;
    const all: Prepared[] = [];
    await paced(
      Array.from({ length: size.runs }),
      spread,
      () => this.#stopSignal.reason !== null,
      async () => {
        all.push(await this.#addOne());
      },
    );
    if (this.#ready.length > 0 || size.runs === 0) return;
    const message = `No run could be prepared for ${this.#command}: ${describe(all)}.`;
    const cause = causeOf(all);
    this.#stopSignal.stop({ inconclusive: cause === 'api' ? null : { cause, sentence: message }, message });
  }

  /** A prepared run that nobody uses, or null. */
  take(): string | null {
    const runId = this.#ready.shift() ?? null;
    if (runId === null) this.#wasExhausted = true;
    else this.#out += 1;
    return runId;
  }

  /** Brings a run back after its use. @param state what the use has left it in. */
  giveBack(runId: string, state: RunState): void {
    const way = restoringCommand(state, this.#setup.needs);
    if (way === null) this.#ready.push(runId);
    if (way === null || this.#stopSignal.reason !== null) {
      this.#out -= 1;
      if (way === null) this.#available();
      return;
    }
    void this.#restore(runId, way);
  }

  /** True when no run is ready and none will come back. */
  get isExhausted(): boolean {
    return this.#ready.length === 0 && this.#out === 0;
  }

  facts(): PoolFacts {
    return { command: this.#command, retired: this.#retired, wasExhausted: this.#wasExhausted };
  }

  /** Resolves when no run is being brought back any more. */
  async settled(): Promise<void> {
    while (this.#out > 0 && this.#stopSignal.reason === null)
      await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async #restore(runId: string, way: 'pause' | 'resume' | 'start'): Promise<void> {
    const isUsedUp = this.#setup.restore === 'start';
    if (way === 'start') await (isUsedUp ? this.#refill() : this.#replace());
    else if (isIn(await this.#setupClient.command(way, runId))) this.#ready.push(runId);
    else await this.#replace();
    this.#out -= 1;
    if (this.isExhausted && !isUsedUp) this.#giveUp();
    this.#available();
  }

  async #replace(): Promise<void> {
    this.#retired += 1;
    if (this.#replacements === 0) return;
    this.#replacements -= 1;
    await this.#addOne();
  }

  /** Starts runs until one is ready or no more are needed. */
  async #refill(): Promise<void> {
    const before = this.#ready.length;
    while (this.#refills > 0 && this.#ready.length <= before && this.#stopSignal.reason === null) {
      this.#refills -= 1;
      await this.#addOne();
    }
  }

  /** Starts one run and brings it into the state that is needed. */
  async #addOne(): Promise<Prepared> {
    const started = await this.#setupClient.start();
    const { runId } = started;
    const { after } = this.#setup;
    if (runId === null || started.hasEnded) return { ...started, command: 'start' };
    const result = after === null ? started : await this.#setupClient.command(after, runId);
    if (isIn(result)) this.#ready.push(runId);
    return { ...result, command: after ?? 'start' };
  }

  #giveUp(): void {
    const message = `Every prepared run had ended by itself, so no further ${this.#command} could be sent.`;
    this.#stopSignal.stop({ inconclusive: { cause: 'runs-ended', sentence: message }, message });
  }
}

function isIn({ status, hasEnded }: CommandResult): boolean {
  return status === 200 && !hasEnded;
}

/** What kept runs from being prepared: the most frequent of what the preparations came to. */
function describe(all: readonly Prepared[]): string {
  const ended = all.filter(({ hasEnded }) => hasEnded).length;
  if (ended * 2 > all.length)
    return `${ended} of ${all.length} runs that were started had ended by themselves at once`;
  const last = all.findLast(({ status }) => status !== null) ?? all.at(-1);
  if (last === undefined) return 'no run was started';
  const same = all.filter(({ command, status }) => command === last.command && status === last.status);
  const how = last.status === null ? 'were not answered' : `were answered with ${last.status}`;
  return `${same.length} of ${all.length} attempts to ${last.command} one ${how}`;
}

function causeOf(all: readonly Prepared[]): Inconclusive['cause'] | 'api' {
  const most = (is: (one: Prepared) => boolean): boolean => all.filter(is).length * 2 > all.length;
  if (
    most(
      ({ hasEnded, command, status }) =>
        hasEnded || (command !== 'start' && REFUSED_BY_STATE.includes(status)),
    )
  )
    return 'runs-ended';
  if (most(({ status }) => status === 429)) return 'throttled';
  if (most(({ status }) => status === null || ENVIRONMENT.includes(status))) return 'environment-down';
  return most(({ status }) => status !== null && status >= 500) ? 'api' : 'runs-not-ready';
}
