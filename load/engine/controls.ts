import type { WireRequest } from '../../api/exchange.ts';
import { postText } from '../../api/request.ts';
import type { Operation } from '../../openapi/registry.ts';
import type { Target } from '../../target/target.ts';
import { openAttack, type Attack } from '../attack/attack.ts';
import type { RequestOutcome } from '../attack/in-flight.ts';
import { CONTROL_KINDS, ControlStats, type ControlKind } from '../metrics/control-stats.ts';
import { CONTROL_CONNECTIONS, PAID_PER_CONTROL } from '../scenario/plan.ts';
import { requestsOf, type Scenario } from '../scenario/scenario.ts';
import type { RequestBudget } from './context.ts';
import { Dispatcher, type Work } from './dispatcher.ts';

const DRAIN_MS = 2000;
const DELAY_MS_MAX = 1000;
/** A schema that is longer than this is no free call. */
const SCHEMA_BYTES_MAX = 64 * 1024;
/** What the kinds of calls take turns in; half of them go as far as any free call can. */
const TURNS: readonly ControlKind[] = ['invalid body', 'refused method', 'invalid body', 'live schema'];
const SWITCH_OFF = 'Leave HARNESS_CONTROLS out for this target.';

/** Which control calls may still be sent by this process: what one scenario learns of the target counts for the next. */
export class ControlPolicy {
  readonly #dropped = new Set<ControlKind>();

  get kinds(): readonly ControlKind[] {
    return CONTROL_KINDS.filter((kind) => !this.#dropped.has(kind));
  }

  isAllowed(kind: ControlKind): boolean {
    return !this.#dropped.has(kind);
  }

  drop(kind: ControlKind): void {
    this.#dropped.add(kind);
  }

  dropAll(): void {
    for (const kind of CONTROL_KINDS) this.#dropped.add(kind);
  }
}

/** What control calls are sent with. */
interface Sending {
  readonly operation: Operation;
  readonly target: Target;
  readonly requests: RequestBudget;
  readonly scenario: Scenario;
  /** Most arrivals a second; null where the responses decide. */
  readonly peakPerSecond: number | null;
}

/**
 * Sends free calls with the right key among the paid ones, over connections of their own: each follows a tenth paid request
 * by half of the gap between two. What they come to is in a ledger of their own; neither the breaker nor a threshold hears of it.
 */
export class ControlSender {
  readonly stats = new ControlStats();
  readonly #attack: Attack;
  readonly #dispatcher: Dispatcher;
  readonly #policy: ControlPolicy;
  readonly #requests: RequestBudget;
  readonly #requestOf: Readonly<Record<ControlKind, WireRequest>>;
  /** Most arrivals a second, control calls among them; null for no cap. */
  readonly #rateCap: number | null;
  readonly #paidPerArrival: number;
  readonly #peakPerSecond: number | null;
  readonly #timers = new Set<NodeJS.Timeout>();
  #measuredFromMs = Infinity;
  #paid = 0;
  #sinceMs = 0;
  #turn = 0;
  #isEnded = false;

  constructor({ operation, target, requests, scenario, peakPerSecond }: Sending, policy: ControlPolicy) {
    this.#policy = policy;
    this.#requests = requests;
    this.#requestOf = callsOf(operation);
    this.#rateCap = target.loadCaps.ratePerSecond;
    this.#paidPerArrival = requestsOf(scenario);
    this.#peakPerSecond = peakPerSecond;
    const connections = { ceiling: CONTROL_CONNECTIONS, initial: 1, keepsAlive: true };
    this.#attack = openAttack(
      target,
      operation.path,
      { ...connections, timeoutMs: target.timeoutMs },
      {
        free: (lagMs) => {
          this.#dispatcher.pump(lagMs);
        },
        connected: () => undefined,
        connectFailed: () => undefined, // the paid requests tell that, and are judged by it
      },
    );
    this.#dispatcher = new Dispatcher(this.#attack, target.timeoutMs);
  }

  /** Resolves when the first connection has been made, or could not be. */
  get ready(): Promise<void> {
    return this.#attack.ready;
  }

  /** Calls are sent from this time of the process clock on: not in the warm-up. */
  begin(measuredFromMs: number): void {
    this.#measuredFromMs = measuredFromMs;
    this.#sinceMs = measuredFromMs;
  }

