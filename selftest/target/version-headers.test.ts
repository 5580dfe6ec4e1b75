import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { targetRevision } from '../../commands/target-revision.ts';
import { kindOfHeader, steadyHeaders, VersionHeaders } from '../../result/version-headers.ts';
import { contractAt, targetAt } from '../contract/in-process.ts';
import { attack, CANARY_KEY, operation } from '../load/servers.ts';

test('headers are told by their names', () => {
  const versions = [
    'x-version',
    'x-app-version',
    'x-build',
    'x-build-number',
    'build-id',
    'x-git-sha',
    'x-commit',
    'x-release',
    'x-api-version',
    'x-service-version',
    'x-deployment-id',
    'x-appversion',
  ];
  const instances = ['x-instance', 'x-instance-id', 'x-pod-name', 'x-node', 'x-replica', 'x-backend'];
  const neither = [
    'server',
    'etag',
    'date',
    'x-request-id',
    'x-request-version',
    'x-resource-version',
    'x-workflow-version',
    'mime-version',
    'x-tls-version',
    'x-envoy-upstream-service-time',
    'x-converted',
    'sec-websocket-version',
  ];
  for (const name of versions) assert.equal(kindOfHeader(name), 'version', name);
  for (const name of instances) assert.equal(kindOfHeader(name), 'instance', name);
  for (const name of neither) assert.equal(kindOfHeader(name), null, name);
});

describe('of the values of a header', () => {
  const kept = (name: string, values: readonly string[]): string | undefined => {
    const headers = new VersionHeaders();
    for (const value of values) headers.note([[name, value]]);
    return steadyHeaders(headers.counts())[name];
  };
  const many = (count: number, valueOf: (i: number) => string): readonly string[] =>
    Array.from({ length: count }, (_, i) => valueOf(i));

  test('one is kept, and so are those of replicas and of a deployment under way', () => {
    assert.equal(kept('x-build', ['4711']), '4711');
    assert.equal(
      kept(
        'x-pod',
        many(30, (i) => `pod-${i % 3}`),
      ),
      'pod-0, pod-1, pod-2',
    );
    assert.equal(
      kept(
        'x-build',
        many(30, (i) => (i < 12 ? '4711' : '4712')),
      ),
      '4711, 4712',
    );
  });

  test('those that change with the response are not', () => {
    assert.equal(kept('x-build', many(30, String)), undefined);
    assert.equal(kept('x-instance', many(200, String)), undefined, 'more than can be counted apart');
    assert.equal(
      kept(
        'x-version',
        many(300, (i) => `12:00:${Math.floor(i / 30)}`),
      ),
      undefined,
      'a time',
    );
    assert.equal(kept('x-build', ['1', '2']), undefined, 'two responses, two values');
  });

  test('the counts of several processes are those of one', () => {
    const [one, other, both] = [new VersionHeaders(), new VersionHeaders(), new VersionHeaders()];
    for (const [i, value] of ['a', 'b', 'a', 'a'].entries()) {
      (i < 2 ? one : other).note([['x-build', value]]);
      both.note([['x-build', value]]);
    }
    one.merge(other.counts());
    assert.deepEqual(one.counts(), both.counts());
  });
});

/** Tells its build, one of three replicas, a number for each response, and the key that it was called with. */
async function withTelling<T>(run: (port: number) => Promise<T>): Promise<T> {
  let responses = 0;
  const server = createServer((request, response) => {
    responses += 1;
    const id = responses.toString(16).padStart(24, '0');
    request.resume().on('end', () => {
      const body = structuredClone(operation.examples.response) as { workflow_run: { _id: string } };
      body.workflow_run._id = id;
      response
        .writeHead(200, {
          'Content-Type': 'application/json',
          'X-Build': '4711',
          'X-Instance': `replica-${responses % 3}`,
          'X-Version-Of-Call': String(responses),
          'X-Release': `of ${request.headers.authorization ?? ''}`,
        })
        .end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await run((server.address() as AddressInfo).port);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

test('a load and contract tests keep what the target tells of itself, without our key', async () => {
  await withTelling(async (port) => {
    const { result } = await attack(port, { names: ['start'], rate: '30', duration: '1s', warmup: '0' });
    const told = targetRevision('build of tonight', null, result);
    assert.equal(told.declared, 'build of tonight');
    assert.equal(told.headers['x-build'], '4711');
    assert.equal(told.headers['x-instance'], 'replica-0, replica-1, replica-2');
    assert.equal(told.headers['x-version-of-call'], undefined);
    assert.ok(!JSON.stringify(result).includes(CANARY_KEY), 'the key is in no header of the result');

    const contract = await contractAt(targetAt(`http://127.0.0.1:${port}`), { only: 'negative/command' });
    assert.equal(targetRevision(null, contract, null).headers['x-build'], '4711');
    assert.ok(!JSON.stringify(contract).includes('self-test-Key-AbCdEf0123'));
  });
});

test('a schema that is served in another order, or from another replica, is the same', () => {
  const hash = (document: unknown): string | null => {
    const contract = { live_schema: { state: 'read', document }, coverage: {} };
    return targetRevision(null, contract as never, null).schema_sha256;
  };
  const one = hash({
    openapi: '3.1.0',
    servers: [{ url: 'http://pod-1' }],
    paths: { '/a': { get: {}, put: {} } },
  });
  assert.equal(hash({ paths: { '/a': { put: {}, get: {} } }, openapi: '3.1.0' }), one);
  assert.notEqual(hash({ paths: { '/a': { put: {} } }, openapi: '3.1.0' }), one);
});
