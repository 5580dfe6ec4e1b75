import { isUnderCommandLine } from '../contract/run/plan.ts';

/**
 * Makes the runner work alone (`npx playwright test`, an editor): without a target it starts the embedded sandbox,
 * and it stops what the tests have started. Under the command line interface all that is done there.
 */
export default async function globalSetup(): Promise<(() => Promise<void>) | undefined> {
  if (isUnderCommandLine(process.env)) return undefined;
  const { openOwnTarget } = await import('./own-target.ts');
  return openOwnTarget();
}
