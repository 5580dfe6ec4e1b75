import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readHistory, writeNight } from '../../history/files.ts';
import type { RunResult } from '../../result/result.ts';
import type { Sandbox } from '../../sandbox/server.ts';
import { filesBelow } from '../files.ts';
import { onDay } from '../history/nights.ts';
import { CANARY_KEY, sandboxHere } from '../whole/cli.ts';
import { readWorkflow, runJob, type Given, type Job, type JobEnd } from './actions.ts';
import { git, machineEnvironment, makeOrigin, runScript, stub, stubNpm, type Origin } from './clone.ts';

// Thresholds that are far from any noise, so that the verdict is the same on a busy machine.
const load = (threshold: string): string =>
  `load: [{scenario: start, rate: 20, duration: 2s, warmup: 0s, threshold: ['${threshold}']}]\n`;
const PROFILES = {
  'go.yaml': `contract: {commands: [start]}\n${load('latency_ms_p50 < 9000')}`,
  'no-go.yaml': load('latency_ms_p50 < 20'),
  'release-quick.yaml': `contract: {commands: [start]}\n${load('latency_ms_p50 < 9000')}capacity: {slo: ['latency_ms_p50 < 9000', 'error_rate < 50%'], min-rate: 20, max-rate: 20, probe-duration: 1s, soak-duration: 1s}\n`,
};

let origin: Origin;
let sandbox: Sandbox;
/** Slower than the limit by far, so that it is broken on a busy machine too. */
let slow: Sandbox;
let runId = 100;
before(async () => {
  origin = makeOrigin(PROFILES);
  stubNpm(origin);
  sandbox = await sandboxHere();
  slow = await sandboxHere([], { kind: 'constant', ms: 250 });
});
after(async () => {
  await Promise.all([sandbox.close(), slow.close()]);
  origin.remove();
});

function targetVars({ url, workflowId }: Sandbox): Record<string, string> {
  return { INTERACTLY_BASE_URL: url, INTERACTLY_WORKFLOW_ID: workflowId };
}

function given(inputs: Readonly<Record<string, string>>, over: Partial<Given> = {}): Given {
  return {
    runId: (runId += 1),
    inputs,
    vars: targetVars(sandbox),
    secrets: { INTERACTLY_API_KEY: CANARY_KEY },
    ...over,
  };
}

function jobOf(workflow: string, name: string): Job {
  const job = readWorkflow(workflow).jobs[name];
  assert.ok(job !== undefined, `${workflow} has no job ${name}`);
  return job;
}

/** A night, and what it leaves: the job that judges, and the one that keeps its result. */
async function night(
  what: Given,
): Promise<{ readonly judged: JobEnd; readonly kept: JobEnd; artefact: string }> {
  const judged = await runJob(origin, jobOf('nightly.yml', 'night'), what);
  const kept = await runJob(origin, jobOf('nightly.yml', 'keep'), what, { night: judged });
  return { judged, kept, artefact: join(origin.dir, `artefacts-${what.runId}`, 'nightly') };
}

function resultIn(folder: string): RunResult {
  return JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as RunResult;
}

function assertNoKey(end: JobEnd): void {
  assert.ok(!end.log.includes(CANARY_KEY) && !end.summary.includes(CANARY_KEY));
}

