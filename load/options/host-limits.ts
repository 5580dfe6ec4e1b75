import { readFileSync } from 'node:fs';
import { timeoutOf } from '../../target/resolve.ts';
import { parseSettings, readEnvironment, type Environment } from '../../target/settings.ts';

/** What options are held against besides themselves. */
export interface HostLimits {
  /** Epoch milliseconds. */
  readonly nowMs: number;
  /** How many files this process may hold open, sockets among them; null where the system does not tell. */
  readonly openFilesMax: number | null;
  /** Most connections that a load may open. */
  readonly connectionsMax: number;
  /** Whether control calls go among the load; not where this is absent. */
  readonly controls?: boolean;
  /** Longest wait for one response, where no option says another. */
  readonly timeoutMs: number;
}

/** This machine, and what is configured for the target, now. */
export function readHostLimits(own: Environment = process.env): HostLimits {
  const settings = parseSettings(readEnvironment(own));
  // What is wrong in the settings is told elsewhere, together with everything else.
  const { connectionsMax, timeoutMs, controls } = settings.ok
    ? { ...settings.value, timeoutMs: timeoutOf(settings.value) }
    : { connectionsMax: 2000, timeoutMs: 10_000, controls: false };
  return { nowMs: Date.now(), openFilesMax: openFilesMax(), connectionsMax, timeoutMs, controls };
}

function openFilesMax(): number | null {
  try {
    const line = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'));
    return line === null ? null : Number(line[1]);
  } catch {
    return openFilesInReport(); // no Linux
  }
}

/** Node's own report has the limit on every system that has one. */
function openFilesInReport(): number | null {
  const report = process.report.getReport() as { userLimits?: { open_files?: { soft?: unknown } } };
  const soft = report.userLimits?.open_files?.soft;
  return typeof soft === 'number' ? soft : null;
}
