import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { isRecord, valueAt } from '../result/json.ts';
import { replaceFile } from '../result/replace-file.ts';
import { readIfThere } from './env-file.ts';
import { openRunLedger } from './run-ledger.ts';

/** What the folder of a run keeps from its first moment on, so that what a killed run leaves can be found and stopped. */
export interface RunFolderTarget {
  readonly base_url: string;
  readonly is_sandbox: boolean;
  /** The process that runs it, and the machine on which that number means something. */
  readonly pid: number;
  readonly host: string;
  /** When that process began, as the system counts it: its number may be given to another one later. */
  readonly pid_began?: string;
}

/** Where runs leave their folders when nothing else was asked for. */
export const RUNS_DIR = join('reports', 'runs');

/** A name for the folder of a run. */
export function newRunName(): string {
  const time = new Date().toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-');
  return `${time}Z-${randomBytes(3).toString('hex')}`;
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
  /** What started each of them, where that was noted. */
  readonly by: Readonly<Record<string, string>>;
  /** Starts of a killed run whose responses never came: they may have left runs that nobody knows the ids of. */
  readonly unknownStarts: number;
  /** When the ledger was last written, epoch milliseconds. */
  readonly writtenMs: number;
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
  const began = beganOf(process.pid);
  const noted: RunFolderTarget = {
    base_url: baseUrl,
    is_sandbox: isSandbox,
    pid: process.pid,
    host: hostname(),
    ...(began === null ? {} : { pid_began: began }),
  };
  replaceFile(join(folder, 'state', 'target.json'), `${JSON.stringify(noted)}\n`, 0o600);
}

/** Makes the folder of a run and notes in it what it asks. @returns the folder. */
export function makeRunFolder(
  runsDir: string,
  target: { readonly baseUrl: string; readonly isSandbox: boolean },
): string {
  const folder = join(runsDir, newRunName());
  mkdirSync(dirname(ledgerPath(folder)), { recursive: true });
  noteTarget(folder, target);
  return folder;
}

/** Ledgers that have open runs, and those that can't be read, by their paths. */
export interface OpenLedgers {
  readonly open: readonly OpenLedger[];
  readonly unreadable: readonly string[];
}

/** The open ledgers below a folder of runs, or of one run. */
export function openLedgersIn(runsDir: string): OpenLedgers {
  return openLedgersOf(foldersIn(runsDir));
}

/** What earlier runs against a target have left; ledgers of other targets are not even read. */
export function leftAt(runsDir: string, baseUrl: string): readonly OpenLedger[] {
  const folders = foldersIn(runsDir).filter((folder) => {
    const target = targetIn(folder);
    return target.baseUrl === baseUrl && !target.isSandbox;
  });
  return openLedgersOf(folders).open;
}

function foldersIn(runsDir: string): readonly string[] {
  if (existsSync(ledgerPath(runsDir))) return [runsDir];
  return namesIn(runsDir)
    .map((name) => join(runsDir, name))
    .filter((folder) => existsSync(ledgerPath(folder)));
}

function openLedgersOf(folders: readonly string[]): OpenLedgers {
  const open: OpenLedger[] = [];
  const unreadable: string[] = [];
  for (const folder of folders) {
    const path = ledgerPath(folder);
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
  const texts = foldersIn(runsDir).map((folder) => readIfThere(ledgerPath(folder)) ?? '');
  return new Set(texts.flatMap((text) => [...text.matchAll(/"run":"([^"]+)"/g)].map(([, id = '']) => id)));
}

function openLedger(folder: string, path: string): OpenLedger | null {
  const ledger = openRunLedger(path, null);
  try {
    const open = ledger.open();
    // A run that came to its end has told of them in its report.
    const unknownStarts = existsSync(join(folder, 'result.json')) ? 0 : ledger.unknownStarts();
    if (open.length === 0 && unknownStarts === 0) return null;
    const by = open.flatMap((id) => {
      const name = ledger.startedBy(id);
      return name === null ? [] : [[id, name] as const];
    });
    const writtenMs = statSync(path).mtimeMs;
    return { folder, path, ...targetIn(folder), open, by: Object.fromEntries(by), unknownStarts, writtenMs };
  } finally {
    ledger.close();
  }
}

/** What a folder was made for: as noted at its beginning, or as its result says. */
function targetIn(folder: string): Pick<OpenLedger, 'baseUrl' | 'isSandbox' | 'isAtWork'> {
  const noted = jsonIn(join(folder, 'state', 'target.json'));
  if (isRecord(noted) && typeof noted['base_url'] === 'string') {
    const { base_url: baseUrl, is_sandbox: isSandbox, pid, host, pid_began: began } = noted;
    const isAtWork = typeof pid === 'number' && host === hostname() && isAlive(pid, began);
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

/** When a process began, in ticks since the system did; null where the system does not tell. */
function beganOf(pid: number): string | null {
  const text = readIfThere(`/proc/${pid}/stat`);
  // The name of the program stands in brackets and may hold spaces; what follows it are fields 3 to 22 and more.
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

/** @param began when the process of that number began; a later one of the same number is another. */
function isAlive(pid: number, began: unknown): boolean {
  try {
    process.kill(pid, 0);
    return typeof began !== 'string' || beganOf(pid) === null || beganOf(pid) === began;
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

/** What earlier runs against a target have shown of how many runs at a time it allows. */
export interface RunsAtATime {
  /** Most runs that were open at a time; 0 where no ledger tells. */
  readonly most: number;
  /** Runs that were active when a start was refused for them, in the newest run that met a limit; null for none. */
  readonly limit: number | null;
}

const RESULTS_READ = 3;

/** Reads the ledgers of a target for how many runs were open at a time, and its newest results for a limit of them. */
export function runsAtATimeIn(runsDir: string, baseUrl: string): RunsAtATime {
  const folders = foldersIn(runsDir).filter((folder) => targetIn(folder).baseUrl === baseUrl);
  const most = folders.map((folder) => {
    try {
      const ledger = openRunLedger(ledgerPath(folder), null);
      const count = ledger.mostOpen();
      ledger.close();
      return count;
    } catch {
      return 0;
    }
  });
  const limits = folders
    .filter((folder) => existsSync(join(folder, 'result.json')))
    .slice(-RESULTS_READ)
    .map((folder) => valueAt(jsonIn(join(folder, 'result.json')), ['contract', 'runs_at_a_time']));
  const limit = limits.findLast((one) => typeof one === 'number');
  return { most: Math.max(0, ...most), limit: typeof limit === 'number' ? limit : null };
}
