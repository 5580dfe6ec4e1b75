import { defineConfig } from '@playwright/test';
import { isUnderCommandLine } from './contract/run/plan.ts';

// The reporter gathers the result; by hand Playwright's own list says what happens. Retries would hide what is flaky.
const underCli = isUnderCommandLine(process.env);

export default defineConfig({
  testDir: 'tests',
  testMatch: '*.spec.ts',
  globalSetup: './tests/global-setup.ts',
  // Under the command line one worker asks ahead by itself; by hand each worker asks one case at a time.
  workers: underCli ? 1 : 2,
  fullyParallel: true,
  retries: 0,
  timeout: 600_000,
  forbidOnly: process.env['CI'] !== undefined,
  reporter: underCli ? [['./tests/reporter.ts']] : [['list'], ['./tests/reporter.ts']],
  use: { trace: 'off', screenshot: 'off', video: 'off' },
});
