import type { Socket } from 'node:net';
import type { Reply } from './reply.ts';
import type { Command } from './run.ts';
import type { Store } from './store.ts';

/** The server's own count of what it got and what it did; calls for the count itself are left out. */
export interface SandboxStats {
  readonly requests: number;
  /** Responses by status; `reset` and `never` count calls that got none. */
  readonly by_status: Readonly<Record<string, number>>;
  /** Calls with a valid body, by command, refused ones included. */
  readonly by_command: Readonly<Record<Command, number>>;
  /** Runs that are kept, by their present status. */
  readonly runs: Readonly<Record<string, number>>;
  readonly distinct_connections: number;
}

/** Counts calls as they arrive and as they are answered. */
export interface Tally {
  /** Counts an arrival and gives its number, from 1. */
  arrived(socket: Socket): number;
  replied(reply: Reply, command: Command | undefined): void;
  stats(store: Store): SandboxStats;
}

/** A tally at zero. */
export function createTally(): Tally {
  const sockets = new WeakSet<Socket>();
  const byStatus = new Map<string, number>();
  const byCommand: Record<Command, number> = { start: 0, data: 0, resume: 0, pause: 0, stop: 0 };
  let requests = 0;
  let connections = 0;
  return {
    arrived(socket) {
      requests += 1;
      if (!sockets.has(socket)) connections += 1;
      sockets.add(socket);
      return requests;
    },
    replied({ status, delivery }, command) {
      count(byStatus, delivery === 'reset' || delivery === 'never' ? delivery : String(status));
      if (command !== undefined) byCommand[command] += 1;
    },
    stats: (store) => ({
      requests,
      by_status: Object.fromEntries(byStatus),
      by_command: { ...byCommand },
      runs: runsByStatus(store),
      distinct_connections: connections,
    }),
  };
}

function runsByStatus(store: Store): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const run of store.all()) count(counts, run.status);
  return Object.fromEntries(counts);
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
