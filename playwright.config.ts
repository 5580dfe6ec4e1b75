import { defineConfig } from '@playwright/test';
import { isUnderCommandLine } from './tests/plan.ts';

// The reporter gathers the result; by hand Playwright's own list says what happens. Retries would hide what is flaky.
const underCli = isUnderCommandLine(process.env);

export default defineConfig({
  testDir: 'tests',
  testMatch: '*.spec.ts',
  globalSetup: './tests/global-setup.ts',
  // In flight at once; the order of answers matters within a run alone, and each worker has runs of its own.
  workers: Number(process.env['HARNESS_WORKERS'] ?? 4),
  fullyParallel: true,
  retries: 0,
  timeout: 600_000,
  forbidOnly: process.env['CI'] !== undefined,
  reporter: underCli ? [['./tests/reporter.ts']] : [['list'], ['./tests/reporter.ts']],
  use: { trace: 'off', screenshot: 'off', video: 'off' },
});
