import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { judgeRun } from '../../result/verdict.ts';
import { openUnreadStarts, UNREAD } from '../../contract/run/unread-starts.ts';
import { contractAt, KEY, targetAt } from './in-process.ts';

const ACTING = ['POST', 'PUT', 'PATCH', 'DELETE'];

/** A server that lets everybody in and answers all with success, and with a body from which no id can be read. */
async function withUnreadable<T>(
  body: string,
  use: (url: string, starts: () => number) => Promise<T>,
): Promise<T> {
  let starts = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      if (ACTING.includes(request.method ?? '') && !text.includes('"workflow_run_id":"')) starts += 1;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, () => starts);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('after the control five calls go out that may start a run which nobody could stop', async () => {
  for (const body of ['{"workflow_run":', '{"workflow_run":{}}', '{"ok":true}', '']) {
    await withUnreadable(body, async (url, starts) => {
      const result = await contractAt(targetAt(url));
      assert.ok(starts() <= 6, `${body}: ${starts()} calls that may start a run`);
      assert.ok(starts() >= 2, 'more than the control was asked');
      const { verdict } = judgeRun({ contract: result, load: null, interrupted: false });
      assert.equal(verdict, 'NO-GO', body);
      assert.ok(
        result.outcomes.some(({ outcome, reason }) => outcome === 'skipped' && reason === UNREAD),
        body,
      );
      assert.doesNotMatch(JSON.stringify(result), new RegExp(KEY));
    });
  }
});

test('an id that is read opens the way again, and a refusal starts nothing', async () => {
  const gate = openUnreadStarts();
  for (let i = 0; i < 20; i += 1) {
    assert.equal(await gate.admit(), true);
    gate.settled('nothing');
  }
  for (let i = 0; i < 6; i += 1) {
    assert.equal(await gate.admit(), true, `call ${i}`);
    gate.settled('success-without-id');
  }
  assert.equal(await gate.admit(), false);
  const other = openUnreadStarts();
  for (let i = 0; i < 50; i += 1) {
    assert.equal(await other.admit(), true);
    other.settled(i % 5 === 4 ? 'an-id' : 'success-without-id');
  }
});

test('calls under way are waited for, so that no more go out together than alone', async () => {
  const gate = openUnreadStarts();
  assert.equal(await gate.admit(), true);
  gate.settled('success-without-id');
  const together = await Promise.all(Array.from({ length: 5 }, () => gate.admit()));
  assert.deepEqual(together, [true, true, true, true, true]);
  let isAdmitted = false;
  const sixth = gate.admit().then((admitted) => {
    isAdmitted = true;
    return admitted;
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isAdmitted, false, 'it waits');
  gate.settled('nothing');
  assert.equal(await sixth, true, 'one of the five has started nothing, so there is room for it');
  for (let i = 0; i < 5; i += 1) gate.settled('success-without-id');
  assert.equal(await gate.admit(), false);
});
