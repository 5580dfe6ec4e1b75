/**
 * The 22 pairs of revisions under oasdiff, side by side with this tool. `--oasdiff FILE` names its program, which
 * `go install github.com/oasdiff/oasdiff@v1.37.0` builds; each pair is given to it as two OpenAPI documents.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { changesBetween } from '../drift/changes.ts';
import type { Revision } from '../drift/compare.ts';
import { liveRevision } from '../drift/live-schema.ts';
import { REVISION_PAIRS } from '../sandbox/revisions.ts';

const { values } = parseArgs({ options: { oasdiff: { type: 'string', default: 'oasdiff' } } });
const folder = mkdtempSync(join(tmpdir(), 'oasdiff-'));

function revisionOf(document: unknown): Revision {
  const read = liveRevision(document);
  if (typeof read === 'string') throw new Error(read);
  return read;
}

/** A revision as an OpenAPI document: each schema is the body or the response of an operation of its own. */
function openApiOf({ operations }: Revision): object {
  const content = (schema: unknown): object => ({ content: { 'application/json': { schema } } });
  const paths = Object.entries(operations).map(([name, { request, response }]) => [
    `/${name}`,
    {
      post: {
        operationId: name,
        ...(request === undefined || request === null
          ? {}
          : { requestBody: { required: true, ...content(request) } }),
        responses: {
          200: {
            description: 'ok',
            ...(response === undefined || response === null ? {} : content(response)),
          },
        },
      },
    },
  ]);
  return {
    openapi: '3.1.0',
    info: { title: 'pair', version: '1' },
    paths: Object.fromEntries(paths) as object,
  };
}

interface Reported {
  readonly id: string;
  /** 1 informs, 2 warns, 3 breaks. */
  readonly level: number;
}

function underOasdiff(old: Revision, next: Revision): readonly Reported[] | string {
  const [before, after] = [join(folder, 'old.json'), join(folder, 'new.json')];
  writeFileSync(before, JSON.stringify(openApiOf(old)));
  writeFileSync(after, JSON.stringify(openApiOf(next)));
  const done = spawnSync(values.oasdiff, ['changelog', before, after, '--format', 'json'], {
    encoding: 'utf8',
  });
  if (done.error !== undefined) throw done.error;
  if (done.status !== 0) return done.stderr.trim().split('\n')[0] ?? 'failed';
  return done.stdout.trim() === '' ? [] : (JSON.parse(done.stdout) as readonly Reported[]);
}

const CLASSES = ['none', 'additive', 'warning', 'breaking'];

function theirs(found: readonly Reported[] | string): string {
  if (typeof found === 'string') return `error: ${found.slice(0, 60)}`;
  return CLASSES[Math.max(0, ...found.map(({ level }) => level))] ?? 'none';
}

function ours(old: Revision, next: Revision): string {
  const classes = changesBetween(old, next, 'live-schema').map(({ is }) => is);
  return (['breaking', 'unclear', 'additive'] as const).find((one) => classes.includes(one)) ?? 'none';
}

process.stdout.write('| row | pair | this tool | oasdiff |\n| --- | --- | --- | --- |\n');
let alike = 0;
for (const { row, line, old, next } of REVISION_PAIRS) {
  const [before, after] = [revisionOf(old), revisionOf(next)];
  const [own, other] = [ours(before, after), theirs(underOasdiff(before, after))];
  if (own === other) alike += 1;
  process.stdout.write(`| ${row} | ${line} | ${own} | ${other} |\n`);
}
process.stdout.write(`\n${alike} of ${REVISION_PAIRS.length} alike\n`);
rmSync(folder, { recursive: true, force: true });
