import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WORKFLOW, at, idOf, pairsOf, withSandbox } from './client.ts';

/** Maps as JSON text, since a literal could not spell some of them. */
const MAPS: readonly string[] = [
  '{}',
  '{"":""}',
  '{"text":"  padded  ","case":"MiXeD","lines":"a\\r\\n\\tb"}',
  '{"emoji":"😀👩‍👩‍👧","combining":"e\\u0301","rtl":"שלום","name 😀":"日本語"}',
  '{"separator":"\\u2028\\u2029","escape":"\\u0000\\u001f\\u007f","lone":"\\ud800"}',
  '{"__proto__":{"polluted":true},"constructor":{"prototype":1},"toString":"x"}',
  '{"nested":{"__proto__":[1,{"__proto__":null}]}}',
  '{"largest":1e308,"smallest":5e-324,"exact":9007199254740991,"negative":-9007199254740991,"half":0.1,"float":1.0}',
  '{"empty":[{},[],null,"",0,false],"yes":true,"nothing":null}',
  '{"10":1,"9":2,"b":3,"a":4}',
  `{"long":"${'x'.repeat(100_000)}"}`,
];

test('every value comes back exactly as it was sent, in every map', async () => {
  await withSandbox({}, async ({ send }) => {
    for (const map of MAPS) {
      const raw = `{"workflow_id":"${WORKFLOW}","dynamic_variables":${map},"runtime_variables":${map},"miscellaneous":${map},"thread_to_node_inputs":${map}}`;
      const told = await send({ raw });
      assert.equal(told.status, 200);
      const text = told.bytes.toString();
      const spelled = JSON.stringify(JSON.parse(map));
      for (const field of [
        'dynamic_variables',
        'runtime_variables',
        'miscellaneous',
        'thread_to_node_inputs',
      ]) {
        assert.ok(text.includes(`"${field}":${spelled}`), `${field} ${map.slice(0, 60)}`);
      }
    }
  });
});

test('minus zero comes back as a zero, and a pollution pollutes nothing', async () => {
  await withSandbox({}, async ({ send }) => {
    const raw = `{"workflow_id":"${WORKFLOW}","miscellaneous":{"zero":-0,"__proto__":{"polluted":true}}}`;
    const told = await send({ raw });
    assert.equal(at(pairsOf(told)[0], 'run_input', 'miscellaneous', 'zero'), 0);
    assert.equal(at({}, 'polluted'), undefined);
  });
});

test('absent fields are stored with their defaults, sent ones as they are', async () => {
  await withSandbox({}, async ({ send }) => {
    const first = await send({ body: { workflow_id: WORKFLOW } });
    const empty = {
      dynamic_variables: {},
      runtime_variables: {},
      miscellaneous: {},
      thread_to_node_inputs: {},
    };
    assert.deepEqual(at(pairsOf(first)[0], 'run_input'), {
      ...empty,
      command: 'start',
      workflow_id: WORKFLOW,
      workflow_run_id: null,
    });
    const sent = {
      command: 'data',
      workflow_run_id: idOf(first),
      thread_to_node_inputs: { '0': { node_run_inputs: [1, null] } },
    };
    const second = await send({ body: sent });
    assert.deepEqual(at(pairsOf(second)[1], 'run_input'), { ...empty, ...sent, workflow_id: null });
    assert.deepEqual(pairsOf(second)[0], pairsOf(first)[0]);
  });
});
