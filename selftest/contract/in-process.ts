import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContractResult } from '../../result/contract-result.ts';
import { NO_LATENCY } from '../../sandbox/latency.ts';
import { startSandbox, type Sandbox } from '../../sandbox/server.ts';
import { resolveTarget } from '../../target/resolve.ts';
import { parseSettings } from '../../target/settings.ts';
import type { Target } from '../../target/target.ts';
import { CONTRACT_DEFAULTS } from '../../contract/option-rows.ts';
import { contractInProcess } from '../../contract/run/in-process.ts';
import type { ContractPlan } from '../../contract/run/plan.ts';

/** The key of the targets of these tests. */
export const KEY = 'self-test-Key-AbCdEf0123';

/** A key of another team, which a sandbox of these tests knows. */
export const OTHER_KEY = 'self-test-Key-of-another-team';

/** The workflow that may be started. */
export const WORKFLOW = '5eb7cf5a86d9755df3a6c593';

/** The target at a URL, with short patience. @param more further variables of the configuration. */
export function targetAt(url: string, timeout = '2s', more: Readonly<Record<string, string>> = {}): Target {
  const settings = parseSettings({
    INTERACTLY_BASE_URL: url,
    INTERACTLY_API_KEY: KEY,
    INTERACTLY_WORKFLOW_ID: WORKFLOW,
    HARNESS_TIMEOUT: timeout,
    HARNESS_PATIENCE: '1500ms', // a twentieth, as all times of the sandbox are
    ...more,
  });
  if (!settings.ok) throw new Error(settings.issues.join(' '));
  return resolveTarget(settings.value, null);
}

/** Everything is sent, with the first seed. */
export const WHOLE_PLAN: Omit<ContractPlan, 'stateDir'> = {
  ...CONTRACT_DEFAULTS,
  seed: 1,
  inFlight: 4,
};

/** Runs the contract tests against a target, without a runner. */
export async function contractAt(target: Target, over: Partial<ContractPlan> = {}): Promise<ContractResult> {
  const stateDir = mkdtempSync(join(tmpdir(), 'self-contract-'));
  const plan: ContractPlan = { ...WHOLE_PLAN, stateDir, ...over };
  try {
    return await contractInProcess(plan, target);
  } finally {
    rmSync(stateDir, { recursive: true, force: true });
  }
}

/** Hands over a sandbox with some faults, and closes it whatever happens. */
export async function withSandbox<T>(
  faults: readonly string[],
  use: (sandbox: Sandbox) => Promise<T>,
  profile = 'default',
): Promise<T> {
  const sandbox = await startSandbox({
    port: 0,
    key: KEY,
    otherKey: OTHER_KEY,
    workflowId: WORKFLOW,
    faults,
    profile,
    latency: NO_LATENCY,
    seed: 1,
  });
  try {
    return await use(sandbox);
  } finally {
    await sandbox.close();
  }
}
