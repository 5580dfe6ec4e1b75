/**
 * How much the ledger, the histograms and the judging cost: closed model, 64 connections, one process, in turns with
 * bare autocannon against the same kind of server. Traffic goes to 127.0.0.1 alone.
 */
import { loadavg } from 'node:os';
import autocannon from 'autocannon';
import { attack, stepOf } from '../selftest/load/servers.ts';
import { startTruth, table } from './truth.ts';

const SECONDS = Number(process.argv[2] ?? '6');
const ROUNDS = 3;
const CONNECTIONS = 64;

async function ours(): Promise<{ readonly rps: number; readonly checked: string }> {
  const truth = await startTruth({ keepsLog: false });
  const { scenario } = await attack(truth.port, {
    names: ['data'],
    concurrency: String(CONNECTIONS),
    duration: `${SECONDS}s`,
    warmup: '1s',
  });
  await truth.close();
  const step = stepOf(scenario, 'data');
  const checked = step.notes.find((note) => note.includes('schema was checked'));
  return {
    rps: step.ledger.ok / (step.duration_ms / 1000),
    checked: /\(([0-9.]+ %)\)/.exec(checked ?? '')?.[1] ?? '100 %',
  };
}

async function bare(): Promise<number> {
  const truth = await startTruth({ keepsLog: false });
  const { requests, duration } = await autocannon({
    url: `http://127.0.0.1:${truth.port}`,
    method: 'POST',
    body: JSON.stringify({ command: 'data', workflow_run_id: 'a'.repeat(24) }),
    headers: { 'content-type': 'application/json' },
    connections: CONNECTIONS,
    duration: SECONDS,
  });
  await truth.close();
  return requests.total / duration;
}

const rows: (readonly string[])[] = [];
for (let round = 1; round <= ROUNDS; round += 1) {
  const theirs = await bare();
  const mine = await ours();
  const share = mine.rps / theirs;
  rows.push([
    String(round),
    Math.round(theirs).toLocaleString('en'),
    Math.round(mine.rps).toLocaleString('en'),
    mine.checked,
    share.toFixed(2),
    share >= 0.9 ? 'met' : 'missed',
    loadavg()[0]?.toFixed(1) ?? '',
  ]);
}
process.stdout.write(
  table(
    [
      'round',
      'autocannon per second',
      'ours',
      'answers checked in full',
      'share',
      'goal 0.90',
      'load of the machine',
    ],
    rows,
  ),
);
