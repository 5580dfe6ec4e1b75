import type { Inconclusive } from '../result/exchange.ts';
import type { LiveBlock, LiveBlocks, LivePair, Side } from '../result/live-blocks.ts';
import { VersionHeaders, type HeaderCounts } from '../result/version-headers.ts';
import type { RateStage } from './arrivals/rate-profile.ts';
import { RequestBudget, type LoadContext } from './engine/context.ts';
import { ControlPolicy } from './engine/controls.ts';
import { runScenario } from './engine/run-scenario.ts';
import type { StartBarrier } from './engine/start-barrier.ts';
import { reportScenario } from './judge/scenario-report.ts';
import { GeneratorWatch } from './metrics/generator-health.ts';
import type { ScenarioRecord, StopReason } from './metrics/scenario-record.ts';
import type { ScenarioPlan } from './scenario/plan.ts';

/** The load of one block, the same for both deployments, and how many there are. */
export interface LivePlan {
  readonly block: ScenarioPlan;
  readonly ratePerSecond: number;
  /** Pairs of A against A, before those of A against B. */
  readonly noisePairs: number;
  readonly pairs: number;
  /** Most requests under load to both together; null for no cap. */
  readonly requestsCap: number | null;
}

/** In which time nothing is sent, so that the responses to one block do not fall into the next. */
const GAP_MS = 200;
const LEAD_MS = 20;
const PROGRESS_MS = 5000;

/** Whom each block asks, in the order of time, and which pair it is of; without one it is to warm up. */
interface Turn {
  readonly side: Side;
  readonly pair: { readonly of: 'noise' | 'pairs'; readonly index: number; readonly as: 'a' | 'b' } | null;
}

/** A B B A: what goes on drifting adds to both sides alike. Before either part each side gets one block that nobody counts. */
export function turnsOf({ noisePairs, pairs }: Pick<LivePlan, 'noisePairs' | 'pairs'>): readonly Turn[] {
  const warm: readonly Turn[] = [
    { side: 'A', pair: null },
    { side: 'B', pair: null },
  ];
  const pair = (of: 'noise' | 'pairs', index: number): readonly Turn[] => {
    const order = index % 2 === 0 ? (['a', 'b'] as const) : (['b', 'a'] as const);
    return order.map((as) => ({ side: of === 'noise' || as === 'a' ? 'A' : 'B', pair: { of, index, as } }));
  };
  const all = (of: 'noise' | 'pairs', count: number): readonly Turn[] =>
    Array.from({ length: count }, (_, index) => pair(of, index)).flat();
  return [...warm, ...all('noise', noisePairs), ...warm, ...all('pairs', pairs)];
}

/** The whole load of one side: its own blocks, and silence while it is the other's turn. */
export function planOfSide(plan: LivePlan, side: Side): ScenarioPlan {
  const { block, ratePerSecond } = plan;
  const stages: { rate: number; durationMs: number; label: string }[] = [];
  for (const [turn, { side: due }] of turnsOf(plan).entries()) {
    const silent = stages.at(-1);
    if (due === side)
      stages.push({ rate: ratePerSecond, durationMs: block.durationMs, label: labelOf(turn) });
    else if (silent?.rate === 0) silent.durationMs += block.durationMs;
    else stages.push({ rate: 0, durationMs: block.durationMs, label: `before ${labelOf(turn)}` });
    const last = stages.at(-1);
    if (last?.rate === 0) last.durationMs += GAP_MS;
    else stages.push({ rate: 0, durationMs: GAP_MS, label: `after ${labelOf(turn)}` });
  }
  const profile = stages.map(({ rate, durationMs, label }): RateStage => ({
    label,
    segment: { fromRate: rate, toRate: rate, durationMs },
  }));
  return {
    ...block,
    arrival: { model: 'open', profile: { about: 'in turn', stages: profile, poissonSeed: null } },
    durationMs: stages.reduce((sum, { durationMs }) => sum + durationMs, 0),
    warmupMs: 0,
    thresholds: [],
  };
}

function labelOf(turn: number): string {
  return `block ${turn + 1}`;
}

/**
 * Sends the same load to two deployments in turn, over connections and prepared runs that stay from block to block. When one
 * side can't be measured, both end; what was measured before is kept.
 */