describe('a night', () => {
  test('that is green passes, shows its summary, saves its report, and its record is on the branch for the next', async () => {
    const { judged, kept, artefact } = await night(given({ profile: 'go.yaml' }));
    assert.deepEqual([judged.result, kept.result], ['success', 'success'], judged.log + kept.log);
    assert.match(judged.said['Restore the history'] ?? '', /There is no history of qa/);
    assert.equal(resultIn(artefact).verdict, 'GO');
    for (const name of ['index.html', 'junit.xml', 'ctrf.json', 'codequality.json', 'summary.md'])
      assert.ok(existsSync(join(artefact, name)), name);
    assertNoKey(judged);
    assert.deepEqual(
      filesBelow(artefact).filter((path) => readFileSync(path).includes(CANARY_KEY)),
      [],
    );
    const listed = git(origin.url, 'ls-tree', '-r', '--name-only', 'harness-results').trim().split('\n');
    assert.equal(listed.length, 1);
    assert.match(listed[0] ?? '', /^history\/qa\/\d{4}\/\d\d\/\d{8}T\d{6}Z-nightly-\d+-1\.json$/);
  });

  test('that is NO-GO fails the job under that title, and knows the night before it', async () => {
    const { judged, kept, artefact } = await night(
      given({ profile: 'no-go.yaml' }, { vars: targetVars(slow) }),
    );
    assert.deepEqual([judged.result, kept.result], ['failure', 'success'], judged.log + kept.log);
    assert.match(judged.said['Restore the history'] ?? '', /Records of earlier runs of qa: 1/);
    assert.match(judged.said['Verdict'] ?? '', /^::error title=NO-GO::/);
    assert.equal(resultIn(artefact).verdict, 'NO-GO');
  });

  test('in a fresh clone sees the night before it from another', async () => {
    const ordinary = { profile: 'go.yaml' };
    const first = await night(given(ordinary));
    const second = await night(given(ordinary));
    assert.deepEqual([first.kept.result, second.kept.result], ['success', 'success']);
    assert.equal(resultIn(second.artefact).since_last?.run_id, resultIn(first.artefact).run.id);
  });

  test('that is INCONCLUSIVE fails under another title, and one input makes it a warning', async () => {
    // Nobody listens there.
    const down = { INTERACTLY_BASE_URL: 'http://127.0.0.1:1', INTERACTLY_WORKFLOW_ID: sandbox.workflowId };
    const { judged } = await night(given({ profile: 'no-go.yaml' }, { vars: down }));
    assert.deepEqual([judged.result, judged.outputs['code']], ['failure', '3'], judged.log);
    assert.match(judged.said['Verdict'] ?? '', /^::error title=INCONCLUSIVE::/);
    const steps = jobOf('nightly.yml', 'night').steps.filter(({ name }) => name === 'Verdict');
    const verdict = steps.map((step) => ({ ...step, env: { ...step.env, CODE: '3' } }));
    const warned = await runJob(origin, { steps: verdict }, given({ inconclusive: 'warn' }));
    assert.equal(warned.result, 'success', warned.log);
    assert.match(warned.log, /^::warning title=INCONCLUSIVE::/);
  });

  test('without its secret says "configuration", sends nothing, keeps nothing and leaves no artefact', async () => {
    const before = sandbox.stats().requests;
    for (const over of [{ secrets: {} }, { vars: {}, secrets: {} }]) {
      const { judged, kept, artefact } = await night(given({ profile: 'go.yaml' }, over));
      assert.deepEqual([judged.result, kept.result], ['failure', 'skipped'], judged.log);
      assert.match(judged.said['Run'] ?? '', /INTERACTLY_(API_KEY|BASE_URL) is not set/);
      assert.match(judged.said['Verdict'] ?? '', /^::error title=configuration::/);
      assert.ok(!existsSync(artefact));
    }
    assert.equal(sandbox.stats().requests, before);
  });

  test('that broke before it had a verdict is no green job', async () => {
    stub(origin, 'node', 'echo out of memory >&2; exit 134');
    try {
      const { judged, kept } = await night(given({ profile: 'go.yaml' }));
      assert.deepEqual([judged.result, kept.result], ['failure', 'skipped'], judged.log);
      assert.match(judged.said['Verdict'] ?? '', /^::error title=no verdict::.*"134"/);
    } finally {
      stub(origin, 'node', `exec '${process.execPath}' "$@"`);
    }
  });
});

test('a cancelled job hands its signal on, and waits for what the tool does then', async () => {
  const dir = origin.clone();
  const code = join(dir, 'code');
  // A tool that needs some time after the signal, as one that stops its runs does.
  const stopping = "trap 'sleep 0.3; echo stopped; exit 130' TERM\necho up\nwhile :; do sleep 0.05; done";
  stub(origin, 'node', stopping);
  try {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const script = `exec deploy/ci/run.sh '${code}' nightly`;
      const argv = ['bash', '-eo', 'pipefail', '-c', script];
      const { code: ended, output } = await runScript(argv, dir, machineEnvironment(origin), (pid, said) => {
        const wait = setInterval(() => {
          if (!said().includes('up')) return;
          clearInterval(wait);
          process.kill(pid, signal);
        }, 20);
      });
      assert.deepEqual([ended, output, readFileSync(code, 'utf8')], [0, 'up\nstopped\n', 'code=130\n']);
      rmSync(code);
    }
  } finally {
    stub(origin, 'node', `exec '${process.execPath}' "$@"`);
  }
});

