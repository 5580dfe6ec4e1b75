import assert from 'node:assert/strict';
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FAULTS } from '../../sandbox/faults.ts';
import { parseCommandLine } from '../../sandbox/options.ts';
import { PROFILES } from '../../sandbox/profiles.ts';
import { at } from './client.ts';

const MAIN = fileURLToPath(new URL('../../sandbox/main.ts', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

test('--list names every fault and every profile', async () => {
  const { code, out } = await run('--list');
  assert.equal(code, 0);
  for (const { name } of [...FAULTS, ...PROFILES]) assert.match(out, new RegExp(`^  ${name} `, 'm'));
});

test('bad options are named all at once, and end with 2', async () => {
  const { code, out, err } = await run(
    '--port',
    '70000',
    '--fault',
    'no-such,id-number',
    '--profile',
    'x',
    '--latency',
    'soon',
    '--seed',
    'y',
  );
  assert.deepEqual([code, out], [2, '']);
  assert.equal(err.trim().split('\n').length, 5);
  for (const word of ['70000', 'no-such', '"x"', 'soon', '"y"']) assert.ok(err.includes(word), word);
  assert.doesNotMatch(err, /\n\s+at /);
});

test('issues of spelling are sentences', () => {
  for (const argv of [['--prot', '1'], ['extra'], ['--port']]) {
    const wish = parseCommandLine(argv, {});
    assert.ok(wish.kind === 'issues' && wish.issues.length === 1, argv.join(' '));
  }
  assert.equal(parseCommandLine([], { SANDBOX_KEY: 'two words' }).kind, 'issues');
  assert.equal(parseCommandLine([], { SANDBOX_OTHER_KEY: 'two words' }).kind, 'issues');
  assert.equal(parseCommandLine([], { SANDBOX_KEY: 'same', SANDBOX_OTHER_KEY: 'same' }).kind, 'issues');
  assert.equal(parseCommandLine(['--help'], {}).kind, 'help');
});

test('faults may be repeated or listed, and an empty key counts as none', () => {
  const wish = parseCommandLine(['--fault', 'id-number,id-short', '--fault', 'start-201'], {
    SANDBOX_KEY: '',
  });
  assert.ok(wish.kind === 'serve');
  assert.deepEqual(wish.options.faults, ['id-number', 'id-short', 'start-201']);
  assert.match(wish.options.key, /^sandbox-[0-9a-f]{32}$/);
});

test('--json prints one line, survives SIGINT, and ends when stdin closes', async () => {
  const child = begin('--json');
  const { url, key, workflow_id } = await firstLine(child);
  assert.equal(key, 'key-of-the-test');
  child.kill('SIGINT');
  const response = await fetch(`${url}/workflows/v1/workflow-runs`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ workflow_id }),
  });
  assert.equal(response.status, 200);
  child.stdin.end();
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

test('--json ends on SIGTERM', async () => {
  const child = begin('--json');
  await firstLine(child);
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

test('by hand it prints a curl line with all that it needs, and Ctrl-C ends it; a taken port is a sentence', async () => {
  const child = begin();
  const text = await output(child, /Ctrl-C/);
  const url =
    /curl -sS (http:\/\/127\.0\.0\.1:(\d+)[^' ]+) -H 'Authorization: Bearer key-of-the-test' .*-d '\{.+\}'/.exec(
      text,
    );
  assert.ok(url, text);
  const second = await run('--port', String(url[2]));
  assert.equal(second.code, 2);
  assert.match(second.err, /cannot listen on 127\.0\.0\.1:\d+ .*EADDRINUSE/);
  child.kill('SIGINT');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});

function begin(...argv: readonly string[]): ChildProcessWithoutNullStreams {
  const environment = { ...process.env, SANDBOX_KEY: 'key-of-the-test' };
  return spawn(process.execPath, ['--import', 'tsx', MAIN, ...argv], { env: environment });
}

async function run(...argv: readonly string[]): Promise<Ended> {
  const child = begin(...argv);
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  await once(child, 'close');
  return { code: child.exitCode, out, err };
}

async function output(child: ChildProcessWithoutNullStreams, until: RegExp): Promise<string> {
  let text = '';
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    if (until.test(text)) return text;
  }
  return assert.fail(`the program ended after ${text}`);
}

async function firstLine(
  child: ChildProcessWithoutNullStreams,
): Promise<Record<'url' | 'key' | 'workflow_id', string>> {
  const parsed: unknown = JSON.parse(await output(child, /\n/));
  return {
    url: String(at(parsed, 'url')),
    key: String(at(parsed, 'key')),
    workflow_id: String(at(parsed, 'workflow_id')),
  };
}
