import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isRecord, valueAt } from '../result/json.ts';
import { readIfThere } from './env-file.ts';
import { openRunLedger } from './run-ledger.ts';

/** What the folder of a run keeps from its first moment on, so that what a killed run leaves can be found and stopped. */
export interface RunFolderTarget {
  readonly base_url: string;
  readonly is_sandbox: boolean;
  /** The process that runs it, and the machine on which that number means something. */
  readonly pid: number;
  readonly host: string;
}

/** A ledger with runs that are not known to have ended. */
export interface OpenLedger {
  /** The folder of the run. */
  readonly folder: string;
  /** The ledger itself. */
  readonly path: string;
  /** What it was opened for; null where that was not kept. */
  readonly baseUrl: string | null;
  readonly isSandbox: boolean;
  /** True while the process that writes it is still at work. */
  readonly isAtWork: boolean;
  /** The ids of its open runs, oldest first. */
  readonly open: readonly string[];
  /** Starts whose responses never came: they may have left runs that nobody knows the ids of. */
  readonly unknownStarts: number;
}

/** The path of the ledger in the folder of a run. */
export function ledgerPath(folder: string): string {
  return join(folder, 'state', 'ledger.ndjson');
}

/** Notes in the folder of a run what it asks, before anything is sent. */
export function noteTarget(
  folder: string,
  { baseUrl, isSandbox }: { readonly baseUrl: string; readonly isSandbox: boolean },
): void {
  const noted: RunFolderTarget = {
    base_url: baseUrl,
    is_sandbox: isSandbox,
    pid: process.pid,
    host: hostname(),
  };
  const path = join(folder, 'state', 'target.json');
  writeFileSync(`${path}.part`, `${JSON.stringify(noted)}\n`, { mode: 0o600 });
  renameSync(`${path}.part`, path);
}

/** The ledgers below a folder of runs that have open runs, and those that can't be read, by their paths. */
export function openLedgersIn(runsDir: string): {
  readonly open: readonly OpenLedger[];
  readonly unreadable: readonly string[];
} {
  const folders = namesIn(runsDir).map((name) => join(runsDir, name));
  const open: OpenLedger[] = [];
  const unreadable: string[] = [];
  for (const folder of folders) {
    const path = ledgerPath(folder);
    if (!existsSync(path)) continue;
    try {
      const ledger = openLedger(folder, path);
      if (ledger !== null) open.push(ledger);
    } catch {
      unreadable.push(path);
    }
  }
  return { open, unreadable };
}

/** The ids of all runs that ledgers below a folder know, ended ones too. */
export function runsKnownIn(runsDir: string): ReadonlySet<string> {
  const texts = namesIn(runsDir).map((name) => readIfThere(ledgerPath(join(runsDir, name))) ?? '');
  return new Set(texts.flatMap((text) => [...text.matchAll(/"run":"([^"]+)"/g)].map(([, id = '']) => id)));
}

function openLedger(folder: string, path: string): OpenLedger | null {
  const ledger = openRunLedger(path, null);
  try {
    const open = ledger.open();
    const unknownStarts = ledger.spend().unknown_starts ?? 0;
    if (open.length === 0) return null;
    return { folder, path, ...targetIn(folder), open, unknownStarts };
  } finally {
    ledger.close();
  }
}

/** What a folder was made for: as noted at its beginning, or as its result says. */
function targetIn(folder: string): Pick<OpenLedger, 'baseUrl' | 'isSandbox' | 'isAtWork'> {
  const noted = jsonIn(join(folder, 'state', 'target.json'));
  if (isRecord(noted) && typeof noted['base_url'] === 'string') {
    const { base_url: baseUrl, is_sandbox: isSandbox, pid, host } = noted;
    const isAtWork = typeof pid === 'number' && host === hostname() && isAlive(pid);
    return { baseUrl, isSandbox: isSandbox === true, isAtWork };
  }
  const target = valueAt(jsonIn(join(folder, 'result.json')), ['target']);
  const baseUrl = valueAt(target, ['base_url']);
  return {
    baseUrl: typeof baseUrl === 'string' ? baseUrl : null,
    isSandbox: valueAt(target, ['is_sandbox']) === true,
    isAtWork: false,
  };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function jsonIn(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown;
  } catch {
    return null;
  }
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir).sort();
  } catch {
    return [];
  }
}
