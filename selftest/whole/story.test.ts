import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parseObserved, type ObservedRule } from '../../drift/observed-file.ts';
import type { AssumptionState } from '../../result/contract-result.ts';
import { NO_LATENCY } from '../../sandbox/latency.ts';
import { startSandbox, type Sandbox } from '../../sandbox/server.ts';
import { examined, idsIn, resultOf } from '../doctor/examined.ts';
import { callCli } from './called.ts';
import { CANARY_KEY, removeOutputs, type Ran } from './cli.ts';
import { startEnvironment, type Environment } from './story-server.ts';

/** The first contact with an environment, from no settings at all to the night on which it has changed. */
const dir = mkdtempSync(join(tmpdir(), 'story-'));
const envFile = join(dir, 'qa.env');
const WORKFLOW = '5eb7cf5a86d9755df3a6c593';
const OWN = {
  HARNESS_ENV_FILE: envFile,
  HARNESS_ACCEPTED_FILE: join(dir, 'accepted', 'drift.json'),
  HARNESS_PATIENCE: '1500ms',
};
let sandbox: Sandbox;
let environment: Environment;

before(async () => {
  sandbox = await startSandbox({
    port: 0,
    key: CANARY_KEY,
    workflowId: WORKFLOW,
    faults: [],
    profile: 'threads-needed',
    latency: NO_LATENCY,
    seed: 1,
  });
  environment = await startEnvironment(sandbox);
  environment.manner.fields = FIRST;
});
after(async () => {
  environment.close();
  await sandbox.close();
  removeOutputs();
  rmSync(dir, { recursive: true, force: true });
});

/** What the environment has beyond the page on the first day, then one revision on, then one that breaks. */
const FIRST = { version_name: 'Initial Version', run_by: 'qa', is_evaluation_run: false };
const ADDITIVE = { ...FIRST, voice_conversation_id: 'voice-1' };
const BREAKING = { ...ADDITIVE, version_name: 7 };

const settings: Record<string, string> = {};

function set(more: Readonly<Record<string, string>>): void {
  Object.assign(settings, more);
  writeFileSync(
    envFile,
    Object.entries(settings)
      .map(([name, value]) => `${name}='${value}'\n`)
      .join(''),
  );
}

/** What the doctor says of the file of settings: the one line that fails, and what is to be done. */
async function doctor(): Promise<{
  readonly code: number;
  readonly failed: readonly string[];
  readonly next: string;
}> {
  const { results, code } = await examined(OWN);
  const failed = idsIn(results, 'failed');
  return { code, failed, next: failed[0] === undefined ? '' : (resultOf(results, failed[0]).next ?? '') };
}

