import assert from 'node:assert/strict';
import test from 'node:test';
import { DEFAULT_SAMPLING, parseSampling, Sampler, type Sampling } from '../../load/scenario/sampling.ts';
import { attack, startServer, stepOf } from './servers.ts';

function parsed(text: string): Sampling {
  const sampling = parseSampling(text);
  if ('issue' in sampling) throw new Error(sampling.issue);
  return sampling;
}

test('a sample is all, or a share in per cent or as a number', () => {
  const rows: readonly (readonly [text: string, share: number])[] = [
    ['all', 1],
    ['1%', 0.01],
    ['0.01', 0.01],
    ['100%', 1],
    ['1', 1],
    ['0.5%', 0.005],
  ];
  for (const [text, share] of rows) assert.deepEqual(parsed(text), { kind: 'share', share }, text);
  for (const text of ['', '0', '0%', '101%', '2', '-1', 'some', '1 %x'])
    assert.ok('issue' in parseSampling(text), text);
});

test('a share is exact for each command, whatever the order in which they are answered', () => {
  const sampler = new Sampler(parsed('1%'));
  const chosen = { start: 0, data: 0 };
  for (let n = 0; n < 10_000; n += 1) {
    const command = n % 10 === 0 ? 'start' : 'data';
    if (sampler.chooses(command, n)) chosen[command] += 1;
  }
  assert.deepEqual(chosen, { start: 10, data: 90 });
});

test('without a share all are chosen up to 200 a second, and no more than that beyond', () => {
  const count = (perSecond: number): number => {
    const sampler = new Sampler(DEFAULT_SAMPLING);
    let chosen = 0;
    for (let n = 0; n < perSecond * 10; n += 1)
      if (sampler.chooses('start', 1e6 + (n * 1000) / perSecond)) chosen += 1;
    return chosen;
  };
  assert.equal(count(200), 2000);
  assert.ok(Math.abs(count(1000) - 2200) <= 2, String(count(1000)));
});

test('what is fast but wrong is found in the share that is checked, and the step says which share that was', async () => {
  const server = await startServer({ wrongSchema: true });
  const { scenario } = await attack(server.port, {
    rate: '50',
    duration: '2s',
    warmup: '0',
    validate: '10%',
  });
  await server.close();
  const { ledger, notes } = stepOf(scenario, 'start');
  assert.deepEqual([ledger.ok, ledger.invalid], [90, 10]);
  assert.ok(
    notes.some((note) => note.includes('10 of 100 responses (10 %): 10 % were asked for')),
    notes.join(),
  );
});
