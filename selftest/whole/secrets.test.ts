import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readHistory } from '../../history/files.ts';
import type { LiveResult } from '../../history/live.ts';
import { NO_LATENCY } from '../../sandbox/latency.ts';
import { startSandbox, type Sandbox } from '../../sandbox/server.ts';
import { filesBelow } from '../files.ts';
import { startBetween, type Between } from '../reports/between.ts';
import { filesThatTell, givesAway, SPELLINGS } from '../target/spelled.ts';
import { callCli } from './called.ts';
import { CANARY_KEY, removeOutputs, sandboxHere, targeting } from './cli.ts';

after(removeOutputs);

test('a key that comes back as the name of a field or as a status, which findings quote, is not given away either', async () => {
  const sandbox = await sandboxHere();
  const between = await startBetween(sandbox.url, (response) => ({
    ...response,
    body: response.body
      .replace(/"status":"[a-z_]+"/, `"status":"${CANARY_KEY}","field_${CANARY_KEY}":1`)
      .replace(/"created_at":"[^"]+"/, `"created_at":"${'-'.repeat(30)}${CANARY_KEY}"`),
  }));
  try {
    const ran = await callCli({
      args: ['contract', '--only', 'positive/miscellaneous'],
      env: targeting({ url: between.url, workflowId: sandbox.workflowId }),
    });
    assert.equal(ran.code, 1, ran.stdout);
    const checks = new Set(ran.result().contract?.findings.map((finding) => finding.check));
    for (const check of ['key-echo', 'known-values', 'undocumented-fields', 'response-schema-conformance'])
      assert.ok(checks.has(check), check);
    assert.deepEqual(ran.filesWith(CANARY_KEY.slice(0, 12)), []);
  } finally {
    between.close();
    await sandbox.close();
  }
});

