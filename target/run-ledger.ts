import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import { diskReason } from '../result/disk.ts';
import type { Spend } from '../result/result.ts';

/** How a run ended: by our stop, by itself, or the target no longer knows it. */
export type RunEnd = 'stopped' | 'completed' | 'deleted';

/** The file of a ledger takes nothing more; what was noted before is kept, in memory at least. */
export class LedgerError extends Error {
  override readonly name = 'LedgerError';
}

/**
 * What one invocation has started, in an append-only file shared by all its processes. A reservation is granted by
 * its place in the file: appended lines have one order that every process reads alike, so no lock is needed.
 */
export interface RunLedger {
  /** The file, for other processes of the same invocation. */
  readonly path: string;
  /**
   * Reserves runs before the request leaves; false when the cap would be passed (nothing is reserved then).
   * @throws LedgerError when the file takes nothing more: a run that a kill would leave unnoted is not started.
   */
  reserve(count: number): boolean;
  /** Gives back reservations whose request started nothing. */
  release(count: number): void;
  /**
   * Notes a run that the API has started. Noting one twice counts once.
   * @param by the case, scenario or command that started it, for whoever finds it left.
   */
  started(runId: string, by?: string): void;
  /** Notes how many tokens a run has used in all, as its newest response says. */
  tokens(runId: string, total: number): void;
  /** Notes how a run ended. */
  ended(runId: string, how: RunEnd): void;
  /** The runs that were started and are not known to have ended, oldest first. */
  open(): readonly string[];
  /** What started a run; null where that was not noted. */
  startedBy(runId: string): string | null;
  /** Starts whose responses never came, and of which nobody was told yet. */
  unknownStarts(): number;
  /** Notes that somebody was told of the starts whose responses never came. */
  toldUnknown(): void;
  /** Most runs that were open at a time, as far as known. */
  mostOpen(): number;
  /** The spend so far; `tokens` is the sum over runs, null when no response named any. */
  spend(): Spend;
  close(): void;
}

interface LedgerLine {
  readonly kind: 'reserve' | 'release' | 'started' | RunEnd | 'tokens' | 'told';
  readonly ticket?: string;
  readonly count?: number;
  /** The cap that the reservation is held against, so that every reader grants alike. */
  readonly cap?: number | null;
  readonly run?: string;
  readonly by?: string;
}

interface LedgerState {
  offset: number;
  rest: string;
  used: number;
  readonly granted: Set<string>;
  readonly runs: Map<string, 'open' | RunEnd>;
  readonly tokens: Map<string, number>;
  readonly by: Map<string, string>;
  told: number;
  open: number;
  mostOpen: number;
  /** Lines that were read, and those that were cut off or are none of a ledger. */
  lines: number;
  damaged: number;
}

function emptyState(): LedgerState {
  return {
    offset: 0,
    rest: '',
    used: 0,
    granted: new Set(),
    runs: new Map(),
    tokens: new Map(),
    by: new Map(),
    told: 0,
    open: 0,
    mostOpen: 0,
    lines: 0,
    damaged: 0,
  };
}

function apply(state: LedgerState, line: LedgerLine): void {
  const count = line.count ?? 0;
  switch (line.kind) {
    case 'reserve':
      if (typeof line.cap === 'number' && state.used + count > line.cap) return;
      state.used += count;
      state.granted.add(line.ticket ?? '');
      return;
    case 'release':
      state.used -= count;
      return;
    case 'started':
      if (line.run === undefined || state.runs.has(line.run)) return;
      state.runs.set(line.run, 'open');
      if (line.by !== undefined) state.by.set(line.run, line.by);
      state.open += 1;
      state.mostOpen = Math.max(state.mostOpen, state.open);
      return;
    case 'told':
      state.told += count;
      return;
    case 'tokens':
      if (line.run !== undefined) state.tokens.set(line.run, count);
      return;
    case 'stopped':
    case 'completed':
    case 'deleted':
      if (line.run === undefined || state.runs.get(line.run) !== 'open') return;
      state.runs.set(line.run, line.kind);
      state.open -= 1;
  }
}

/** What a line says; null for one that was cut off, by a full disk say, but for the id of a run that it still holds. */
function parsed(text: string): LedgerLine | null {
  try {
    return JSON.parse(text) as LedgerLine;
  } catch {
    const run = /^\{"kind":"started","run":"([^"]+)"/.exec(text)?.[1];
    return run === undefined ? null : { kind: 'started', run };
  }
}

function applyLine(state: LedgerState, text: string): void {
  if (text === '') return;
  const line = parsed(text);
  state.lines += 1;
  if (line === null || typeof line.kind !== 'string') state.damaged += 1;
  else apply(state, line);
}

