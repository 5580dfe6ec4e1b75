import assert from 'node:assert/strict';
import test from 'node:test';
import { CoreShare, coreUse } from '../../load/arrivals/schedule.ts';

/** What a process has used up to each moment at which it is asked, in turn: active and computing milliseconds. */
function coreOf(...uses: readonly (readonly [activeMs: number, cpuMs: number])[]): {
  readonly core: CoreShare;
  readonly reads: () => number;
} {
  let reads = 0;
  const use = (): { activeMs: number; cpuMs: number } => {
    const [activeMs, cpuMs] = uses[Math.min(reads, uses.length - 1)] ?? [0, 0];
    reads += 1;
    return { activeMs, cpuMs };
  };
  return { core: new CoreShare(1000, use), reads: () => reads };
}

test('the use of the core is looked at every 250 ms, not at each call', () => {
  const { core, reads } = coreOf([0, 0]);
  for (const [nowMs, looks] of [
    [1001, 1],
    [1249.9, 1],
    [1250, 2],
    [1251, 2],
    [1499, 2],
    [1500, 3],
  ] as const) {
    core.isFree(nowMs);
    assert.equal(reads(), looks, `${nowMs}`);
  }
});

test('a core is taken for lost above a fifth of the active time and above 10 ms, measured since the last look', () => {
  const rows: readonly (readonly [title: string, activeMs: number, cpuMs: number, isFree: boolean])[] = [
    ['a fifth is still free', 200, 160, true],
    ['a little more is not', 200, 159.5, false],
    ['10 ms of a short time are free', 20, 10, true],
    ['a little more of a short time is not', 20, 9.5, false],
    ['8 of 20 ms are free', 20, 12, true],
    ['more computing than activity is free: other threads', 100, 250, true],
    ['30 of 240 ms are free, though above 10', 240, 210, true],
  ];
  for (const [title, activeMs, cpuMs, isFree] of rows) {
    const { core } = coreOf([700, 300], [700 + activeMs, 300 + cpuMs]);
    assert.equal(core.isFree(1250), isFree, title);
  }
});

test('a lost core is left alone for two seconds, and what was used before counts no more', () => {
  const { core } = coreOf([0, 0], [200, 0]);
  const seen = [1250, 1500, 3249, 3250, 3251].map((nowMs) => core.isFree(nowMs));
  assert.deepEqual(seen, [false, false, false, true, true]);
});

test('a process that computes sees its own computing, in milliseconds', () => {
  const before = coreUse();
  const beganMs = performance.now();
  const spent = process.cpuUsage();
  while (process.cpuUsage(spent).user + process.cpuUsage(spent).system < 30_000);
  const wallMs = performance.now() - beganMs;
  const after = coreUse();
  const cpuMs = after.cpuMs - before.cpuMs;
  assert.ok(cpuMs >= 30 && cpuMs < 30 + 2 * wallMs, String(cpuMs));
  assert.ok(after.activeMs >= before.activeMs);
});

test('computing of the program and of the system for it are one', () => {
  const usage = process.cpuUsage.bind(process);
  process.cpuUsage = () => ({ user: 3000, system: 2000 });
  try {
    assert.equal(coreUse().cpuMs, 5);
  } finally {
    process.cpuUsage = usage;
  }
});
