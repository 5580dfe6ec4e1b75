/** A release held against its own statement. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { verifyRelease } from '../../commands/verify-release.ts';
import { writeReleaseFile } from '../../commands/release-file.ts';
import { UsageError } from '../../commands/usage-error.ts';
import { renderResult } from '../../reports/write.ts';
import { GO } from '../reports/fixtures.ts';

test('a release is as it was written until a byte of it changes, a file goes, or one is added', async () => {
  const spoil: readonly (readonly [(dir: string) => void, number])[] = [
    [() => undefined, 0],
    [
      (dir) => {
        appendFileSync(join(dir, 'index.html'), ' ');
      },
      3,
    ],
    [
      (dir) => {
        appendFileSync(join(dir, 'result.json'), ' ');
      },
      3,
    ],
    [
      (dir) => {
        rmSync(join(dir, 'index.html'));
      },
      3,
    ],
    [
      (dir) => {
        writeFileSync(join(dir, 'added.txt'), '');
      },
      3,
    ],
  ];
  for (const [change, code] of spoil) {
    const dir = mkdtempSync(join(tmpdir(), 'release-'));
    try {
      writeFileSync(join(dir, 'result.json'), renderResult(GO));
      writeFileSync(join(dir, 'index.html'), '<p>a page</p>');
      await writeReleaseFile(GO, dir, null, {});
      change(dir);
      assert.equal(verifyRelease(dir), code);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  }
  assert.throws(() => verifyRelease(tmpdir()), UsageError);
});
