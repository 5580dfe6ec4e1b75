import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { pathWithCurl } from './curl-stand-in.ts';
import { contractAt, KEY, targetAt, withSandbox } from './in-process.ts';

const PATH = pathWithCurl();

/** What lines print in a plain POSIX shell that knows the key as a variable. */
function pasted(lines: string): Promise<{ readonly statuses: readonly number[]; readonly stderr: string }> {
  return new Promise((resolve) => {
    execFile('sh', ['-c', lines], { env: { PATH, INTERACTLY_API_KEY: KEY } }, (_, stdout, stderr) => {
      const statuses = [...stdout.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
      resolve({ statuses, stderr });
    });
  });
}

/** Faults of calls to a run in each of its states, and of calls that start one, with the id of the cases that meet them. */
const FAULTS: readonly (readonly [fault: string, only: string, status: number, conforming: number])[] = [
  ['paused-data-500', 'lifecycle/', 500, 409],
  ['keyless-resume-accepted', 'authentication', 200, 401],
  ['invalid-pause-accepted', 'negative/', 200, 422],
  ['number-command-accepted', 'negative/command', 200, 422],
  ['key-prefix-accepted', 'authentication', 200, 401],
];

test('the lines of a finding, pasted into a shell, start a run, bring it to where it was, show the fault and stop it', async () => {
  for (const [fault, only, status, conforming] of FAULTS) {
    const lines = await withSandbox([fault], async (sandbox) => {
      const { findings } = await contractAt(targetAt(sandbox.url), { only });
      const found = findings.filter(
        ({ severity, exchange, curl }) =>
          severity === 'failure' && exchange?.response?.status === status && curl.includes('RUN=$('),
      );
      const [first] = found;
      assert.ok(first !== undefined, `${fault}: ${findings.map(({ title }) => title).join('; ')}`);
      assert.ok(!first.curl.includes(KEY));
      const before = sandbox.stats().runs['cancelled'] ?? 0;
      const ran = await pasted(first.curl);
      assert.deepEqual([ran.statuses, ran.stderr], [[status], ''], first.curl);
      assert.equal(sandbox.stats().runs['cancelled'], before + 1, first.curl);
      return first.curl.replaceAll(sandbox.url, 'http://target.invalid');
    });
    // The same lines find nothing where the fault is mended.
    await withSandbox([], async (sandbox) => {
      const { statuses } = await pasted(lines.replaceAll('http://target.invalid', sandbox.url));
      assert.equal(statuses.length, 1, lines);
      assert.notEqual(statuses[0], status, `${fault}: ${lines}`);
      assert.ok([conforming, 200, 409, 422, 401].includes(statuses[0] ?? 0), String(statuses[0]));
      assert.ok(Object.keys(sandbox.stats().runs).every((state) => state === 'cancelled'));
    });
  }
});