export async function sendInTurn(
  plan: LivePlan,
  { a, b }: { readonly a: LoadContext; readonly b: LoadContext },
  progress: (line: string) => void,
): Promise<LiveBlocks> {
  const start = new CommonStart();
  const requests = new RequestBudget(plan.requestsCap);
  const turns = turnsOf(plan);
  const turnMs = plan.block.durationMs + GAP_MS;
  const ticker = setInterval(() => {
    if (start.atMs === null) return;
    const turn = Math.min(turns.length, Math.floor((performance.now() - start.atMs) / turnMs) + 1);
    progress(`block ${turn} of ${turns.length}: ${turns[turn - 1]?.side ?? ''}`);
  }, PROGRESS_MS);
  const run = async (side: Side, context: LoadContext): Promise<Sent> => {
    const own = planOfSide(plan, side);
    const quiet = { ...context, progress: () => undefined, say: () => undefined };
    try {
      const record = await runScenario(
        own,
        quiet,
        new GeneratorWatch(),
        { requests, controls: new ControlPolicy() },
        start.of(side),
      );
      return sentOf(own, record);
    } catch (error) {
      const message = context.target.redact(error instanceof Error ? error.message : 'unknown');
      const why: Inconclusive = { cause: 'harness-error', sentence: `this tool failed: ${message}` };
      start.of(side).stopped({ inconclusive: why, message: why.sentence });
      return { blocks: new Map(), why, headers: {} };
    }
  };
  try {
    const [sentA, sentB] = await Promise.all([run('A', a), run('B', b)]);
    const isInterrupted = a.signal.aborted;
    return {
      ...pairsOf(turns, { A: sentA.blocks, B: sentB.blocks }),
      ended: isInterrupted ? null : endOf(start.first, sentA, sentB),
      interrupted: isInterrupted,
      headers: { a: sentA.headers, b: sentB.headers },
    };
  } finally {
    clearInterval(ticker);
  }
}

/** What one side came to. */
interface Sent {
  readonly blocks: ReadonlyMap<number, LiveBlock>;
  readonly why: Inconclusive | null;
  readonly headers: HeaderCounts;
}

/** The side that stopped first is the one that could not be measured: the other stopped because of it. */
function endOf(first: Side | null, a: Sent, b: Sent): LiveBlocks['ended'] {
  const sides: readonly (readonly [Side, Sent])[] = [
    ['A', a],
    ['B', b],
  ];
  const found = sides.find(([side, { why }]) => why !== null && (first === null || side === first));
  const [side, sent] = found ?? sides.find(([, { why }]) => why !== null) ?? [];
  return side === undefined || sent?.why === null || sent === undefined ? null : { side, why: sent.why };
}

function sentOf(plan: ScenarioPlan, record: ScenarioRecord): Sent {
  const { scenario } = reportScenario(plan, record);
  const blocks = new Map<number, LiveBlock>();
  for (const { stage, stats, measuredMs } of record.stages) {
    const turn = Number(/^block (\d+)$/.exec(stage?.label ?? '')?.[1] ?? 0) - 1;
    const whole = stats.find(({ command }) => command === scenario.name) ?? stats[0];
    if (turn < 0 || whole === undefined || measuredMs < (stage?.segment.durationMs ?? 0)) continue;
    const step = scenario.steps.find(({ name }) => name === whole.name);
    const { sent, ok } = whole.ledger();
    // Both sides have the same lateness of ours in them, and the time is taken from the actual send.
    const limit = step?.limited_by?.cause === 'generator-saturated' ? undefined : step?.limited_by;
    blocks.set(turn, { latenciesUs: whole.serviceTimes(), sent, ok, ours: limit?.sentence ?? null });
  }
  const headers = new VersionHeaders();
  headers.merge(record.facts.versionHeaders ?? {});
  return { blocks, why: whyOf(scenario), headers: headers.counts() };
}

function whyOf({
  inconclusive,
  failure,
}: ReturnType<typeof reportScenario>['scenario']): Inconclusive | null {
  if (inconclusive !== null) return inconclusive;
  return failure === undefined ? null : { cause: 'circuit-broken', sentence: failure };
}

/** The pairs of which both blocks were measured to their end. */
function pairsOf(
  turns: readonly Turn[],
  sent: Readonly<Record<Side, ReadonlyMap<number, LiveBlock>>>,
): Pick<LiveBlocks, 'noise' | 'pairs'> {
  const halves = { noise: new Map<number, Partial<LivePair>>(), pairs: new Map<number, Partial<LivePair>>() };
  for (const [turn, { side, pair }] of turns.entries()) {
    const block = sent[side].get(turn);
    if (pair === null || block === undefined) continue;
    halves[pair.of].set(pair.index, { ...halves[pair.of].get(pair.index), [pair.as]: block });
  }
  const whole = (of: ReadonlyMap<number, Partial<LivePair>>): readonly LivePair[] =>
    [...of.values()].filter((one): one is LivePair => one.a !== undefined && one.b !== undefined);
  return { noise: whole(halves.noise), pairs: whole(halves.pairs) };
}

/** Lets both sides begin at one moment, and ends both when one has to. */
class CommonStart {
  readonly #waiting = new Set<Side>(['A', 'B']);
  readonly #resolve: ((atMs: number) => void)[] = [];
  readonly #listeners = new Map<Side, (reason: StopReason) => void>();
  first: Side | null = null;
  /** When the load began, by the process clock; null before. */
  atMs: number | null = null;

  of(side: Side): StartBarrier {
    return {
      isShared: false,
      ready: () => {
        const begun = new Promise<number>((resolve) => this.#resolve.push(resolve));
        this.#waiting.delete(side);
        if (this.#waiting.size === 0) {
          const atMs = performance.now() + LEAD_MS;
          this.atMs = atMs;
          for (const resolve of this.#resolve.splice(0)) resolve(atMs);
        }
        return begun;
      },
      stopped: (reason) => {
        this.first ??= side;
        this.#listeners.get(side === 'A' ? 'B' : 'A')?.(reason);
      },
      onStop: (listener) => {
        this.#listeners.set(side, listener);
      },
    };
  }
}