  /** A paid request was sent; each tenth is followed by a control call. */
  paidSent(intendedMs: number, sentMs: number): void {
    if (this.#isEnded || intendedMs < this.#measuredFromMs || this.#policy.kinds.length === 0) return;
    this.#paid += 1;
    if (this.#paid % PAID_PER_CONTROL !== 0) return;
    const gapMs = Math.max(0, sentMs - this.#sinceMs) / PAID_PER_CONTROL;
    this.#sinceMs = sentMs;
    if (!this.#fitsRateCap(gapMs)) {
      this.stats.note('Some control calls were not sent, because HARNESS_MAX_RATE has no room for them.');
      return;
    }
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        this.#submit();
      },
      Math.min(DELAY_MS_MAX, gapMs / 2),
    );
    timer.unref();
    this.#timers.add(timer);
  }

  /** A cap on the rate holds for all that is sent; the paid requests come first. */
  #fitsRateCap(gapMs: number): boolean {
    const arrivals = this.#peakPerSecond ?? 1000 / (gapMs * this.#paidPerArrival);
    const together = arrivals * (1 + this.#paidPerArrival / PAID_PER_CONTROL);
    return this.#rateCap === null || together <= this.#rateCap;
  }

  /** A paid request was throttled: free calls would only add to that. */
  standAside(): void {
    if (this.#policy.kinds.length === 0) return;
    this.#stop(
      'Control calls were stopped, because the target throttled requests under load and free calls may count against the same limit.',
    );
  }

  /** Sends nothing more, and waits a moment for what is under way. */
  async end(): Promise<void> {
    this.#isEnded = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    await Promise.race([
      this.#dispatcher.idle(),
      new Promise((resolve) => setTimeout(resolve, DRAIN_MS).unref()),
    ]);
    await this.close();
  }

  async close(): Promise<void> {
    this.#isEnded = true;
    this.#dispatcher.close();
    this.#attack.abandon();
    await this.#attack.close();
  }

  #submit(): void {
    const kind = this.#nextKind();
    if (this.#isEnded || kind === null) return;
    this.stats.due(kind);
    this.#dispatcher.submit(this.#workOf(kind, performance.now()));
  }

  /** The next kind in its turn; the turn of one that is not sent any more goes to another. */
  #nextKind(): ControlKind | null {
    const turn = TURNS[this.#turn % TURNS.length];
    this.#turn += 1;
    if (turn !== undefined && this.#policy.isAllowed(turn)) return turn;
    return this.#policy.kinds[0] ?? null;
  }

  #workOf(kind: ControlKind, intendedMs: number): Work {
    return {
      intendedMs,
      prepare: () => {
        if (this.#isEnded || !this.#policy.isAllowed(kind)) return 'never';
        if (this.#requests.takeSpare()) return this.#requestOf[kind];
        this.stats.note(
          'Some control calls were not sent, because HARNESS_MAX_REQUESTS has no room for them.',
        );
        return 'never';
      },
      sent: () => {
        this.stats.sent(kind);
      },
      shed: () => undefined,
      settled: (outcome) => {
        this.#settled(kind, outcome);
      },
    };
  }

  #settled(kind: ControlKind, { end, sentMs, endedMs }: RequestOutcome): void {
    if (end.kind !== 'answered') {
      this.stats.failed(kind);
      return;
    }
    const { status, body } = end;
    const why = whyNoMore(kind, status, body.length);
    const isMeasured = kind === 'live schema' ? status === 200 : status >= 400 && status < 500;
    this.stats.responded(kind, status, why === null && isMeasured ? endedMs - sentMs : null);
    if (status === 429) {
      this.#stop(
        `Control calls were stopped, because the target answered one with 429: refused calls count against its rate limit. ${SWITCH_OFF}`,
      );
      return;
    }
    if (why === null) return;
    this.#policy.drop(kind);
    this.stats.note(why);
  }

  #stop(message: string): void {
    this.#policy.dropAll();
    this.stats.note(message);
  }
}

/** Why a kind of call is not sent again after this response; null where it may be. None of it is held against the API. */
function whyNoMore(kind: ControlKind, status: number, bytes: number): string | null {
  const no = `No more control calls with ${article(kind)}`;
  if (kind === 'live schema') {
    if (status !== 200) return 'The target serves no schema of itself, so no control call reads one.';
    return bytes > SCHEMA_BYTES_MAX ? `${no}: it has ${bytes} bytes, too many for a free call.` : null;
  }
  if (status < 300 && status >= 200)
    return `${no}: the target accepted one (${status}). What that means is a matter of the contract tests.`;
  if (status === 401 || status === 403)
    return `${no}: the target, or a firewall before it, answered ${status} to the right key, and may lock it out.`;
  if (status === 500) return `${no}: the target failed on it (500), which is a matter of the contract tests.`;
  return null;
}

function article(kind: ControlKind): string {
  return kind === 'invalid body'
    ? 'an invalid body'
    : kind === 'refused method'
      ? 'a refused method'
      : 'a schema';
}

/**
 * Requests that start nothing, whatever is checked of them: a stop of a run whose id has 23 of 24 characters is refused where
 * bodies are validated, and addresses nobody where they are not.
 */
function callsOf(operation: Operation): Readonly<Record<ControlKind, WireRequest>> {
  const credential = { kind: 'valid' } as const;
  const stop = JSON.stringify({ command: 'stop', workflow_run_id: '0'.repeat(23) });
  return {
    'invalid body': postText(operation, stop),
    'refused method': { method: 'PUT', path: operation.path, credential, headers: [], body: null },
    'live schema': { method: 'GET', path: `${operation.path}/schema`, credential, headers: [], body: null },
  };
}
