import { failed, passed, type CheckRow, type Outcome } from './check.ts';
import type { DoctorContext } from './context.ts';

/** The question about runs of ours that are still open, from the ledgers on disk. */
export const LEFTOVER_CHECK: CheckRow<DoctorContext> = {
  id: 'leftovers',
  title: 'Runs left over',
  needs: ['settings', 'base-url'],
  cost: 'local',
  check: checkLeftovers,
};

function checkLeftovers({ leftovers }: DoctorContext): Outcome {
  const found = leftovers();
  const atWork = found.filter(({ isAtWork }) => isAtWork);
  const left = found.filter(({ isAtWork }) => !isAtWork);
  const runs = left.flatMap(({ open }) => open);
  const beside =
    atWork.length === 0 ? '' : `; ${numbered(atWork.length, 'run')} of this tool at work here have open ones`;
  if (left.length === 0) return passed(`none in the ledgers on this machine${beside}`, { open: 0 });
  const lost = left.reduce((sum, { unknownStarts }) => sum + unknownStarts, 0);
  const what = [
    ...(runs.length === 0 ? [] : [`${numbered(runs.length, 'workflow run')} not known to have ended`]),
    ...(lost === 0 ? [] : [`${numbered(lost, 'start')} without a response, which may have left a run`]),
  ].join(' and ');
  return failed(
    `${what}, of ${numbered(left.length, 'earlier run')} of this tool${beside}`,
    runs.length === 0 ? 'See what they came to: npm run sweep -- --yes' : 'Stop them: npm run sweep -- --yes',
    {
      open: runs.length,
      starts_without_response: lost,
      folders: left.map(({ folder }) => folder),
      workflow_runs: runs.slice(0, 20),
    },
  );
}

/** A count with its noun. */
export function numbered(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
