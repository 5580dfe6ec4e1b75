/**
 * Forty runs of the real engine against a healthy API with one hiccup each (one second at five times its latency, the
 * limit at ten times): each must be GO. Forty with a true breach (a share of responses at fifteen times): each NO-GO.
 * `npm run bench:verdicts -- RUNS`, forty of each without a number.
 */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseLoadOptions } from '../load/options/read.ts';
import { runLoad } from '../load/run.ts';
import { loadOperation } from '../openapi/registry.ts';
import { judgeRun } from '../result/verdict.ts';
import { targetAt } from '../selftest/load/servers.ts';
import { openRunLedger } from '../target/run-ledger.ts';

const RUNS = Number(process.argv[2] ?? 40);
const LATENCIES_MS = [10, 20, 40, 80];
const BREACHES = [0.12, 0.2, 0.5, 1];
const PARALLEL = 2;
const operation = loadOperation();

async function verdictOf(
  latencyMs: number,
  hasHiccup: boolean,
  slowShare: number,
): Promise<{ readonly verdict: string; readonly reason: string }> {
  const program = fileURLToPath(new URL('verdict-program.ts', import.meta.url));
  const child = fork(program, [String(latencyMs), hasHiccup ? '1' : '0', String(slowShare)], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const { port } = await new Promise<{ port: number }>((done) =>
    child.once('message', (message) => {
      done(message as { port: number });
    }),
  );
  const outDir = mkdtempSync(join(tmpdir(), 'bench-verdicts-'));
  const parsed = parseLoadOptions(['start'], {
    rate: '50',
    duration: '6s',
    warmup: '500ms',
    threshold: [`latency_ms_p95 < ${10 * latencyMs}`],
  });
  if ('issues' in parsed) throw new Error(parsed.issues.join(' '));
  const load = await runLoad(parsed.plan, {
    operation,
    target: targetAt(`http://127.0.0.1:${port}`),
    runs: openRunLedger(join(outDir, 'runs.ledger'), null),
    signal: new AbortController().signal,
    say: () => undefined,
    progress: () => undefined,
    outDir,
  });
  child.disconnect();
  rmSync(outDir, { recursive: true, force: true });
  const { verdict, reasons } = judgeRun({ contract: null, load, interrupted: false });
  return { verdict: verdict ?? 'none', reason: reasons[0] ?? '' };
}

async function series(
  name: string,
  wanted: string,
  run: (n: number) => ReturnType<typeof verdictOf>,
): Promise<void> {
  const counts = new Map<string, number>();
  let next = 0;
  const connection = async (): Promise<void> => {
    for (let n = next++; n < RUNS; n = next++) {
      const { verdict, reason } = await run(n);
      if (verdict !== wanted) process.stderr.write(`${name}, run ${n + 1}: ${verdict}: ${reason}\n`);
      counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, connection));
  const all = [...counts].map(([verdict, count]) => `${count} ${verdict}`).join(', ');
  process.stdout.write(
    `| ${name} | ${RUNS} | ${all} | ${counts.get(wanted) === RUNS ? 'met' : 'missed'} |\n`,
  );
}

const at = <T>(values: readonly T[], n: number): T => values[n % values.length] as T;
process.stdout.write('| runs | number | verdicts | all as they must be |\n| --- | --: | --- | --- |\n');
await series('one hiccup far below the limit', 'GO', (n) => verdictOf(at(LATENCIES_MS, n), true, 0));
await series('a true breach', 'NO-GO', (n) =>
  verdictOf(at(LATENCIES_MS, n), false, at(BREACHES, Math.floor(n / LATENCIES_MS.length))),
);
