import assert from 'node:assert/strict';
import test from 'node:test';
import { commandBody, startBody } from '../../api/request.ts';
import { FifoQueue } from '../../load/engine/dispatcher.ts';
import { Bodies, COMMANDS } from '../../load/scenario/request-bodies.ts';
import { Inputs } from '../../load/scenario/run-input.ts';
import { WHOLE } from '../../load/arrivals/shard.ts';
import type { Target } from '../../target/target.ts';
import { targetAt } from './servers.ts';

const RUN = 'a1'.repeat(12);

function targetWith(runInput: Target['runInput']): Target {
  return { ...targetAt('http://127.0.0.1:1'), runInput };
}

function bodiesOf(target: Target): Bodies {
  return new Bodies(target, new Inputs(target.runInput, [], WHOLE));
}

test('a body whose text is made once is the one that is built whole, but for its variable and its run', () => {
  const target = targetWith({
    dynamic_variables: { greeting: 'Grüß "Dich"\n' },
    miscellaneous: { list: [1] },
  });
  const bodies = bodiesOf(target);
  const subject = { workflowId: target.workflowId, runInput: target.runInput, liveRunId: null };
  for (const command of COMMANDS) {
    for (const [n, run] of [RUN, 'b2'.repeat(12), 'with "quotes" & \\ ünïcode'].entries()) {
      const canary = { key: 'harness_load_request', value: `selftest-${n}` };
      const whole =
        command === 'start' ? startBody(subject, canary) : commandBody(subject, command, run, canary);
      const text = bodies.next(command, command === 'start' ? null : run, n);
      assert.equal(text, JSON.stringify(whole), command);
    }
  }
});

test('a run input that holds the very words of the gaps is built whole each time', () => {
  const said = 'the-value-that-is-its-own';
  const bodies = bodiesOf(targetWith({ dynamic_variables: { said, run: 'the-run-that-is-addressed' } }));
  for (const n of [1, 2]) {
    const body = JSON.parse(bodies.next('data', RUN, n)) as Record<string, unknown>;
    assert.equal(body['workflow_run_id'], RUN);
    assert.deepEqual(body['dynamic_variables'], {
      said,
      run: 'the-run-that-is-addressed',
      harness_load_request: `selftest-${n}`,
    });
  }
});

test('templates are filled in anew for each body that carries the input, and for no other', () => {
  const bodies = bodiesOf(targetWith({ dynamic_variables: { call: '{{n}}' } }));
  const callOf = (command: 'data' | 'pause'): unknown =>
    (JSON.parse(bodies.next(command, RUN, 1)) as { dynamic_variables: { call?: string } }).dynamic_variables
      .call;
  assert.deepEqual([callOf('data'), callOf('pause'), callOf('data')], ['1', undefined, '2']);
});

test('what waits comes off in its order, however much of it there is', () => {
  const queue = new FifoQueue<number>();
  queue.drop();
  let taken = 0;
  for (let n = 0; n < 10_000; n += 1) {
    queue.push(n);
    if (n % 3 === 0) continue;
    assert.equal(queue.oldest, taken);
    queue.drop();
    taken += 1;
  }
  assert.equal(queue.length, 10_000 - taken);
  assert.deepEqual(
    queue.clear(),
    Array.from({ length: 10_000 - taken }, (_, i) => taken + i),
  );
  assert.deepEqual([queue.length, queue.oldest], [0, undefined]);
});