test('no settings: the doctor names the file and the variables', async () => {
  const ran = await callCli({ args: ['doctor'], env: { HARNESS_ENV_FILE: 'none' } });
  assert.equal(ran.code, 2, ran.stdout + ran.stderr);
  assert.match(
    ran.stdout,
    /failed {2}Base URL .*not set[^]*-> Set INTERACTLY_BASE_URL, [^]* \(copy\s+\.env\.example/,
  );
});

test('a wrong key, headers that are missing, a thread that is needed: each fails its line and says what to do', async () => {
  set({
    INTERACTLY_BASE_URL: environment.url,
    INTERACTLY_API_KEY: 'ik-live-of-another-place',
    INTERACTLY_WORKFLOW_ID: WORKFLOW,
    INTERACTLY_HEADERS: '',
  });
  environment.manner.needsHeaders = false;
  const wrongKey = await doctor();
  assert.deepEqual([wrongKey.code, wrongKey.failed], [3, ['key']]);
  assert.match(wrongKey.next, /Set INTERACTLY_API_KEY/);

  set({ INTERACTLY_API_KEY: CANARY_KEY });
  environment.manner.needsHeaders = true;
  const noHeaders = await doctor();
  assert.deepEqual([noHeaders.code, noHeaders.failed], [3, ['headers']]);
  assert.match(noHeaders.next, /Set INTERACTLY_HEADERS='\{"teamid":"…","uuid":"…"\}'/);

  set({ INTERACTLY_HEADERS: '{"teamid":"team-Qx3Qx3Qx3","uuid":"user-Qx3Qx3Qx3"}' });
  const noThread = await doctor();
  assert.deepEqual([noThread.code, noThread.failed], [3, ['run']]);
  const [, json = '', file = ''] =
    /^Write (\{.*\}) to (\S+) and set INTERACTLY_RUN_INPUT=\S+\.$/.exec(noThread.next) ?? [];
  writeFileSync(join(dir, file), json);
  set({ INTERACTLY_RUN_INPUT: join(dir, file) });
  assert.deepEqual(await doctor(), { code: 0, failed: [], next: '' });
  assert.equal(sandbox.stats().by_command.start, 2, 'one was refused, one started');
});

async function night(): Promise<Ran> {
  return callCli({ args: ['contract', '--seed', '1'], env: OWN });
}

function file(ran: Ran, name: string): string {
  return readFileSync(join(ran.outDir, name), 'utf8');
}

async function accept(ran: Ran, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await callCli({
    args: ['accept', ran.outDir, ...args, '--reason', 'as seen on the first day'],
    env: OWN,
  });
  assert.equal(code, 0, stderr);
  return stdout;
}

/** A text as it is read: without what Markdown, HTML and XML escape. */
function readable(text: string): string {
  return text.replaceAll('\\', '').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&gt;', '>');
}

/** The cause of a NO-GO stands in one line wherever somebody may read of it. */
function isEverywhere(ran: Ran, cause: RegExp): void {
  const pages = ['index.html', 'summary.md', 'junit.xml'].map((name) => [name, file(ran, name)] as const);
  for (const [where, text] of [['terminal', ran.stdout] as const, ...pages])
    assert.match(readable(text), cause, where);
}

function observedRules(): readonly ObservedRule[] {
  const path = join(dir, 'accepted', 'observed.json');
  const rules = parseObserved(readFileSync(path, 'utf8'), path);
  assert.ok(typeof rules !== 'string', path);
  return rules;
}

test('the first run is accepted with its shape and what it observed; additions later are told, and what breaks is NO-GO', async () => {
  const first = await night();
  assert.deepEqual([first.code, first.result().verdict], [0, 'GO'], first.stdout);
  assert.match(first.stdout, /; 3 drift\n/);
  const ledger = first.result().contract?.assumptions ?? [];
  const count = (state: AssumptionState): number => ledger.filter((row) => row.state === state).length;
  assert.deepEqual([count('confirmed'), count('refuted'), count('not_seen')], [27, 3, 0]);
  assert.match(file(first, 'index.html'), /27 confirmed, 3 refuted, 0 not seen/);
  assert.deepEqual(
    ledger.filter(({ state }) => state === 'refuted').map(({ id }) => id),
    ['undocumented-fields', 'content-type-leniency', 'edge-values'],
  );
  assert.match(await accept(first, '--all'), /3 accepted, 0 renewed, .*commit it/);
  assert.match(
    await accept(first, '--shape'),
    /accepted the shape of 5 commands in \d+ responses .*commit it/,
  );
  const observed = await callCli({ args: ['accept', first.outDir, '--observe'], env: OWN });
  assert.match(observed.stdout, /^observed: refused-key-status \(.*\)$/m, observed.stderr);
  assert.match(observed.stdout, /26 rules observed at .*commit it/); // all but the one whose breach is drift by name
  const rules = observedRules();
  assert.deepEqual(
    [rules.length, rules[0]?.id, new Set(rules.map(({ run }) => run))],
    [26, 'accept-leniency', new Set([first.result().run.id])],
  );

  const second = await night();
  assert.deepEqual([second.code, second.result().verdict], [0, 'GO'], second.stdout);
  assert.match(second.stdout, /; 3 drift, 3 of them accepted\n/);
  assert.doesNotMatch(second.stdout, /Drift against the shape/);

  environment.manner.fields = ADDITIVE;
  const additive = await night();
  assert.deepEqual([additive.code, additive.result().verdict], [0, 'GO'], additive.stdout);
  const note = /voice_conversation_id: absent before, now string/;
  for (const text of [additive.stdout, file(additive, 'index.html'), file(additive, 'summary.md')])
    assert.match(readable(text), note);

  environment.manner.fields = BREAKING;
  const breaking = await night();
  assert.deepEqual([breaking.code, breaking.result().verdict], [1, 'NO-GO'], breaking.stdout);
  isEverywhere(
    breaking,
    /drift: data \/workflow_run\/workflow_run\/version_name: string before, now integer: [^\n]+/,
  );

  environment.manner.fields = FIRST;
  environment.manner.refusesKeysWith = 403;
  const refuted = await night();
  assert.deepEqual([refuted.code, refuted.result().verdict], [1, 'NO-GO'], refuted.stdout);
  isEverywhere(
    refuted,
    /drift: rule refused-key-status: held \(accepted on \d{4}-\d\d-\d\d from the run [^)\n]+\) before, now refuted \([^\n]+\): [^\n]+/,
  );
  assert.deepEqual(observedRules(), rules, 'a run changes nothing that was accepted');
});
