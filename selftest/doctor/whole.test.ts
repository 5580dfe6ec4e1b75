import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { CheckResult } from '../../doctor/check.ts';
import { NO_LATENCY } from '../../sandbox/latency.ts';
import { startSandbox, type Sandbox } from '../../sandbox/server.ts';
import { filesBelow } from '../files.ts';
import { givesAway, SPELLINGS } from '../target/spelled.ts';
import { examined, idsIn, resultOf, settingsFor, type Environment } from './examined.ts';
import { json, KEY, PATH, startStandIn, WORKFLOW, type Reply } from './stand-in.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const made: string[] = [];
after(() => {
  for (const dir of made) rmSync(dir, { recursive: true, force: true });
});

function sandbox({
  profile = 'default',
  faults = [],
}: { readonly profile?: string; readonly faults?: readonly string[] } = {}): Promise<Sandbox> {
  return startSandbox({
    port: 0,
    key: KEY,
    workflowId: WORKFLOW,
    faults,
    profile,
    latency: NO_LATENCY,
    seed: 1,
  });
}

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The folder that it ran in. */
  readonly dir: string;
}

/** Runs `npm run doctor` as a process of its own, in a folder of its own. */
async function runDoctor(
  args: readonly string[],
  env: Environment,
  whileRunning: (child: ChildProcess) => Promise<void> = () => Promise.resolve(),
): Promise<Ran> {
  const dir = mkdtempSync(join(tmpdir(), 'doctor-whole-'));
  made.push(dir);
  const clean = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(INTERACTLY_|HARNESS_|NODE_|GITHUB_|CI$)|_proxy$/i.test(name),
    ),
  );
  const child = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), join(ROOT, 'cli.ts'), 'doctor', ...args],
    { cwd: dir, env: { ...clean, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const closed = new Promise<number>((resolve) => {
    child.once('close', (code) => {
      resolve(code ?? -1);
    });
  });
  await whileRunning(child);
  return { code: await closed, stdout, stderr, dir };
}

suite('a healthy target', () => {
  test('the sandbox: no line fails, one run is started and stopped, and its own log agrees', async () => {
    const server = await sandbox();
    try {
      const { results, code, spent } = await examined(settingsFor(server.url));
      assert.deepEqual(
        [code, idsIn(results, 'failed'), idsIn(results, 'skipped')],
        [0, [], []],
        JSON.stringify(results),
      );
      const { requests, by_command: commands, runs } = server.stats();
      assert.deepEqual([commands.start, commands.stop, runs], [1, 1, { cancelled: 1 }]);
      assert.deepEqual([spent.runsStarted, spent.runsStopped], [1, 1]);
      assert.ok(spent.freeRequests <= 12, String(spent.freeRequests));
      assert.equal(requests, spent.freeRequests + 4, 'start, GET, stop, GET');
    } finally {
      await server.close();
    }
  });

  test('--free starts nothing, and is told from the paid lines', async () => {
    const server = await sandbox();
    try {
      const { results, code, spent } = await examined(settingsFor(server.url), { free: true });
      assert.deepEqual([code, idsIn(results, 'failed')], [0, []]);
      assert.deepEqual(idsIn(results, 'skipped'), ['run', 'workflow', 'nightly']);
      assert.deepEqual([server.stats().requests, server.stats().by_command.start], [spent.freeRequests, 0]);
    } finally {
      await server.close();
    }
  });

  const CONFORMING: Readonly<Record<string, readonly string[]>> = {
    'fastapi-403': [],
    'plain-400': [],
    async: [],
    'late-pairs': [],
    'strict-fields': [],
    'key-before-method': [],
    'state-variants': [],
    'echoing-refusals': [],
    'no-reading': [],
    'many-allow': [],
    close: [],
    throttling: [],
    'hex-ids': [],
    'one-shot': ['workflow'],
    'threads-needed': ['run'],
  };
  for (const [profile, failing] of Object.entries(CONFORMING))
    test(`the sandbox in the profile ${profile}`, async () => {
      const server = await sandbox({ profile });
      try {
        const { results } = await examined(settingsFor(server.url, { HARNESS_PATIENCE: '2s' }));
        assert.deepEqual(idsIn(results, 'failed'), failing, JSON.stringify(results, null, 1));
        const { runs } = server.stats();
        assert.ok(!('running' in runs) && !('waiting_for_user_input' in runs), JSON.stringify(runs));
      } finally {
        await server.close();
      }
    });

  test('a server that starts a run for a request that it had to refuse: that run is stopped too', async () => {
    const server = await startStandIn((call, conforming) => {
      if (call.body['command'] !== 'doctor' || call.key === null) return conforming();
      server.log.started.push('a'.repeat(24));
      return json(200, { workflow_run: { _id: 'a'.repeat(24), workflow_run: { status: 'running' } } });
    });
    try {
      const { spent } = await examined(settingsFor(server.url), { free: true });
      assert.deepEqual([server.log.started, server.log.stopped], [['a'.repeat(24)], ['a'.repeat(24)]]);
      assert.deepEqual([spent.runsStarted, spent.runsStopped], [1, 1]);
    } finally {
      server.close();
    }
  });
});

suite('as a command', () => {
  test('the screen and --json say the same, and nothing is left on disk', async () => {
    const server = await sandbox();
    try {
      const [screen, machine] = [
        await runDoctor([], settingsFor(server.url)),
        await runDoctor(['--json'], settingsFor(server.url)),
      ];
      assert.deepEqual([screen.code, machine.code], [0, 0], screen.stdout + machine.stderr);
      const { checks } = JSON.parse(machine.stdout) as { checks: readonly CheckResult[] };
      assert.equal(machine.stdout.trimEnd().split('\n').length, 1);
      const lines = screen.stdout.split('\n').filter((line) => /^(passed|failed|absent|skipped) /.test(line));
      assert.deepEqual(
        lines.map((line) => line.split(' ')[0]),
        checks.map(({ state }) => state),
      );
      for (const check of checks)
        assert.deepEqual(Object.keys(check).sort(), ['evidence', 'id', 'next', 'state', 'took_ms', 'what']);
      assert.match(screen.stdout, /6 free requests, 1 workflow run started, 1 stopped\nReady: /);
      for (const { dir } of [screen, machine]) assert.deepEqual(filesBelow(dir), []);
    } finally {
      await server.close();
    }
  });

  test('Ctrl-C during the paid run: it is stopped all the same, and what was asked is told', async () => {
    let [startSeen, release]: (() => void)[] = [() => undefined, () => undefined];
    const isStarted = new Promise<void>((resolve) => (startSeen = resolve));
    const isReleased = new Promise<void>((resolve) => (release = resolve));
    const server = await startStandIn(async (call, conforming): Promise<Reply> => {
      if (call.body['command'] !== 'start') return conforming();
      const reply = conforming();
      startSeen?.();
      await isReleased;
      return reply;
    });
    try {
      const ran = await runDoctor([], settingsFor(server.url), async (child) => {
        await isStarted;
        child.kill('SIGINT');
        release?.();
      });
      assert.equal(ran.code, 130, ran.stdout + ran.stderr);
      assert.equal(server.log.started.length, 1);
      assert.deepEqual(server.log.stopped, server.log.started);
      assert.match(ran.stdout, /1 workflow run started, 1 stopped\nInterrupted/);
      assert.deepEqual(filesBelow(ran.dir), []);
    } finally {
      server.close();
    }
  });

  test('killed during the paid run: the ledger that it leaves names the run, and the next doctor says so', async () => {
    let stopSeen: () => void = () => undefined;
    const isStopping = new Promise<void>((resolve) => (stopSeen = resolve));
    const server = await startStandIn((call, conforming) => {
      if (
        call.body['command'] !== 'stop' ||
        !server.log.started.includes(String(call.body['workflow_run_id']))
      )
        return conforming();
      stopSeen();
      return null;
    });
    try {
      const ran = await runDoctor([], settingsFor(server.url), async (child) => {
        await isStopping;
        child.kill('SIGKILL');
      });
      const [ledger = ''] = filesBelow(ran.dir).filter((path) => path.endsWith('ledger.ndjson'));
      assert.ok(existsSync(ledger));
      const next = await runDoctorIn(ran.dir, ['--free', '--json'], settingsFor(server.url));
      const { checks } = JSON.parse(next.stdout) as { checks: readonly CheckResult[] };
      const { state, next: toDo, evidence } = resultOf(checks, 'leftovers');
      assert.deepEqual([next.code, state, evidence['workflow_runs']], [3, 'failed', server.log.started]);
      assert.match(toDo ?? '', /npm run sweep/);
      assert.deepEqual(idsIn(checks, 'failed'), ['leftovers']);
      const other = await runDoctorIn(ran.dir, ['--free', '--json'], settingsFor('http://127.0.0.1:9'));
      const otherChecks = (JSON.parse(other.stdout) as { checks: readonly CheckResult[] }).checks;
      assert.equal(resultOf(otherChecks, 'leftovers').state, 'passed', 'of another target');
    } finally {
      server.close();
    }
  });
});

async function runDoctorIn(
  dir: string,
  args: readonly string[],
  env: Environment,
): Promise<{ code: number; stdout: string }> {
  const child = spawn(
    process.execPath,
    ['--import', import.meta.resolve('tsx'), join(ROOT, 'cli.ts'), 'doctor', ...args],
    { cwd: dir, env: { PATH: process.env['PATH'], ...env }, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  const code = await new Promise<number>((resolve) => {
    child.once('close', (ended) => {
      resolve(ended ?? -1);
    });
  });
  return { code, stdout };
}

suite('the key', () => {
  const HEADER = 'team-secret-Kp4Kp4Kp4';
  const own = { INTERACTLY_HEADERS: JSON.stringify({ teamid: HEADER }) };

  /** Every response gives the key back, in its body and in its headers. */
  const spilling = (spelled: string, status: number) => (): Reply =>
    json(
      status,
      { detail: `Found 0 threads for ${spelled}`, [spelled.slice(0, 200)]: spelled },
      {
        'x-request-id': headerSafe(spelled),
        location: `/login/${headerSafe(spelled)}`,
        'retry-after': headerSafe(spelled),
      },
    );

  const headerSafe = (text: string): string => text.replace(/[^\x21-\x7e]/g, '_');

  test('stands in no line, no JSON and no --share, however a server spells it', async () => {
    for (const [name, spell] of Object.entries(SPELLINGS))
      for (const secret of [KEY, HEADER]) {
        const spelled = spell(secret);
        const server = await startStandIn((call, conforming) =>
          call.body['command'] === 'start' || call.method === 'GET' ? spilling(spelled, 400)() : conforming(),
        );
        try {
          for (const share of [false, true]) {
            const { results } = await examined(settingsFor(server.url, own), { share });
            const text = JSON.stringify(results);
            assert.ok(!givesAway(text, secret), `${name}: ${text}`);
          }
        } finally {
          server.close();
        }
      }
  });

  test('nor where a gateway, a login or a limit gives it back', async () => {
    for (const status of [200, 302, 401, 403, 404, 429, 500, 503])
      for (const secret of [KEY, HEADER]) {
        const server = await startStandIn(spilling(secret, status));
        try {
          for (const share of [false, true]) {
            const text = JSON.stringify((await examined(settingsFor(server.url, own), { share })).results);
            assert.ok(!givesAway(text, secret), `${status}: ${text}`);
          }
        } finally {
          server.close();
        }
      }
  });

  test('nor on the screen', async () => {
    const server = await startStandIn((call, conforming) =>
      call.body['command'] === 'start' ? spilling(KEY, 400)() : conforming(),
    );
    try {
      for (const args of [[], ['--json'], ['--share']]) {
        const { stdout, stderr, code } = await runDoctor(args, settingsFor(server.url, own));
        assert.equal(code, 3, stderr);
        assert.match(stdout, /\[redacted\]/);
        assert.ok(!givesAway(stdout + stderr, KEY) && !givesAway(stdout + stderr, HEADER), stdout);
      }
    } finally {
      server.close();
    }
  });

  test('--share shortens the ids and the host besides', async () => {
    const server = await sandbox();
    try {
      const { results } = await examined(settingsFor(server.url), { share: true });
      const text = JSON.stringify(results);
      assert.doesNotMatch(text, /[0-9a-f]{24}|[0-9a-f]{8}-[0-9a-f]{4}-/);
      assert.match(text, new RegExp(PATH));
    } finally {
      await server.close();
    }
  });
});
