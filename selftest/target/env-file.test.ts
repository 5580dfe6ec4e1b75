import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { envFileIssues, VARIABLES } from '../../target/env-file.ts';

const dir = mkdtempSync(join(tmpdir(), 'env-file-'));
after(() => {
  rmSync(dir, { recursive: true, force: true });
});

function issuesOf(text: string): readonly string[] {
  const path = join(dir, 'variables');
  writeFileSync(path, text);
  return envFileIssues({ HARNESS_ENV_FILE: path });
}

test('a file of variables that is named must be there; .env need not be', () => {
  assert.deepEqual(envFileIssues({ HARNESS_ENV_FILE: 'none' }), []);
  const [issue = '', ...more] = envFileIssues({ HARNESS_ENV_FILE: '/no/such/file' });
  assert.match(issue, /^HARNESS_ENV_FILE names \/no\/such\/file/);
  assert.deepEqual(more, []);
});

test('the example holds every variable, and no other', () => {
  const example = readFileSync(new URL('../../.env.example', import.meta.url), 'utf8');
  const names = [...example.matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name);
  assert.deepEqual([...names].sort(), [...VARIABLES, 'HTTPS_PROXY', 'NO_PROXY'].sort());
  assert.deepEqual(issuesOf(example), []);
});

test('a misspelt name is told: it would leave the sandbox to be asked, or a cap at its default', () => {
  for (const name of ['INTERACTLY_BASEURL', 'HARNESS_MAX_RUN', 'interactly_base_url', 'HARNESS_SEED'])
    assert.match(issuesOf(`A=1\nexport ${name}=x\n`).join('|'), new RegExp(`sets ${name}, which is no`));
  assert.deepEqual(issuesOf('PATH=x\nOTHER_HARNESS_THING=1\n# INTERACTLY_OLD=1\n'), []);
});

test('a value that a # or a quote cuts off is told, without the value', () => {
  const rows: readonly (readonly [line: string, isCut: boolean])[] = [
    ['INTERACTLY_API_KEY=abcdefgh#ijkl', true],
    ['INTERACTLY_API_KEY = abcdefgh#', true],
    ['INTERACTLY_HEADERS={"teamid":"a#b"}', true],
    ["INTERACTLY_API_KEY='abcdefgh#ijkl'", false],
    ['INTERACTLY_API_KEY="abcdefgh#ijkl"', false],
    ["INTERACTLY_API_KEY='ab'cd#abcdefgh'", true],
    ["INTERACTLY_API_KEY='abcdefgh", true],
    ['INTERACTLY_API_KEY=`ab\'cd"ef#abcdefgh`', false],
    ["INTERACTLY_API_KEY='abcdefgh#ijkl' # the key of the team", false],
    ['INTERACTLY_API_KEY=abcdefgh # the key of the team', false],
    ['INTERACTLY_API_KEY= # not known yet', false],
    ['INTERACTLY_API_KEY=abcd$efgh', false],
    ['INTERACTLY_HEADERS=\'{\n  "teamid": "a#b"\n}\'\nINTERACTLY_API_KEY=abcd', false],
    ["INTERACTLY_API_KEY='abcdefgh'\r\nINTERACTLY_BASE_URL='http://127.0.0.1' # here\r\n", false],
    ["INTERACTLY_API_KEY='abcdefgh\nINTERACTLY_BASE_URL='http://127.0.0.1'\n", true],
  ];
  for (const [line, isCut] of rows) {
    const told = issuesOf(line).join('|');
    assert.equal(told.includes('within quotes'), isCut, line);
    assert.ok(!told.includes('abcdefgh'), told);
  }
});