describe('the branch of results', () => {
  const keep = (folder: string, dir: string): ReturnType<typeof runJob> =>
    runJob(
      origin,
      { steps: [{ name: 'keep', run: `deploy/ci/keep-results.sh "${folder}" ${dir}` }] },
      given({}),
    );

  test('keeps nothing of a run that left no record, and says so', async () => {
    const end = await keep('nowhere', 'qa');
    assert.equal(end.result, 'failure');
    assert.match(end.log, /^nowhere has no history: nothing is kept/);
  });

  test('takes the records of several nights, never one for another, and is pushed again when a night was faster', async () => {
    const hook = join(origin.url, 'hooks', 'update');
    const refused = join(origin.dir, 'refused');
    const run = join(origin.dir, 'run');
    writeNight(join(run, 'history'), onDay(1));
    // The first push meets a ref that has moved.
    writeFileSync(hook, `#!/bin/sh\n[ -e '${refused}' ] || { touch '${refused}'; exit 1; }\n`, {
      mode: 0o755,
    });
    const first = await keep(run, 'other');
    assert.equal(first.result, 'success', first.log);
    assert.match(first.log, /is kept on harness-results \(try 2\)/);
    writeNight(join(run, 'history'), onDay(2));
    assert.equal((await keep(run, 'other')).result, 'success');
    const listed = git(origin.url, 'ls-tree', '-r', '--name-only', 'harness-results:history/other');
    assert.deepEqual(listed.trim().split('\n'), [
      '2026/09/20260902T021700Z-night-1.json',
      '2026/09/20260903T021700Z-night-2.json',
    ]);
    assert.ok(git(origin.url, 'ls-tree', '--name-only', 'harness-results:history').includes('qa'));
  });

  test('of two nights that ended together merges without a conflict', () => {
    const nights = [31, 32].map((day) => {
      const clone = origin.clone();
      git(clone, 'checkout', '--quiet', 'harness-results');
      writeNight(join(clone, 'history', 'qa'), onDay(day));
      git(clone, 'add', '--all');
      git(clone, 'commit', '--quiet', '--message', `Night ${day}`);
      return clone;
    });
    const [one = '', other = ''] = nights;
    git(one, 'pull', '--quiet', '--no-rebase', '--no-edit', other, 'HEAD');
    const { kept, setAside } = readHistory(join(one, 'history', 'qa'));
    assert.ok(
      kept.some(({ night }) => night.id === 'night-31') && kept.some(({ night }) => night.id === 'night-32'),
    );
    assert.deepEqual(setAside, []);
  });
});

describe('the watchdog', () => {
  const look = (target: string): Promise<JobEnd> =>
    runJob(origin, jobOf('watchdog.yml', 'look'), given({ target }));

  test('is silent after a judged night, and fails where there was none', async () => {
    const good = await look('qa');
    assert.equal(good.result, 'success', good.log);
    assert.match(
      good.said['Look for a judged night'] ?? '',
      /^The newest judged night, (NO-)?GO, ended 0\.\d hours ago .*\.\n$/,
    );
    const none = await look('production');
    assert.equal(none.result, 'failure');
    assert.match(none.log, /::error title=no night was judged::No night was judged: the history holds no GO/);
  });

  test('fails when the last judged night is too old, whatever could not be judged since', async () => {
    const clone = origin.clone();
    git(clone, 'checkout', '--quiet', 'harness-results');
    for (const { path, night } of readHistory(join(clone, 'history', 'qa')).kept) {
      if (night.verdict === 'INCONCLUSIVE') continue;
      const old = new Date(Date.now() - 37 * 3_600_000).toISOString();
      writeFileSync(path, JSON.stringify({ ...night, started_at: old, ended_at: old }));
    }
    git(clone, 'commit', '--quiet', '--all', '--message', 'Older nights');
    git(clone, 'push', '--quiet', 'origin', 'HEAD:refs/heads/harness-results');
    const end = await look('qa');
    assert.equal(end.result, 'failure', end.log);
    assert.match(end.log, /37\.0 hours ago .*; it may be 36 hours at most/);
  });
});

describe('a release', () => {
  const RELEASE = { profile: 'release-quick.yaml', target: 'staging', pull_request: '7' };

  test('that is GO passes, and comments once on its pull request, found again by the marker', async () => {
    const calls = join(origin.dir, 'gh.log');
    const ids = join(origin.dir, 'gh.ids');
    writeFileSync(ids, '');
    stub(origin, 'gh', `printf '%s\\n' "$*" >>'${calls}'\ncase "$*" in *--paginate*) cat '${ids}' ;; esac`);
    const what = given(RELEASE);
    const judged = await runJob(origin, jobOf('release.yml', 'release'), what);
    assert.equal(judged.result, 'success', judged.log);
    assert.equal(resultIn(join(origin.dir, `artefacts-${what.runId}`, 'release')).verdict, 'GO');
    assertNoKey(judged);
    const comment = (): Promise<JobEnd> =>
      runJob(origin, jobOf('release.yml', 'comment'), what, { release: judged });
    const first = await comment();
    assert.equal(first.result, 'success', first.log);
    writeFileSync(ids, '4711\n4712\n');
    assert.equal((await comment()).result, 'success');
    const said = readFileSync(calls, 'utf8').trim().split('\n');
    assert.match(
      said[1] ?? '',
      /--method POST repos\/owner\/harness\/issues\/7\/comments --field body=@release\/comment\.md/,
    );
    assert.match(said[3] ?? '', /--method PATCH repos\/owner\/harness\/issues\/comments\/4711 /);
    assert.match(said[0] ?? '', /startswith\("<!-- /);
  });

  test('without a target says "configuration", and comments on nothing', async () => {
    const what = given(RELEASE, { vars: {}, secrets: {} });
    const judged = await runJob(origin, jobOf('release.yml', 'release'), what);
    assert.equal(judged.result, 'failure');
    assert.match(judged.said['Verdict'] ?? '', /^::error title=configuration::/);
    const comment = await runJob(origin, jobOf('release.yml', 'comment'), what, { release: judged });
    assert.equal(comment.result, 'skipped');
  });
});