/** @throws Error for a file of which no line is a ledger's: it must not be taken for an empty ledger. */
function catchUp(descriptor: number, state: LedgerState): void {
  const size = fstatSync(descriptor).size;
  if (size <= state.offset) return;
  const buffer = Buffer.alloc(size - state.offset);
  const read = readSync(descriptor, buffer, 0, buffer.length, state.offset);
  state.offset += read;
  const lines = (state.rest + buffer.toString('utf8', 0, read)).split('\n');
  state.rest = lines.pop() ?? '';
  for (const line of lines) applyLine(state, line);
  if (state.lines > 0 && state.damaged === state.lines) throw new Error('no line of it is one of a ledger');
}

/** True when the last line was cut off: what is appended then begins a line of its own. */
function isCutOff(descriptor: number): boolean {
  const { size } = fstatSync(descriptor);
  const last = Buffer.alloc(1);
  return size > 0 && readSync(descriptor, last, 0, 1, size - 1) === 1 && last.toString() !== '\n';
}

/** A disk that fills up takes a part first. */
function writeWhole(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
}

function countOf(state: LedgerState, how: RunEnd): number {
  return [...state.runs.values()].filter((value) => value === how).length;
}

function spendOf(state: LedgerState, cap: number | null, left: readonly string[]): Spend {
  const tokens = [...state.tokens.values()];
  const deleted = countOf(state, 'deleted');
  return {
    workflow_runs_started: state.runs.size,
    cap,
    ended_by: {
      stopped: countOf(state, 'stopped'),
      completed: countOf(state, 'completed'),
      ...(deleted === 0 ? {} : { deleted }),
      left_running: left.length,
    },
    unknown_starts: Math.max(0, state.used - state.runs.size),
    left_running_ids: left,
    tokens: tokens.length === 0 ? null : tokens.reduce((sum, count) => sum + count, 0),
  };
}

interface Appender {
  readonly append: (line: LedgerLine) => void;
  /** Why the file stopped taking lines; nothing is started after that. */
  readonly failure: { met: LedgerError | null };
}

function appenderOf(path: string, descriptor: number, state: LedgerState): Appender {
  const failure: Appender['failure'] = { met: null };
  const append = (line: LedgerLine): void => {
    try {
      const text = `${JSON.stringify(line)}\n`;
      writeWhole(descriptor, failure.met !== null && isCutOff(descriptor) ? `\n${text}` : text);
    } catch (error) {
      const why = diskReason(error);
      if (why === null) throw error;
      failure.met = new LedgerError(`The ledger of workflow runs in ${path} can't be written: ${why}.`);
      if (line.kind !== 'reserve') apply(state, line); // what was started has to be stopped all the same
    }
    catchUp(descriptor, state);
  };
  return { append, failure };
}

/**
 * Opens the ledger of this invocation, making the file if there is none.
 * @param cap most runs that may be started; null for no cap.
 * @throws the file system's error when the file can't be opened.
 */
export function openRunLedger(path: string, cap: number | null): RunLedger {
  const descriptor = openSync(path, 'a+', 0o600);
  const state = emptyState();
  if (isCutOff(descriptor)) writeSync(descriptor, '\n');
  const opener = randomBytes(6).toString('hex');
  let tickets = 0;
  const { append, failure } = appenderOf(path, descriptor, state);
  return {
    path,
    reserve(count) {
      tickets += 1;
      const ticket = `${opener}-${tickets}`;
      append({ kind: 'reserve', ticket, count, cap });
      if (failure.met !== null) throw failure.met;
      return state.granted.delete(ticket);
    },
    release: (count) => {
      append({ kind: 'release', count });
    },
    started: (run, by) => {
      append({ kind: 'started', run, ...(by === undefined ? {} : { by }) });
    },
    tokens: (run, total) => {
      if (state.tokens.get(run) !== total) append({ kind: 'tokens', run, count: total });
    },
    ended: (run, how) => {
      append({ kind: how, run });
    },
    open() {
      catchUp(descriptor, state);
      return [...state.runs].filter(([, how]) => how === 'open').map(([run]) => run);
    },
    startedBy: (run) => state.by.get(run) ?? null,
    unknownStarts() {
      catchUp(descriptor, state);
      return Math.max(0, state.used - state.runs.size - state.told);
    },
    toldUnknown() {
      const count = this.unknownStarts();
      if (count > 0) append({ kind: 'told', count });
    },
    mostOpen() {
      catchUp(descriptor, state);
      return state.mostOpen;
    },
    spend() {
      return spendOf(state, cap, this.open());
    },
    close: () => {
      closeSync(descriptor);
    },
  };
}
