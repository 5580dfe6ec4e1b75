import { readFileSync } from 'node:fs';

/** What options are held against besides themselves. */
export interface Surroundings {
  /** Epoch milliseconds. */
  readonly nowMs: number;
  /** How many files this process may hold open, sockets among them; null where the system does not tell. */
  readonly openFilesMax: number | null;
}

/** This machine, now. */
export function here(): Surroundings {
  return { nowMs: Date.now(), openFilesMax: openFilesMax() };
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
