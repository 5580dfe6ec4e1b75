import { statSync, type Stats } from 'node:fs';

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EROFS: 'it is on a read-only file system',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  ENOTDIR: 'a part of its path is not a directory',
  EEXIST: 'a part of its path is not a directory',
};

/** Why a file system took nothing, in words; null for an error that is none of a disk. */
export function diskReason(error: unknown): string | null {
  return REASONS[(error as NodeJS.ErrnoException | null)?.code ?? ''] ?? null;
}

/** What is at a path; undefined where nothing is, also because a part of the path is a file, or may not be read. */
export function statIfThere(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
