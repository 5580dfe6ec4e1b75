import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parse } from 'yaml';
import type { RunResult } from '../../result/result.ts';
import type { Sandbox } from '../../sandbox/server.ts';
import { filesBelow } from '../files.ts';
import { CANARY_KEY, sandboxHere, targeting } from '../whole/cli.ts';
import { machineEnvironment, makeOrigin, ROOT, runScript, stubNpm, type Origin, type Said } from './clone.ts';

/** Slower than the limit by far, so that it is broken on a busy machine too. */
const SLOW = { kind: 'constant', ms: 250 } as const;
const QUICK = `load: [{scenario: start, rate: 20, duration: 2s, warmup: 0s, threshold: ['latency_ms_p50 < 20']}]\n`;

let origin: Origin;
let sandbox: Sandbox;
before(async () => {
  origin = makeOrigin({ 'quick.yaml': QUICK });
  stubNpm(origin);
  sandbox = await sandboxHere([], SLOW);
});
after(async () => {
  await sandbox.close();
  origin.remove();
});

interface Ended extends Said {
  readonly dir: string;
}

/** Runs the lines of a job in one clone, as one shell; with `-e`, as both systems do. */
async function runLines(
  dir: string,
  lines: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ended> {
  const said = await runScript(['bash', '-eo', 'pipefail', '-c', lines.join('\n')], dir, {
    ...machineEnvironment(origin),
    ...env,
  });
  return { ...said, dir };
}

describe('the job of GitLab', () => {
  const { '.run': job } = parse(readFileSync(join(ROOT, '.gitlab-ci.yml'), 'utf8')) as Record<
    string,
    { script: readonly string[]; cache: readonly { paths: readonly string[] }[] }
  >;
  const given = {
    HARNESS_COMMAND: 'nightly',
    HARNESS_TARGET: 'qa',
    HARNESS_INCONCLUSIVE: 'fail',
    HARNESS_PROFILE: 'quick.yaml',
    CI_PIPELINE_ID: '11',
    CI_JOB_ID: '12',
    CI_JOB_URL: 'https://gitlab.example.test/owner/harness/-/jobs/12',
  };

  test('that is NO-GO ends with 1 and has its reports where GitLab takes them', async () => {
    const { code, output, dir } = await runLines(origin.clone(), job?.script ?? [], {
      ...given,
      ...targeting(sandbox),
    });
    assert.equal(code, 1, output);
    assert.match(output, /\nerror: NO-GO\. /);
    assert.match(readFileSync(join(dir, 'report', 'junit.xml'), 'utf8'), /<failure /);
    assert.ok(Array.isArray(JSON.parse(readFileSync(join(dir, 'report', 'codequality.json'), 'utf8'))));
    assert.deepEqual(JSON.parse(readFileSync(join(dir, 'annotations.json'), 'utf8')), {
      report: [
        {
          external_link: {
            label: 'HTML report',
            url: `${given.CI_JOB_URL}/artifacts/file/report/index.html`,
          },
        },
      ],
    });
    assert.ok(!output.includes(CANARY_KEY));
    assert.deepEqual(
      filesBelow(join(dir, 'report')).filter((path) => readFileSync(path).includes(CANARY_KEY)),
      [],
    );

    // The history is what the cache keeps, and from what the next pipeline on an empty machine tells what is new.
    assert.deepEqual(
      job?.cache.map(({ paths }) => paths),
      [['reports/history/'], ['.npm/']],
    );
    const next = origin.clone();
    cpSync(join(dir, 'reports', 'history'), join(next, 'reports', 'history'), { recursive: true });
    await runLines(next, job.script, { ...given, CI_JOB_ID: '13', ...targeting(sandbox) });
    const result = JSON.parse(readFileSync(join(next, 'report', 'result.json'), 'utf8')) as RunResult;
    assert.equal(result.since_last?.run_id, '11-12');
  });

  test('without its key ends with 2, sends nothing and leaves no report', async () => {
    const before = sandbox.stats().requests;
    const env = { ...given, ...targeting(sandbox), INTERACTLY_API_KEY: '' };
    const { code, output, dir } = await runLines(origin.clone(), job?.script ?? [], env);
    assert.equal(code, 2, output);
    assert.match(output, /INTERACTLY_API_KEY is not set/);
    assert.match(output, /error: configuration\. /);
    assert.ok(!existsSync(join(dir, 'report')));
    assert.equal(sandbox.stats().requests, before);
  });
});

describe('the stages of Jenkins', () => {
  const lines = [...readFileSync(join(ROOT, 'Jenkinsfile'), 'utf8').matchAll(/\bsh '(.*?)'(?= \}|$)/gm)].map(
    ([, line = '']) => line,
  );
  const given = {
    COMMAND: 'nightly',
    INCONCLUSIVE: 'fail',
    RUN: 'reports/runs/jenkins-1',
    PROFILE: 'quick.yaml',
  };

  /** Each line in a shell of its own; a failed one ends the build. */
  async function build(env: Readonly<Record<string, string>>): Promise<Ended> {
    const dir = origin.clone();
    let output = '';
    for (const line of lines) {
      const ended = await runLines(dir, [line], { ...given, ...env });
      output += ended.output;
      if (ended.code !== 0) return { code: ended.code, output, dir };
    }
    return { code: 0, output, dir };
  }

  test('that are NO-GO end with 1, and the report is where the file archives it', async () => {
    assert.equal(lines.length, 3);
    const { code, output, dir } = await build(targeting(sandbox));
    assert.equal(code, 1, output);
    assert.match(output, /\nerror: NO-GO\. /);
    for (const name of ['junit.xml', 'index.html']) assert.ok(existsSync(join(dir, given.RUN, name)), name);
  });

  test('without a key end with 2 and leave no report', async () => {
    const { code, output, dir } = await build({ ...targeting(sandbox), INTERACTLY_API_KEY: '' });
    assert.equal(code, 2, output);
    assert.match(output, /INTERACTLY_API_KEY is not set/);
    assert.ok(!existsSync(join(dir, given.RUN)));
  });
});
