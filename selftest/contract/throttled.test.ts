import assert from 'node:assert/strict';
import { test } from 'node:test';
import { judgeRun } from '../../result/verdict.ts';
import { contractAt, targetAt, withSandbox } from './in-process.ts';
import { gatewayBefore } from './gateway.ts';

const FREE = 50;

for (const retryAfter of ['0', '3600']) {
  test(`a target that throttles for good (Retry-After: ${retryAfter}) is given up, and is no GO`, async () => {
    await withSandbox([], async (sandbox) => {
      const headers = { 'retry-after': retryAfter };
      const client = await gatewayBefore(sandbox.url, (_body, ordinal) =>
        ordinal > FREE ? { status: 429, headers, detail: 'Too Many Requests' } : null,
      );
      try {
        const began = performance.now();
        const contract = await contractAt(targetAt(client.url));
        assert.ok(performance.now() - began < 10_000, 'it waits for what nobody has the time for');
        assert.equal(contract.inconclusive?.cause, 'throttled');
        assert.match(
          contract.inconclusive.sentence,
          /\d+ cases were not asked: .* 8 calls in a row with 429/,
        );
        const { verdict } = judgeRun({ contract, load: null, interrupted: false });
        assert.equal(verdict, 'INCONCLUSIVE');
        assert.ok(client.calls() <= FREE + 40, `${client.calls()} calls`);
      } finally {
        client.close();
      }
    });
  });
}
