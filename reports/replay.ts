import type { RunResult } from './result.ts';
import { quoted } from './shell-word.ts';

/** The command that asks one case again, with the seed and the sandbox settings of the run that asked it. */
export function replayOf(run: RunResult['run'], caseId: string): string {
  const sandbox = run.command.match(SANDBOX_FLAG) ?? [];
  return `npm run contract -- --replay ${quoted(caseId)}${sandbox.join('')} --seed ${run.seed}`;
}

const SANDBOX_FLAG = / --(?:fault|profile|latency) (?:[A-Za-z0-9_.:,=@%+-]+|'[^']*')/g;
