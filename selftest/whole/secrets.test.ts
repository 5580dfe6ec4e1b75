import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { startBetween } from '../reports/between.ts';
import { givesAway, SPELLINGS } from '../target/spelled.ts';
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

test('a header whose value answers rightly hold is no key: nobody is blamed for it, and it is written nowhere', async () => {
  const sandbox = await sandboxHere();
  try {
    const answer = await fetch(`${sandbox.url}/workflows/v1/workflow-runs`, {
      method: 'POST',
      headers: { authorization: `Bearer ${CANARY_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ command: 'start', workflow_id: sandbox.workflowId }),
    });
    const { workflow_run: run } = (await answer.json()) as { workflow_run: { team_id: string } };
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

test('a key that comes back in every spelling, in bodies and headers, is in no file of the run and not on the terminal', async () => {
  const sandbox = await sandboxHere();
  const spelled = Object.entries(SPELLINGS).map(([, spell]) => spell(CANARY_KEY));
  const between = await startBetween(sandbox.url, (response, nth) => {
    const one = spelled[nth % spelled.length] ?? '';
    const members = spelled.map((text, i) => [`echo_${i} ${text}`, text]);
    const extra = JSON.stringify({ ...Object.fromEntries(members), at: nth }).slice(1, -1);
    return {
      ...response,
      headers: { ...response.headers, 'x-echo': encodeURIComponent(one), 'x-key': CANARY_KEY.toUpperCase() },
      body: response.body
        .replace(/^\{/, () => `{${extra},`)
        .replace(/"status":"[a-z_]+"/, () => `"status":${JSON.stringify(one)}`),
    };
  });
  try {
    const ran = await callCli({
      args: ['contract', '--only', 'positive/'],
      env: targeting({ url: between.url, workflowId: sandbox.workflowId }),
    });
    assert.equal(ran.code, 1, ran.stdout);
    assert.ok(ran.result().contract?.findings.some((finding) => finding.check === 'key-echo'));
    const files = ran.filesWith('');
    assert.ok(files.length >= 5, files.join(', '));
    const giving = files.filter((path) => givesAway(readFileSync(path, 'utf8'), CANARY_KEY));
    assert.deepEqual(giving, []);
    assert.ok(!givesAway(ran.stdout + ran.stderr, CANARY_KEY));
  } finally {
    between.close();
    await sandbox.close();
  }
});
