import { inertLine } from '../reports/inert.ts';
import { UsageError } from './usage-error.ts';

/** Runs a command and turns what it throws into sentences and an exit code: 2 for invalid input, 3 for a fault of this tool. */
export async function guarded(command: () => number | Promise<number>): Promise<void> {
  try {
    process.exitCode = await command();
  } catch (error) {
    const issues = issuesIn(error);
    const messages = issues ?? [
      `This tool failed: ${error instanceof Error ? error.message : 'unknown error'}`,
    ];
    for (const message of messages) process.stderr.write(`${inertLine(message)}\n`);
    if (issues !== null && process.env['GITHUB_ACTIONS'] === 'true') await annotate(issues);
    process.exitCode = issues === null ? 3 : 2;
  }
}

/** What is invalid in options, configuration or the description; null for a fault of this tool. */
function issuesIn(error: unknown): readonly string[] | null {
  if (error instanceof UsageError) return error.issues;
  return error instanceof Error && error.name === 'DescriptionError' ? [error.message] : null;
}

async function annotate(issues: readonly string[]): Promise<void> {
  const { configurationAnnotation } = await import('../reports/annotations.ts');
  for (const message of issues) process.stderr.write(`${configurationAnnotation(message)}\n`);
}
