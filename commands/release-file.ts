import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { descriptionHash } from '../openapi/registry.ts';
import { renderRelease, type HashedFile, type ReleaseFacts } from '../reports/release.ts';
import { replaceFile } from '../result/replace-file.ts';
import type { RunResult } from '../result/result.ts';
import { writeRelease } from '../reports/write.ts';
import type { Environment } from '../target/settings.ts';

/** The statement about a release, in the folder of its run. */
export const STATEMENT = 'release.json';
/** The checksum of the statement, which can't hold its own: `sha256sum -c` reads it. */
export const CHECKSUM = 'release.json.sha256';
/** What the processes of a run shared, and a later sweep may write on. */
const STATE = 'state';
const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Writes `release.json` about a finished run, once everything else that the run writes is in its folder; returns its path.
 * @param acceptedFile the file of accepted drift and failures; null where the run was judged without.
 */
export async function writeReleaseFile(
  result: RunResult,
  outDir: string,
  acceptedFile: string | null,
  environment: Environment = process.env,
): Promise<string> {
  const facts: ReleaseFacts = {
    artefacts: artefactsIn(outDir),
    configuration: configurationOf(result, acceptedFile),
    commit: commitOf(ROOT),
    url: jobUrlOf(environment),
  };
  const text = renderRelease(result, facts);
  replaceFile(join(outDir, CHECKSUM), checksumOf(Buffer.from(text)));
  return writeRelease(text, outDir);
}

/** The line that holds the checksum of a statement. */
export function checksumOf(statement: Buffer): string {
  return `${hashOf(statement)}  ${STATEMENT}\n`;
}

/** Every file of a run but what its processes shared, by its path in the folder: what its statement is about. */
export function artefactsIn(outDir: string): readonly HashedFile[] {
  return readdirSync(outDir, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
    .map((entry) => relative(outDir, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .filter((name) => ![STATEMENT, CHECKSUM].includes(name) && !name.startsWith(`${STATE}/`))
    .map((name) => ({ name, sha256: hashOf(readFileSync(join(outDir, name))) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function configurationOf({ run, release }: RunResult, accepted: string | null): readonly HashedFile[] {
  const text = accepted === null ? null : readOrNull(accepted);
  return [
    ...(run.profile === undefined ? [] : [{ name: run.profile.file, sha256: run.profile.sha256 }]),
    descriptionHash(),
    ...(release === undefined ? [] : [{ name: release.policy.file, sha256: release.policy.sha256 }]),
    ...(accepted === null || text === null ? [] : [{ name: accepted, sha256: hashOf(text) }]),
  ];
}

function readOrNull(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null;
  }
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

const COMMIT = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/**
 * The commit of this tool from its repository, or, where there is none, as in a container, from the file `.commit` that its
 * build has left; null where neither tells.
 */
export function commitOf(root: string): ReleaseFacts['commit'] {
  const id = git(root, ['rev-parse', '--verify', 'HEAD']);
  if (id !== null && COMMIT.test(id)) {
    const changed = git(root, ['status', '--porcelain', '--untracked-files=no', '--', '.']);
    return { id, modified: changed === null || changed !== '' };
  }
  const told = readOrNull(join(root, '.commit'))?.toString('utf8').trim() ?? '';
  return COMMIT.test(told) ? { id: told, modified: false } : null;
}

function git(root: string, args: readonly string[]): string | null {
  // A hook of git sets these for its own repository.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')));
  const ran = spawnSync('git', ['-C', root, ...args], { env, encoding: 'utf8', timeout: 10_000 });
  return ran.status === 0 ? ran.stdout.trim() : null;
}

/** The page of the job on GitHub or GitLab that this run is part of; null elsewhere. */
export function jobUrlOf(environment: Environment): string | null {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: id } = environment;
  const told =
    server && repository && id ? `${server}/${repository}/actions/runs/${id}` : environment['CI_JOB_URL'];
  if (told === undefined || !URL.canParse(told)) return null;
  const url = new URL(told);
  return ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === ''
    ? url.href
    : null;
}
