import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunResult } from '../../result/result.ts';
import type { Sandbox } from '../../sandbox/server.ts';
import { sandboxHere, targeting } from '../whole/cli.ts';
import { machineEnvironment, makeOrigin, runScript, stubNpm, type Origin, type Said } from './clone.ts';
import { manifest, podOf, type Container } from './manifests.ts';

const SHARDS = 2;
/** A load that is small, with a start late enough for processes of a busy machine. */
const LOAD = {
  SHARDS: String(SHARDS),
  SCENARIO: 'start',
  RATE: '20',
  DURATION: '5s',
  CONNECTIONS: '8',
  THRESHOLD: 'latency_ms_p50 < 9000',
  START_AFTER_SECONDS: '25',
};

let origin: Origin;
let app = '';
let results = '';
before(async () => {
  origin = makeOrigin();
  stubNpm(origin);
  app = origin.clone();
  await runScript(['npm', 'ci'], app, machineEnvironment(origin));
  results = join(origin.dir, 'results');
  mkdirSync(results);
});
after(() => {
  origin.remove();
});

/** Runs the command of a container as it stands, with the volume in a folder of ours, and the folder of the image as its own. */
function runContainer(
  container: Container | undefined,
  env: Readonly<Record<string, string>>,
  whileRunning?: (pid: number) => void,
): Promise<Said> {
  assert.ok(container !== undefined);
  const argv = container.command.map((word) => word.replaceAll('/results/', `${results}/`));
  return runScript(argv, app, { ...machineEnvironment(origin), ...env }, whileRunning);
}

function resultIn(...path: readonly string[]): RunResult {
  return JSON.parse(readFileSync(join(results, 'loads', ...path, 'result.json'), 'utf8')) as RunResult;
}

interface Loaded {
  readonly starts: readonly Said[];
  readonly shards: readonly Said[];
  readonly merged: Said;
}

/** A load as Kubernetes would run it: its init containers, its shards side by side, then the Job that merges. */
async function runLoad(
  job: string,
  sandbox: Sandbox,
  onShard: (index: number, pid: number) => void,
): Promise<Loaded> {
  const { initContainers = [], containers } = podOf(manifest('Job', 'load-1')).spec;
  const target = targeting(sandbox);
  const identity = (index: number): Record<string, string> => ({
    ...LOAD,
    JOB: job,
    JOB_COMPLETION_INDEX: String(index),
  });
  const indexes = Array.from({ length: SHARDS }, (_, index) => index);
  const starts = await Promise.all(indexes.map((index) => runContainer(initContainers[0], identity(index))));
  const shards = await Promise.all(
    indexes.map((index) =>
      runContainer(containers[0], { ...target, ...identity(index) }, (pid) => {
        onShard(index, pid);
      }),
    ),
  );
  const merge = podOf(manifest('Job', 'load-1-merge')).spec.containers[0];
  return { starts, shards, merged: await runContainer(merge, { LOAD: job }) };
}

test('the shards of a load begin at one time, send all of it between them, and merge into a verdict', async () => {
  const sandbox = await sandboxHere();
  try {
    const { starts, shards, merged } = await runLoad('whole', sandbox, () => undefined);
    assert.deepEqual(
      starts.map(({ code }) => code),
      [0, 0],
    );
    assert.equal(new Set(starts.map(({ output }) => output)).size, 1);
    assert.deepEqual(
      shards.map(({ code }) => code),
      [0, 0],
      shards.map(({ output }) => output).join('\n'),
    );
    assert.deepEqual(resultIn('whole', 'shard-1').share, { index: 2, count: 2, complete: true });
    assert.equal(merged.code, 0, merged.output);
    const result = resultIn('whole', 'merged');
    const [scenario] = result.load?.scenarios ?? [];
    const sent = (scenario?.steps ?? []).reduce((sum, { ledger }) => sum + ledger.sent, 0);
    assert.deepEqual([result.verdict, sent], ['GO', 100]);
    const started = Object.values(sandbox.stats().runs).reduce((sum, runs) => sum + runs, 0);
    assert.equal(result.spend.workflow_runs_started, started);
  } finally {
    await sandbox.close();
  }
});

test('a pod that is stopped in the middle stops its runs and writes its books; the load is INCONCLUSIVE', async () => {
  const sandbox = await sandboxHere();
  try {
    const stop = async (pid: number): Promise<void> => {
      while (sandbox.stats().requests < 12) await sleep(20);
      process.kill(pid, 'SIGTERM');
    };
    const { shards, merged } = await runLoad('stopped', sandbox, (index, pid) => {
      if (index === 1) void stop(pid);
    });
    const [first, second] = shards;
    assert.deepEqual([first?.code, second?.code], [0, 130], second?.output);
    assert.equal(resultIn('stopped', 'shard-1').share?.complete, false);
    const { spend } = resultIn('stopped', 'shard-1');
    assert.equal(spend.ended_by.left_running, 0);
    assert.equal(merged.code, 3, merged.output);
    assert.equal(resultIn('stopped', 'merged').verdict, 'INCONCLUSIVE');
  } finally {
    await sandbox.close();
  }
});

test('what the manifests ask for fits their own caps: the plan of the night and of each shard is accepted', async () => {
  const target = {
    ...manifest('ConfigMap', 'target').data,
    INTERACTLY_WORKFLOW_ID: '5eb7cf5a86d9755df3a6c593',
  };
  const given = { ...target, INTERACTLY_API_KEY: 'a-key-that-nobody-has' };
  const planned = (
    container: Container | undefined,
    env: Readonly<Record<string, string>>,
  ): Promise<Said> => {
    assert.ok(container !== undefined);
    const command = container.command.map((word, at) => (at === 2 ? `${word.trimEnd()} --plan` : word));
    return runContainer({ ...container, command }, { ...given, ...env });
  };
  const night = await planned(podOf(manifest('CronJob', 'nightly')).spec.containers[0], {});
  assert.equal(night.code, 0, night.output);
  const start = join(results, 'loads', 'planned', 'start');
  mkdirSync(start, { recursive: true });
  writeFileSync(join(start, 'at'), new Date(Date.now() + 3_600_000).toISOString());
  const { spec } = manifest('Job', 'load-1');
  for (const index of [0, (spec?.completions ?? 1) - 1]) {
    const shard = await planned(podOf(manifest('Job', 'load-1')).spec.containers[0], {
      ...manifest('ConfigMap', 'load-1').data,
      JOB: 'planned',
      JOB_COMPLETION_INDEX: String(index),
    });
    assert.equal(shard.code, 0, shard.output);
  }
});
