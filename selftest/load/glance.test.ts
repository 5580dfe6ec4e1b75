import assert from 'node:assert/strict';
import test from 'node:test';
import { ResponseChecker, QuickCheck } from '../../load/engine/check-response.ts';
import type { HeaderPair } from '../../result/exchange.ts';
import { createRedaction } from '../../target/redaction.ts';
import { operation } from './servers.ts';

const RUN = 'a1'.repeat(12);
const JSON_TYPE: readonly HeaderPair[] = [['content-type', 'application/json; charset=utf-8']];
const { workflow_run: example } = operation.examples.response;
const GOOD = JSON.stringify({ workflow_run: { ...example, _id: RUN } });

/** Status, headers and body of a response, and what the judge makes of it when no schema is looked at. */
const WRONG: readonly (readonly [string, number, readonly HeaderPair[], Buffer, string])[] = [
  ['another success', 201, JSON_TYPE, Buffer.from(GOOD), 'status 201 instead of 200'],
  ['a refusal', 409, JSON_TYPE, Buffer.from(GOOD), 'status 409'],
  ['no type', 200, [], Buffer.from(GOOD), 'content type missing instead of application/json'],
  [
    'another type',
    200,
    [['content-type', 'text/plain']],
    Buffer.from(GOOD),
    'content type text/plain instead of application/json',
  ],
  ['nothing', 200, JSON_TYPE, Buffer.alloc(0), 'no body'],
  ['a body cut short', 200, JSON_TYPE, Buffer.from(GOOD.slice(0, -9)), 'a body that is not JSON'],
  ['an array', 200, JSON_TYPE, Buffer.from(`[${GOOD}]`), 'no workflow_run._id of 24 characters'],
  [
    'another run',
    200,
    JSON_TYPE,
    Buffer.from(GOOD.replace(RUN, 'b2'.repeat(12))),
    'the _id of another run than the one addressed',
  ],
  [
    'no UTF-8',
    200,
    JSON_TYPE,
    Buffer.concat([
      Buffer.from(GOOD.slice(0, -1)),
      Buffer.from(',"x":"'),
      Buffer.from([0xff]),
      Buffer.from('"}'),
    ]),
    'bytes that are not the text that the headers name',
  ],
  [
    'an encoding that is not there',
    200,
    [...JSON_TYPE, ['content-encoding', 'gzip']],
    Buffer.from(GOOD),
    'bytes that are not the text that the headers name',
  ],
];

test('a good response is passed at a glance, and by the judge without being parsed', () => {
  assert.equal(new QuickCheck().isGood(RUN, 200, JSON_TYPE, Buffer.from(GOOD)), true);
  const judge = new ResponseChecker(operation, createRedaction([]), { kind: 'share', share: 0.5 });
  const judged = [1, 2].map((n) =>
    judge.check({ command: 'data', runId: RUN }, 200, JSON_TYPE, Buffer.from(GOOD), n),
  );
  assert.deepEqual(
    judged.map(({ fate, runId, response }) => [fate, runId, response !== null]),
    [
      ['ok', RUN, false],
      ['ok', RUN, true],
    ],
  );
  assert.deepEqual(judge.counts, { checked: 2, checkedInFull: 1 });
});

test('what does not look good is read, and told for what it is', () => {
  for (const [name, status, headers, body, cause] of WRONG) {
    assert.equal(new QuickCheck().isGood(RUN, status, headers, body), false, name);
    const judge = new ResponseChecker(operation, createRedaction([]), { kind: 'share', share: 0.001 });
    const judgement = judge.check({ command: 'data', runId: RUN }, status, headers, body, 1);
    assert.equal(judgement.cause, cause, name);
    assert.notEqual(judgement.fate, 'ok', name);
    assert.notEqual(judgement.response, null, name);
  }
});

test('a response that is well, but written in another way, is read and found well', () => {
  const spaced = JSON.stringify({ workflow_run: { ...example, _id: RUN } }, null, 2);
  assert.equal(new QuickCheck().isGood(RUN, 200, JSON_TYPE, Buffer.from(spaced)), false);
  const judge = new ResponseChecker(operation, createRedaction([]), { kind: 'share', share: 0.001 });
  assert.equal(
    judge.check({ command: 'data', runId: RUN }, 200, JSON_TYPE, Buffer.from(spaced), 1).fate,
    'ok',
  );
});

test('headers that change from one response to the next are looked at anew', () => {
  const quickCheck = new QuickCheck();
  const body = Buffer.from(GOOD);
  assert.equal(quickCheck.isGood(RUN, 200, JSON_TYPE, body), true);
  assert.equal(quickCheck.isGood(RUN, 200, [['content-type', 'text/html']], body), false);
  assert.equal(quickCheck.isGood(RUN, 200, JSON_TYPE, body), true);
});
