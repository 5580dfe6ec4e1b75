import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inFlightFor } from '../contract/budget/selection.ts';
import { planEnvironment } from '../contract/run/plan.ts';
import { loadOperation } from '../openapi/registry.ts';
import { startEmbeddedSandbox, type EmbeddedSandbox } from '../target/sandbox-process.ts';
import { resolveTarget } from '../target/resolve.ts';
import { ledgerPath, makeRunFolder, RUNS_DIR } from '../target/run-folder.ts';
import { openRunLedger } from '../target/run-ledger.ts';
import { envFileIssues } from '../target/env-file.ts';
import { parseSettings, readEnvironment } from '../target/settings.ts';
import { sweepRuns } from '../target/sweep.ts';

/**
 * The target of a runner that was started by hand: the configured one, or the embedded sandbox. What comes back stops
 * what the tests have started.
 */
export async function openOwnTarget(): Promise<() => Promise<void>> {
  const wrong = envFileIssues(process.env);
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  const settings = parseSettings(readEnvironment(process.env));
  if (!settings.ok) throw new Error(settings.issues.join('\n'));
  const sandbox = settings.value.baseUrl === null ? await startSandbox() : null;
  process.stderr.write(
    sandbox === null
      ? `target: ${settings.value.baseUrl?.host ?? ''}\n`
      : `target: the embedded sandbox at ${sandbox.url}\n`,
  );
  const target = resolveTarget(settings.value, sandbox);
  // What is started at a real target stands where `npm run sweep` finds it, should this process be killed.
  const folder = makeRunFolder(
    sandbox === null ? join(ROOT, RUNS_DIR) : mkdtempSync(join(tmpdir(), 'harness-')),
    target,
  );
  const ledger = ledgerPath(folder);
  const cap = target.maxRuns === null ? null : Math.min(target.maxRuns, 60);
  const plan = { stateDir: dirname(ledger), budgetRuns: cap, inFlight: inFlightFor(cap) };
  Object.assign(process.env, planEnvironment(plan));
  return async () => {
    const runs = openRunLedger(ledger, cap);
    await sweepRuns(loadOperation(), target, runs, { ratePerSecond: 20, limitMs: 30_000 });
    const left = runs.open().length;
    runs.close();
    if (left > 0) process.stderr.write(`${left} workflow runs could not be stopped: npm run sweep\n`);
    if (sandbox === null) return;
    await sandbox.stop();
    for (const name of OF_SANDBOX) process.env[name] = ''; // an editor may run again
  };
}

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OF_SANDBOX = ['INTERACTLY_BASE_URL', 'INTERACTLY_API_KEY', 'INTERACTLY_WORKFLOW_ID'] as const;

/** The workers are processes of their own and learn of the sandbox by the environment. */
async function startSandbox(): Promise<EmbeddedSandbox> {
  const sandbox = await startEmbeddedSandbox({ faults: [], profile: null, latency: null });
  process.env['INTERACTLY_BASE_URL'] = sandbox.url;
  process.env['INTERACTLY_API_KEY'] = sandbox.key;
  process.env['INTERACTLY_WORKFLOW_ID'] = sandbox.workflowId;
  return sandbox;
}
