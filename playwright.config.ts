import { fileURLToPath } from 'node:url';
import { defineConfig } from '@playwright/test';
import { isUnderCommandLine } from './contract/run/plan.ts';

const REPORTER = './tests/reporter.ts';

// Our reporter counts the tests that failed, so that none of them costs a worker, and gathers the result. One that is
// named on the command line takes its place; beside those that write at the end it can still stand.
const WRITE_AT_THE_END = ['json', 'html', 'junit'];
const named = process.argv.flatMap((arg, i, args) => {
  if (arg === '--reporter') return args[i + 1]?.split(',') ?? [];
  return arg.startsWith('--reporter=') ? arg.slice('--reporter='.length).split(',') : [];
});
if (named.length > 0 && named.every((name) => WRITE_AT_THE_END.includes(name)))
  process.env['PW_TEST_REPORTER'] ??= fileURLToPath(new URL(REPORTER, import.meta.url));

export default defineConfig({
  testDir: 'tests',
  globalSetup: './tests/global-setup.ts',
  projects: [
    { name: 'control', testMatch: 'control.setup.ts' },
    { name: 'contract', testMatch: '*.spec.ts', dependencies: ['control'] },
  ],
  // One worker asks several calls at a time; retries would hide what is flaky.
  workers: 1,
  retries: 0,
  timeout: 600_000,
  forbidOnly: process.env['CI'] !== undefined,
  reporter: isUnderCommandLine(process.env)
    ? [[REPORTER]]
    : [[REPORTER], ['list'], ['html', { open: 'never', outputFolder: 'playwright-report' }]],
});
