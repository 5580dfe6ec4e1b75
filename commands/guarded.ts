import { inertLine } from '../reports/inert.ts';
import { UsageError } from './usage-error.ts';

/** Runs a command and turns what it throws into sentences and an exit code: 2 for a mistake, 3 for a fault of this tool. */
export async function guarded(command: () => number | Promise<number>): Promise<void> {
  try {
    process.exitCode = await command();
  } catch (error) {
    const mistakes = mistakesIn(error);
    const sentences = mistakes ?? [
      `This tool failed: ${error instanceof Error ? error.message : 'unknown error'}`,
    ];
    for (const sentence of sentences) process.stderr.write(`${inertLine(sentence)}\n`);
    if (mistakes !== null && process.env['GITHUB_ACTIONS'] === 'true') await annotate(mistakes);
    process.exitCode = mistakes === null ? 3 : 2;
  }
}

/** Mistakes in options, configuration or the description; null for a fault of this tool. */
function mistakesIn(error: unknown): readonly string[] | null {
  if (error instanceof UsageError) return error.mistakes;
  return error instanceof Error && error.name === 'DescriptionError' ? [error.message] : null;
}

async function annotate(mistakes: readonly string[]): Promise<void> {
  const { configurationAnnotation } = await import('../reports/annotations.ts');
  for (const sentence of mistakes) process.stderr.write(`${configurationAnnotation(sentence)}\n`);
}
