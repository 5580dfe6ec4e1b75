/**
 * Runs that are killed by SIGKILL at random moments, and caps that several processes share: is what was left named and
 * swept, is nothing else touched, and is no cap passed? The sandbox's own count is the truth.
 */
import { seededRandom } from '../load/arrivals/random.ts';
import {
  killOnce,
  openCapProcesses,
  type CapOutcome,
  type KillOutcome,
  type KillTrial,
} from './kill-trials.ts';
import { bench, count } from './options.ts';
import { openNotebook } from './trial-pool.ts';

const VICTIMS = [
  'suite',
  'load',
  'suite',
  'suite',
  'command',
  'suite',
  'load',
  'suite',
  'suite',
  'load',
] as const;
const KILL_PROFILES = ['default', 'many-allow', 'async'];
const CAP_PROFILES = ['default', 'throttling', 'async', 'plain-400'];
const REQUESTS_MOST = 220;

/** Either part can be left out. */
const countOrNone = (text: string): number => (text === '0' ? 0 : count(text));

const options = bench('kills', 'kills runs at random moments and sweeps; shares caps among processes')
  .option('--times <n>', 'kills, 0 for none', countOrNone, 200)
  .option('--caps <n>', 'trials of a shared cap, 0 for none', countOrNone, 100)
  .option('--seed <n>', 'draws the moments and the caps', count, 1)
  .option('--results <file>', 'keeps each trial in a file, and goes on where a cut run stopped')
  .option('--seconds <n>', 'stops after so long', count, 86_400)
  .parse()
  .opts<{ times: number; caps: number; seed: number; results?: string; seconds: number }>();

const until = Date.now() + options.seconds * 1000;
const random = seededRandom(options.seed);
const kills: readonly KillTrial[] = Array.from({ length: options.times }, (_, i) => ({
  victim: VICTIMS[i % VICTIMS.length] ?? 'suite',
  profile: KILL_PROFILES[i % KILL_PROFILES.length] ?? 'default',
  seed: options.seed + i,
  afterRequests: 1 + Math.floor(random() * REQUESTS_MOST),
  thenMs: Math.floor(random() * 4),
}));
const caps = Array.from({ length: options.caps }, (_, i) => ({
  cap: 1 + Math.floor(random() * 40),
  profile: CAP_PROFILES[i % CAP_PROFILES.length] ?? 'default',
  seed: options.seed + i,
}));

const notebook = openNotebook<{ readonly kill?: KillOutcome; readonly cap?: CapOutcome }>(options.results);
const killed = notebook.rows.flatMap(({ kill }) => (kill === undefined ? [] : [kill]));
const capped = notebook.rows.flatMap(({ cap }) => (cap === undefined ? [] : [cap]));
const processes = openCapProcesses();
for (const trial of caps.slice(capped.length)) {
  if (Date.now() > until) break;
  const outcome = await processes.run(trial);
  capped.push(outcome);
  notebook.note({ cap: outcome });
}
processes.close();
for (const trial of kills.slice(killed.length)) {
  if (Date.now() > until) break;
  const outcome = await killOnce(trial);
  killed.push(outcome);
  notebook.note({ kill: outcome });
  if (!outcome.isRight) process.stdout.write(`wrong: ${JSON.stringify(outcome)}\n`);
}

const sum = <T>(rows: readonly T[], of: (row: T) => number): number =>
  rows.reduce((total, row) => total + of(row), 0);
process.stdout.write(
  '| killed | kills | left runs | runs left | swept | starts without a response | of these left | others touched | right |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n',
);
for (const victim of ['suite', 'load', 'command'] as const) {
  const rows = killed.filter((row) => row.victim === victim);
  const [left, after] = [sum(rows, (row) => row.left), sum(rows, ({ activeAfter }) => activeAfter)];
  process.stdout.write(
    `| ${victim} | ${rows.length} | ${rows.filter((row) => row.left > 0).length} | ${left} | ${left - after} | ${sum(rows, ({ lostStarts }) => lostStarts)} | ${after} | ${sum(rows, ({ foreignTouched }) => foreignTouched)} | ${rows.filter(({ isRight }) => isRight).length} |\n`,
  );
}
const used = capped.filter(({ started, cap }) => started === cap).length;
process.stdout.write(
  `caps: ${capped.length} trials of 3 processes with 4 to 6 calls in flight each, ${used} used up to the last run; overshoot ${sum(capped, ({ overshoot }) => overshoot)}\n`,
);
process.exitCode =
  killed.length === options.times &&
  capped.length === options.caps &&
  killed.every(({ isRight }) => isRight) &&
  capped.every(({ overshoot }) => overshoot === 0)
    ? 0
    : 1;
