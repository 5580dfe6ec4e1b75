import assert from 'node:assert/strict';
import test from 'node:test';
import { renderCodeQuality } from '../../reports/code-quality.ts';
import { contract, finding } from './contract-fixtures.ts';
import { GO, MANY, NO_GO, SITUATIONS, result } from './fixtures.ts';
import { hostile } from './hostile.ts';

const PLACES = { path: 'openapi/workflow-runs.yaml', lineOf: (pointer: string) => pointer.length };

interface Entry {
  readonly description: string;
  readonly check_name: string;
  readonly fingerprint: string;
  readonly severity: string;
  readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
}

const entriesOf = (text: string): readonly Entry[] => JSON.parse(text) as readonly Entry[];

// The fields, and the words of severity, are those of GitLab's page on code quality (custom tools).
for (const [name, one] of Object.entries({ ...SITUATIONS, MANY, HOSTILE: hostile(NO_GO) })) {
  test(`the code quality report of ${name} has what GitLab asks for, each cause once`, () => {
    const entries = entriesOf(renderCodeQuality(one, PLACES));
    for (const { description, check_name: check, severity, location } of entries) {
      assert.equal(typeof check, 'string');
      assert.ok(description !== '' && !description.includes('\n'));
      assert.match(severity, /^(info|minor|major|critical|blocker)$/);
      assert.equal(location.path, PLACES.path);
      assert.ok(Number.isInteger(location.lines.begin) && location.lines.begin >= 1);
    }
    assert.equal(new Set(entries.map(({ fingerprint }) => fingerprint)).size, entries.length);
  });
}

test('a cause is told by its fingerprint, its line, its weight and the line that asks it again', () => {
  assert.deepEqual(entriesOf(renderCodeQuality(GO, PLACES)), []);
  const acceptance = {
    state: 'accepted',
    reason: 'known',
    accepted_at: '2026-11-01',
    expires_at: '2027-01-01',
  };
  const known = { ...finding(2, 'failure'), acceptance } as const;
  const one = result({
    contract: contract([finding(1, 'failure'), known as never, finding(3, 'warning')], []),
  });
  const entries = entriesOf(renderCodeQuality(one, PLACES));
  assert.deepEqual(
    entries.map(({ severity }) => severity),
    ['critical', 'info', 'minor'],
  );
  assert.equal(entries[0]?.fingerprint, finding(1, 'failure').fingerprint);
  assert.equal(entries[0].location.lines.begin, finding(1, 'failure').schema_path.length);
  assert.match(entries[0].description, /Again: npm run contract -- --replay /);
});
