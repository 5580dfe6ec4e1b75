import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forecast } from '../../contract/budget/costs.ts';
import { commandsOf, FLOWS } from '../../contract/budget/flows.ts';
import { loadOperation } from '../../openapi/registry.ts';
import { judgeRun, type Verdict } from '../../result/verdict.ts';
import type { ContractResult } from '../../result/contract-result.ts';
import { suiteOf } from '../../contract/run/suite.ts';
import { isSelected, planEnvironment, readPlan } from '../../contract/run/plan.ts';
import { contractAt, OTHER_KEY, targetAt, WHOLE_PLAN, withSandbox } from './in-process.ts';

const operation = loadOperation();

function verdictOf(contract: ContractResult): Verdict {
  return judgeRun({ contract, load: null, interrupted: false });
}

function suiteFor(...commands: readonly string[]): readonly string[] {
  const plan = { ...WHOLE_PLAN, stateDir: '', hasOtherKey: true, commands };
  return suiteOf(operation, plan).map(({ about }) => about.id);
}

test('a run that is narrowed to commands asks what is about them, and nothing else', () => {
  const rows: readonly (readonly [commands: string, sent: readonly string[], left: readonly string[]])[] = [
    [
      'start',
      ['command/start', 'lifecycle/parallel-starts', 'lifecycle/later', 'positive/pairs/1'],
      ['command/data', 'lifecycle/twins', 'lifecycle/whole', 'value/emoji', 'authentication/none/stop'],
    ],
    [
      'start,data',
      ['lifecycle/twins', 'lifecycle/history', 'property/kept-maps', 'value/emoji'],
      ['lifecycle/parallel', 'lifecycle/repeated', 'command/stop', 'model/sequences', 'team/commands'],
    ],
    [
      'data,stop',
      ['lifecycle/parallel', 'lifecycle/rest-data', 'command/stop', 'authentication/none/stop'],
      ['lifecycle/twins', 'lifecycle/repeated', 'positive/pairs/1', 'lifecycle/rest-paused-resume'],
    ],
    [
      'resume',
      ['command/resume', 'authentication/none/resume'],
      ['lifecycle/rest-paused-resume', 'command/pause'],
    ],
  ];
  for (const [commands, sent, left] of rows) {
    const ids = suiteFor(...commands.split(','));
    assert.deepEqual(
      sent.filter((id) => !ids.includes(id)),
      [],
      commands,
    );
    assert.deepEqual(
      left.filter((id) => ids.includes(id)),
      [],
      commands,
    );
  }
  const all = suiteOf(operation, { ...WHOLE_PLAN, stateDir: '', hasOtherKey: true });
  assert.equal(suiteFor(...operation.commands).length, all.length);
});

test('the commands travel to the workers, and the forecast counts what is left', () => {
  const plan = { ...WHOLE_PLAN, stateDir: '/nowhere', commands: ['start', 'data'] };
  assert.deepEqual(readPlan(planEnvironment(plan)).commands, plan.commands);
  assert.equal(readPlan(planEnvironment({ ...WHOLE_PLAN, stateDir: '/nowhere' })).commands, null);
  const counted = (commands?: readonly string[]): number =>
    forecast(operation, (about) =>
      isSelected({ ...WHOLE_PLAN, stateDir: '', commands: commands ?? null }, about),
    ).requestsExpected;
  assert.ok(counted(['start']) < counted(['start', 'data']));
  assert.ok(counted(['start', 'data']) < counted());
});

test('each flow sends no command that its row does not name, but for starts', async () => {
  for (const [id, { commands }] of Object.entries(FLOWS)) {
    const named: readonly string[] = commands;
    await withSandbox([], async (sandbox) => {
      const target = targetAt(sandbox.url, '2s', { INTERACTLY_OTHER_KEY: OTHER_KEY });
      await contractAt(target, { replay: id });
      const sent = Object.entries(sandbox.stats().by_command).filter(([, times]) => times > 0);
      const others = sent.map(([command]) => command).filter((command) => command !== 'start');
      assert.deepEqual(
        others.filter((command) => !named.includes(command)),
        [],
        id,
      );
    });
  }
  assert.deepEqual(commandsOf({ id: 'command/pause', command: 'pause' }), ['pause']);
});

test('a workflow whose runs end at once: INCONCLUSIVE names the command that was accepted, and that alone is GO', async () => {
  for (const seed of [1, 2]) {
    await withSandbox(
      [],
      async (sandbox) => {
        const whole = verdictOf(await contractAt(targetAt(sandbox.url), { seed }));
        assert.equal(whole.verdict, 'INCONCLUSIVE');
        const [step = ''] = whole.next_steps;
        assert.match(step, /waits for input, or narrow the claim with --commands start; then/);
        const before = sandbox.stats().by_command;
        const commands = /--commands (\S+);/.exec(step)?.[1]?.split(',') ?? [];
        const narrow = verdictOf(await contractAt(targetAt(sandbox.url), { seed, commands }));
        assert.equal(narrow.verdict, 'GO', narrow.reasons.join(' '));
        assert.equal(narrow.reasons[0], 'Only start was asked: the verdict is about that command alone.');
        const { start: startsAfter, ...others } = sandbox.stats().by_command;
        const { start: startsBefore, ...othersBefore } = before;
        assert.deepEqual(others, othersBefore);
        assert.ok(startsAfter > startsBefore);
      },
      'one-shot',
    );
  }
});

test('a fault is found where its command is asked, and only there', async () => {
  const rows: readonly (readonly [fault: string, commands: readonly string[], verdict: string])[] = [
    ['pause-refused', ['pause'], 'NO-GO'],
    ['pause-refused', ['pause', 'stop'], 'NO-GO'],
    ['pause-refused', ['start', 'data'], 'GO'],
    ['absent-command-refused', ['start'], 'NO-GO'],
  ];
  for (const [fault, commands, verdict] of rows)
    await withSandbox([fault], async (sandbox) => {
      const judged = verdictOf(await contractAt(targetAt(sandbox.url), { commands }));
      assert.equal(judged.verdict, verdict, `${fault}, ${commands.join(',')}: ${judged.reasons.join(' ')}`);
    });
});

test('a conforming server is GO for each command alone, and for commands without those on the way to them', async () => {
  await withSandbox([], async (sandbox) => {
    for (const commands of [
      ...operation.commands.map((one) => [one]),
      ['start', 'resume'],
      ['data', 'stop'],
    ]) {
      const judged = verdictOf(await contractAt(targetAt(sandbox.url), { commands }));
      assert.equal(judged.verdict, 'GO', `${commands.join(',')}: ${judged.reasons.join(' ')}`);
    }
  });
});
