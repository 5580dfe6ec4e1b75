import type { RunResult } from '../result/result.ts';
import { quoted } from '../options/shell-word.ts';

/** What stands in the command in place of the reason; the command refuses it. */
export const REASON_PLACEHOLDER = 'WHY';

/** The command that accepts kinds of drift or failures of a run; the reason is left to be written. */
export function acceptCommandOf(run: RunResult['run'], fingerprints: readonly string[]): string {
  return commandOf(run, fingerprints.map(quoted).join(' '));
}

/** The command that accepts all drift of a run that is not accepted yet. */
export function acceptAllCommandOf(run: RunResult['run']): string {
  return commandOf(run, '--all');
}

function commandOf({ folder, id }: RunResult['run'], what: string): string {
  return `npm run accept -- ${quoted(folder ?? `reports/runs/${id}`)} ${what} --reason '${REASON_PLACEHOLDER}'`;
}
