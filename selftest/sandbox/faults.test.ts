import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { FAULTS, FAULT_CLASSES, type FaultClass } from '../../sandbox/faults.ts';
import { PROFILES } from '../../sandbox/profiles.ts';
import { at, withSandbox } from './client.ts';
import { probe } from './probe.ts';

async function probed(faults: readonly string[]): Promise<readonly string[]> {
  let seen: readonly string[] = [];
  await withSandbox({ faults }, async (client) => {
    seen = await probe(client);
  });
  return seen;
}

/** The questions that are answered otherwise. */
function changed(seen: readonly string[], faultless: readonly string[]): readonly string[] {
  const titles = faultless.filter((line, index) => line !== seen[index]);
  return titles.map((line) => line.split(': ', 1)[0] ?? '');
}

test('the probe of a sandbox without faults is the same each time', async () => {
  assert.deepEqual(await probed([]), await probed([]));
});

test('the probe never meets a crash', async () => {
  assert.deepEqual(
    (await probed([])).filter((line) => /: (?:0|500) /.test(line)),
    [],
  );
});

/** What these change depends on what was asked before, so that it is the same each time is looked at too. */
const STATEFUL: readonly FaultClass[] = [
  'echo',
  'history',
  'identity',
  'time',
  'concurrency',
  'leakage',
  'wire',
  'teams',
];

test('every fault changes what a caller sees', { concurrency: 4 }, async (context) => {
  const faultless = await probed([]);
  const checks = FAULTS.map(({ name, class: className }) =>
    context.test(name, async () => {
      const seen = await probed([name]);
      assert.notDeepEqual(changed(seen, faultless), [], 'it changes nothing that the probe asks for');
      assert.doesNotMatch(seen.join(), /Internal Server Error: /, 'it is a crash');
      if (!STATEFUL.includes(className)) return;
      assert.deepEqual(
        changed(await probed([name]), faultless),
        changed(seen, faultless),
        'it is not the same each time',
      );
    }),
  );
  await Promise.all(checks);
});

test('every fault can be committed together with every other and with every profile', async () => {
  const faults = FAULTS.filter((fault) => fault.name !== 'data-unanswered').map((fault) => fault.name);
  for (const { name: profile } of PROFILES) {
    await withSandbox({ profile, faults }, async (client) => {
      assert.ok((await probe(client)).length > 0);
    });
  }
});

test('the names of faults are unique and in kebab-case, and each class has at least five', () => {
  const names = FAULTS.map((fault) => fault.name);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^[a-z0-9]+(?:-[a-z0-9]+)+$/);
  for (const name of FAULT_CLASSES)
    assert.ok(FAULTS.filter((fault) => fault.class === name).length >= 5, name);
});

test("every fault's rule is one of the description's, and its weight fits the rule's evidence", () => {
  const document: unknown = parse(
    readFileSync(new URL('../../openapi/workflow-runs.yaml', import.meta.url), 'utf8'),
  );
  const rules = at(document, 'paths', '/workflows/v1/workflow-runs', 'post', 'x-rules');
  for (const { name, rule, weight } of FAULTS) {
    const level = at(rules, rule, 'x-evidence', 'level');
    assert.ok(typeof level === 'string', `${name}: ${rule}`);
    assert.equal(
      weight === 'failure',
      level === 'documented' || level === 'entailed',
      `${name}: ${weight}, ${level}`,
    );
  }
});

test('an unknown fault or profile is named', async () => {
  await assert.rejects(
    withSandbox({ faults: ['no-such'] }, () => Promise.resolve()),
    /no sandbox fault "no-such"/,
  );
  await assert.rejects(
    withSandbox({ profile: 'no-such' }, () => Promise.resolve()),
    /no sandbox profile "no-such"/,
  );
});
