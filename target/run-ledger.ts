import { randomBytes } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';
import type { Spend } from '../result/result.ts';

/**
 * What one invocation has started, in an append-only file shared by all its processes. A reservation is granted by
 * its place in the file: appended lines have one order that every process reads alike, so no lock is needed.
 */
export interface RunLedger {
  /** The file, for other processes of the same invocation. */
  readonly path: string;
  /** Reserves runs before the request leaves; false when the cap would be passed (nothing is reserved then). */
  reserve(count: number): boolean;
  /** Gives back reservations whose request started nothing. */
  release(count: number): void;
  /** Notes a run that the API has started. Noting one twice counts once. */
  started(runId: string): void;
  /** Notes how many tokens a run has used in all, as its newest response says. */
  tokens(runId: string, total: number): void;
  /** Notes how a run ended. */
  ended(runId: string, how: 'stopped' | 'completed'): void;
  /** The runs that were started and are not known to have ended, oldest first. */
  open(): readonly string[];
  /** The spend so far; `tokens` is the sum over runs, null when no response named any. */
  spend(): Spend;
  close(): void;
}

interface LedgerLine {
  readonly kind: 'reserve' | 'release' | 'started' | 'stopped' | 'completed' | 'tokens';
  readonly ticket?: string;
  readonly count?: number;
  /** The cap that the reservation is held against, so that every reader grants alike. */
  readonly cap?: number | null;
  readonly run?: string;
}

interface LedgerState {
  offset: number;
  rest: string;
  used: number;
  readonly granted: Set<string>;
  readonly runs: Map<string, 'open' | 'stopped' | 'completed'>;
  readonly tokens: Map<string, number>;
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
      if (line.run !== undefined && !state.runs.has(line.run)) state.runs.set(line.run, 'open');
      return;
    case 'tokens':
      if (line.run !== undefined) state.tokens.set(line.run, count);
      return;
    case 'stopped':
    case 'completed':
      if (line.run !== undefined && state.runs.get(line.run) === 'open') state.runs.set(line.run, line.kind);
  }
}

function catchUp(descriptor: number, state: LedgerState): void {
  const size = fstatSync(descriptor).size;
  if (size <= state.offset) return;
  const buffer = Buffer.alloc(size - state.offset);
  const read = readSync(descriptor, buffer, 0, buffer.length, state.offset);
  state.offset += read;
  const lines = (state.rest + buffer.toString('utf8', 0, read)).split('\n');
  state.rest = lines.pop() ?? '';
  for (const line of lines) apply(state, JSON.parse(line) as LedgerLine);
}

function countOf(state: LedgerState, how: 'stopped' | 'completed'): number {
  return [...state.runs.values()].filter((value) => value === how).length;
}

function spendOf(state: LedgerState, cap: number | null, left: readonly string[]): Spend {
  const tokens = [...state.tokens.values()];
  return {
    workflow_runs_started: state.runs.size,
    cap,
    ended_by: {
      stopped: countOf(state, 'stopped'),
      completed: countOf(state, 'completed'),
      left_running: left.length,
    },
    unknown_starts: Math.max(0, state.used - state.runs.size),
    left_running_ids: left,
    tokens: tokens.length === 0 ? null : tokens.reduce((sum, count) => sum + count, 0),
  };
}

/**
 * Opens the ledger of this invocation, making the file if there is none.
 * @param cap most runs that may be started; null for no cap.
 * @throws the file system's error when the file can't be opened.
 */
export function openRunLedger(path: string, cap: number | null): RunLedger {
  const descriptor = openSync(path, 'a+', 0o600);
  const state: LedgerState = {
    offset: 0,
    rest: '',
    used: 0,
    granted: new Set(),
    runs: new Map(),
    tokens: new Map(),
  };
  const opener = randomBytes(6).toString('hex');
  let tickets = 0;
  const append = (line: LedgerLine): void => {
    writeSync(descriptor, `${JSON.stringify(line)}\n`);
    catchUp(descriptor, state);
  };
  return {
    path,
    reserve(count) {
      tickets += 1;
      const ticket = `${opener}-${tickets}`;
      append({ kind: 'reserve', ticket, count, cap });
      return state.granted.delete(ticket);
    },
    release: (count) => {
      append({ kind: 'release', count });
    },
    started: (run) => {
      append({ kind: 'started', run });
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
    spend() {
      return spendOf(state, cap, this.open());
    },
    close: () => {
      closeSync(descriptor);
    },
  };
}
