import assert from 'node:assert/strict';
import type { Network } from '../../doctor/network.ts';
import { examined, idsIn, resultOf, settingsFor, skippedFor, type Environment } from './examined.ts';
import { startStandIn, type Behaviour } from './stand-in.ts';

const HTTP = ['path', 'clock', 'key', 'headers', 'schema', 'list', 'get-run', 'run', 'workflow', 'nightly'];
const BEHIND: Readonly<Record<string, readonly string[]>> = {
  proxy: ['name', 'tcp', 'tls', ...HTTP],
  name: ['tcp', 'tls', ...HTTP],
  tcp: ['tls', ...HTTP],
  tls: HTTP,
  path: ['key', 'headers', 'schema', 'list', 'get-run', 'run', 'workflow', 'nightly'],
  clock: [],
  key: ['headers', 'schema', 'list', 'get-run', 'run', 'workflow', 'nightly'],
  headers: ['schema', 'list', 'get-run', 'run', 'workflow', 'nightly'],
  list: [],
  run: ['workflow', 'nightly'],
};

/** Exactly one line fails, says what to do, and what hangs on it is skipped because of it, and nothing else is. */
export async function failsExactly(
  line: string,
  own: Environment,
  {
    network = {},
    skipped = BEHIND[line] ?? [],
    says,
  }: {
    readonly network?: Partial<Network>;
    readonly skipped?: readonly string[];
    readonly says?: RegExp;
  } = {},
): Promise<void> {
  const { results, code, spent } = await examined(own, { network });
  const shown = JSON.stringify(results, null, 1);
  assert.deepEqual(idsIn(results, 'failed'), [line], shown);
  assert.deepEqual(skippedFor(results, line), skipped, shown);
  assert.equal(code, 3);
  assert.ok(spent.freeRequests <= 12, String(spent.freeRequests));
  const { next, what } = resultOf(results, line);
  assert.ok((next ?? '').length > 10, shown);
  if (says !== undefined) assert.match(`${what} ${next ?? ''}`, says);
  for (const other of results.filter(({ id }) => id !== line)) assert.equal(other.next, null, shown);
}

/** The same of a stand-in, whose log tells that what was started was stopped. */
export async function withStandIn(
  line: string,
  behave: Behaviour,
  {
    own = {},
    says,
    skipped,
  }: {
    readonly own?: Environment;
    readonly says?: RegExp;
    readonly skipped?: readonly string[];
  } = {},
): Promise<void> {
  const server = await startStandIn(behave);
  try {
    const more = { ...(says === undefined ? {} : { says }), ...(skipped === undefined ? {} : { skipped }) };
    await failsExactly(line, settingsFor(server.url, own), more);
    assert.deepEqual(server.log.stopped, server.log.started);
  } finally {
    server.close();
  }
}
