/**
 * Two deployments told apart: simulated comparisons whose truth is known, and two servers of which one is slower by so much.
 * npm run bench:compare [-- --comparisons N | --part live]
 */
import { judgeLive } from '../history/live.ts';
import { comparePairs, type PairedComparison } from '../history/statistics/block-pairs.ts';
import { sendInTurn, type LivePlan } from '../load/live-blocks.ts';
import { parseLoadOptions } from '../load/options/read.ts';
import { startServer, targetAt, operation } from '../selftest/load/servers.ts';
import { openRunLedger } from '../target/run-ledger.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pairsOf, USUAL, type PairWorld } from './compare-worlds.ts';
import { randomFrom } from './nights.ts';
import { bench, choice, count } from './options.ts';

const program = bench('compare', 'Two deployments told apart, simulated and on loopback.')
  .option('--comparisons <n>', 'simulated comparisons of each row', count, 1000)
  .option('--seed <n>', 'of the first comparison', count, 90_001)
  .addOption(choice('--part <part>', 'what is compared', ['simulated', 'live'], 'simulated'))
  .parse();
const options = program.opts<{ comparisons: number; seed: number; part: 'simulated' | 'live' }>();

const CELLS: readonly (readonly [string, Partial<PairWorld>])[] = [
  ['A against A', {}],
  ['B 5 % slower', { factor: 1.05 }],
  ['A against A, 20 requests a block, own noise 5 %', { requests: 20, own: 0.05 }],
  ['A against A, 10 pairs', { pairs: 10 }],
  ['A against A, drift 20 % a pair', { drift: 0.2 }],
  ['B 5 % faster', { factor: 1 / 1.05 }],
  ['B 5 % slower, 50 requests a block', { factor: 1.05, requests: 50 }],
  ['B 5 % slower, own noise 5 %', { factor: 1.05, own: 0.05 }],
  ['B 10 % slower, 10 pairs', { factor: 1.1, pairs: 10 }],
];

function share(of: (one: PairedComparison) => boolean, all: readonly PairedComparison[]): string {
  return `${((100 * all.filter(of).length) / all.length).toFixed(1)} %`;
}

if (options.part === 'simulated') simulated();
else {
  say('| two servers on loopback | outcome | middle | A against A | errors |');
  say('| --- | --- | --- | --- | --- |');
  for (const factor of [1, 1.05, 1.2]) await live(factor);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function simulated(): void {
  say('| two deployments | told apart | rightly | by the middle | by a percentile |');
  say('| --- | --- | --- | --- | --- |');
  for (const [name, over] of CELLS) {
    const world: PairWorld = { ...USUAL, factor: 1, ...over };
    const told = Array.from({ length: options.comparisons }, (_, i) => {
      const random = randomFrom(options.seed + i);
      return comparePairs(pairsOf(world, random), random);
    });
    const right = world.factor > 1 ? 'slower' : world.factor < 1 ? 'faster' : 'no difference seen';
    const differs = (by: (measure: string) => boolean) => (one: PairedComparison) =>
      one.ratios.some(({ measure, outcome }) => by(measure) && outcome !== 'no difference seen');
    say(
      `| ${name} | ${share(({ outcome }) => outcome !== 'no difference seen', told)} | ${share(({ outcome }) => outcome === right, told)} | ${share(
        differs((measure) => measure === 'middle'),
        told,
      )} | ${share(
        differs((measure) => measure !== 'middle'),
        told,
      )} |`,
    );
  }
}

/** Two servers that answer after 40 ms, one of them later by a factor. */
async function live(factor: number): Promise<void> {
  const delayMs = 40;
  const [a, b] = await Promise.all([startServer({ delayMs }), startServer({ delayMs: delayMs * factor })]);
  const dir = mkdtempSync(join(tmpdir(), 'bench-compare-'));
  try {
    const parsed = parseLoadOptions(['start'], { rate: '40', duration: '1s', warmup: '0', seed: '1' });
    if ('issues' in parsed) throw new Error(parsed.issues.join(' '));
    const [block] = parsed.plan.scenarios;
    if (block === undefined) throw new Error('no scenario');
    const plan: LivePlan = { block, ratePerSecond: 40, noisePairs: 10, pairs: 30, requestsCap: null };
    const context = (port: number, name: string): Parameters<typeof sendInTurn>[1]['a'] => ({
      operation,
      target: targetAt(`http://127.0.0.1:${port}`),
      runs: openRunLedger(join(dir, name), null),
      signal: new AbortController().signal,
      say: () => undefined,
      progress: () => undefined,
      outDir: dir,
    });
    const sent = await sendInTurn(
      plan,
      { a: context(a.port, 'a'), b: context(b.port, 'b') },
      () => undefined,
    );
    const { outcome, comparison, noise, reasons, errors } = judgeLive(sent, randomFrom(1));
    const text = (of: PairedComparison | null): string => {
      const middle = of?.ratios.find(({ measure }) => measure === 'middle');
      const change = (ratio: number): string => `${((ratio - 1) * 100).toFixed(2)} %`;
      return middle === undefined
        ? 'none'
        : `${change(middle.ratio)} (${change(middle.interval[0])} to ${change(middle.interval[1])})`;
    };
    say(
      `| B ${((factor - 1) * 100).toFixed(0)} % slower | ${outcome} | ${text(comparison)} | ${text(noise)} | ${errors.a.failed} and ${errors.b.failed} |`,
    );
    if (outcome === 'can not tell') say(reasons.join(' '));
  } finally {
    await Promise.all([a.close(), b.close()]);
    rmSync(dir, { recursive: true, force: true });
  }
}