test('a header whose value responses rightly hold is no key: nobody is blamed for it, and it is written nowhere', async () => {
  const sandbox = await sandboxHere();
  try {
    const response = await fetch(`${sandbox.url}/workflows/v1/workflow-runs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${CANARY_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ command: 'start', workflow_id: sandbox.workflowId }),
    });
    const { workflow_run: run } = (await response.json()) as { workflow_run: { team_id: string } };
    const year = String(new Date().getUTCFullYear());
    const ran = await callCli({
      args: ['contract', '--seed', '1'],
      env: {
        ...targeting(sandbox),
        INTERACTLY_HEADERS: JSON.stringify({ teamid: run.team_id, version: year }),
      },
    });
    assert.deepEqual([ran.code, ran.result().verdict], [0, 'GO'], ran.stdout);
    assert.deepEqual(ran.result().contract?.findings, []);
    assert.deepEqual(ran.filesWith(run.team_id), []);
    // The record of a whole suite; the load of an ordinary night adds some 8 KB, and 20 KB is the most for both.
    const [kept] = readHistory(join(ran.outDir, 'history')).kept;
    assert.ok(
      kept !== undefined && statSync(kept.path).size < 12_000,
      String(statSync(kept?.path ?? '').size),
    );
  } finally {
    await sandbox.close();
  }
});

test('a header value that a finding quotes, whole or cut, is taken out of it', async () => {
  const token = `tok-${'abcdefghij'.repeat(9)}`;
  const sandbox = await sandboxHere();
  const between = await startBetween(sandbox.url, (response) => ({
    ...response,
    body: response.body.replace(/"status":"[a-z_]+"/, `"status":"${token}","field_${token}":1`),
  }));
  try {
    const ran = await callCli({
      args: ['contract', '--only', 'positive/miscellaneous'],
      env: {
        ...targeting({ url: between.url, workflowId: sandbox.workflowId }),
        INTERACTLY_HEADERS: JSON.stringify({ 'x-token': token }),
      },
    });
    const checks = new Set(ran.result().contract?.findings.map((finding) => finding.check));
    assert.ok(checks.has('known-values') && checks.has('undocumented-fields'), [...checks].join());
    assert.ok(!checks.has('key-echo'));
    assert.deepEqual(ran.filesWith(token.slice(0, 12)), []);
  } finally {
    between.close();
    await sandbox.close();
  }
});

/** Gives the key back in every spelling: in bodies, as names and values, in headers, and in the schemas of itself. */
async function leaking(sandbox: Sandbox): Promise<Between> {
  const spelled = Object.values(SPELLINGS).map((spell) => spell(CANARY_KEY));
  const schemas = JSON.stringify({
    WorkflowRun: {
      type: 'object',
      properties: Object.fromEntries(spelled.map((text) => [text, { enum: spelled, title: text }])),
    },
  });
  return startBetween(sandbox.url, (response, nth, requestBody) => {
    const one = spelled[nth % spelled.length] ?? '';
    const members = spelled.map((text, i) => [`echo_${i} ${text}`, text]);
    const extra = JSON.stringify({ ...Object.fromEntries(members), at: nth }).slice(1, -1);
    const isSchema = requestBody === '' && response.status === 404;
    return {
      status: isSchema ? 200 : response.status,
      headers: { ...response.headers, 'x-echo': encodeURIComponent(one), 'x-key': CANARY_KEY.toUpperCase() },
      body: isSchema
        ? schemas
        : response.body
            .replace(/^\{/, () => `{${extra},`)
            .replace(/"status":"[a-z_]+"/, () => `"status":${JSON.stringify(one)}`),
    };
  });
}

test('a key that comes back in every spelling is in no file that any command writes, and on no terminal', async () => {
  const sandbox = await sandboxHere();
  const between = await leaking(sandbox);
  try {
    const env = targeting({ url: between.url, workflowId: sandbox.workflowId });
    const ran = await callCli({ args: ['contract', '--seed', '1'], env });
    assert.equal(ran.code, 1, ran.stdout);
    assert.ok(ran.result().contract?.findings.some((finding) => finding.check === 'key-echo'));
    assert.equal(ran.result().contract?.live_schema?.state, 'read');
    const accepting = { ...env, HARNESS_ACCEPTED_FILE: join(ran.outDir, 'accepted', 'drift.json') };
    const reason = ['--reason', `as seen with ${CANARY_KEY}`];
    const history = join(ran.outDir, 'the-history');
    const others = [
      ['accept', ran.outDir, '--shape', ...reason],
      ['accept', ran.outDir, '--all', ...reason],
      ['compare', ran.outDir, ran.outDir, '--out', join(ran.outDir, 'compared')],
      ['history', '--history', history],
      ['doctor', '--free', '--json'],
      ['doctor', '--free', '--share'],
    ];
    for (const args of others) {
      const { code, stdout, stderr } = await callCli({ args, env: accepting });
      assert.ok([0, 1, 3].includes(code), `${args.join(' ')}: ${stdout}${stderr}`);
      assert.ok(!givesAway(stdout + stderr, CANARY_KEY), args.join(' '));
    }
    const files = ran.filesWith('');
    for (const name of [
      'result.json',
      'index.html',
      'ctrf.json',
      'digest.json',
      'summary.md',
      'junit.xml',
      'drift.json',
    ])
      assert.ok(
        files.some((path) => path.endsWith(`/${name}`)),
        name,
      );
    assert.ok(
      files.some((path) => /shape-.*\.json$/.test(path)) &&
        files.some((path) => path.includes('the-history')),
    );
    for (const name of ['index.html', 'comparison.json', 'comparison.md'])
      assert.ok(files.includes(join(ran.outDir, 'compared', name)), name);
    assert.deepEqual(filesThatTell(files, CANARY_KEY), []);
    // The same search finds what is in them, and a key that is put there.
    const page = join(ran.outDir, 'index.html');
    assert.deepEqual(filesThatTell([page], sandbox.workflowId), [page]);
    const planted = join(ran.outDir, 'compared', 'planted.html');
    writeFileSync(planted, `<p>${SPELLINGS['percent everywhere']?.(CANARY_KEY) ?? ''}</p>`);
    assert.deepEqual(filesThatTell([planted], CANARY_KEY), [planted]);
    assert.ok(!givesAway(ran.stdout + ran.stderr, CANARY_KEY));
    // What is written beside the report and holds exchanges is for its owner alone.
    const held = files.filter(
      (path) =>
        /records\.ndjson$|state\/contract\.json$|shape-.*\.json$|ledger\.ndjson$/.test(path) ||
        /\bcurl /.test(readFileSync(path, 'utf8')),
    );
    for (const name of ['result.json', 'index.html', 'junit.xml', 'ledger.ndjson'])
      assert.ok(
        held.some((path) => path.endsWith(name)),
        name,
      );
    assert.deepEqual(
      held.filter((path) => (statSync(path).mode & 0o077) !== 0),
      [],
    );
  } finally {
    between.close();
    await sandbox.close();
  }
});

test('two deployments with keys and workflows of their own: each is asked with its own, and neither key is told', async () => {
  const keyB = 'ik-live-canary-of-B-Wx8Wx8Wx8';
  const workflowB = 'b'.repeat(24);
  const [sandboxA, sandboxB] = await Promise.all([
    sandboxHere(),
    startSandbox({
      port: 0,
      key: keyB,
      workflowId: workflowB,
      faults: [],
      profile: 'default',
      latency: NO_LATENCY,
      seed: 1,
    }),
  ]);
  const dir = mkdtempSync(join(tmpdir(), 'live-'));
  // Each side once gives its build as the keys of both: what is named like a version is written into every file.
  const told = { 'x-build-version': `${keyB.toUpperCase()} ${CANARY_KEY}` };
  const [a, b] = await Promise.all(
    [sandboxA, sandboxB].map(({ url }) =>
      startBetween(url, (response, nth) => ({
        ...response,
        headers: { ...response.headers, ...(nth === 30 ? told : {}) },
      })),
    ),
  );
  assert.ok(a !== undefined && b !== undefined);
  try {
    const ran = await callCli({
      args: [
        'compare',
        '--live',
        a.url,
        b.url,
        ...'--rate 20 --blocks 8 --block 200ms --json --out'.split(' '),
        join(dir, 'run'),
      ],
      env: { ...targeting(sandboxA), INTERACTLY_API_KEY_B: keyB, INTERACTLY_WORKFLOW_ID_B: workflowB },
    });
    const result = JSON.parse(ran.stdout.trim().split('\n').at(-1) ?? '') as LiveResult;
    assert.ok([0, 3].includes(ran.code), ran.stdout + ran.stderr);
    assert.equal(result.comparison?.pairs, 8, ran.stdout + ran.stderr);
    for (const [side, sandbox] of [
      [result.a, sandboxA],
      [result.b, sandboxB],
    ] as const) {
      const { runs, by_status: byStatus } = sandbox.stats();
      assert.deepEqual([Object.keys(byStatus), Object.keys(runs)], [['200'], ['cancelled']]);
      assert.ok(side.workflow_runs_started > 0);
      assert.equal(runs['cancelled'], side.workflow_runs_started);
      assert.deepEqual(side.version_headers, { 'x-build-version': '[redacted] [redacted]' });
    }
    assert.notEqual(result.a.workflow, result.b.workflow);
    assert.match(result.reasons.join(' '), /B ran another workflow than A/);
    assert.match(ran.stderr, /^B: [^\n]*, with INTERACTLY_API_KEY_B and INTERACTLY_WORKFLOW_ID_B$/m);
    const files = filesBelow(dir);
    for (const name of ['comparison.json', 'comparison.md', 'index.html'])
      assert.ok(
        files.some((path) => path.endsWith(`/${name}`)),
        name,
      );
    for (const key of [keyB, CANARY_KEY]) {
      assert.deepEqual(filesThatTell(files, key), []);
      assert.ok(!givesAway(ran.stdout + ran.stderr, key));
    }
  } finally {
    for (const one of [a, b]) one.close();
    await Promise.all([sandboxA.close(), sandboxB.close()]);
    rmSync(dir, { recursive: true });
  }
});
