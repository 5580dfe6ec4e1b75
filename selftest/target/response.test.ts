import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { toApiResponse } from '../../target/send.ts';

const asIs = (text: string): string => text;

test('a response without a body is not mis-encoded, whatever encoding its headers name: HEAD is answered so', () => {
  const gzip = [['content-encoding', 'gzip']] as const;
  const table: readonly (readonly [Buffer, boolean, string])[] = [
    [Buffer.alloc(0), false, 'empty'],
    [gzipSync('{}'), false, 'json'],
    [Buffer.from('{}'), true, 'json'],
  ];
  for (const [bytes, misencoded, kind] of table) {
    const response = toApiResponse(200, gzip, bytes, asIs);
    assert.equal(response.misencoded, misencoded);
    assert.equal(response.body.kind, kind);
  }
});
