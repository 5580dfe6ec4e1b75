import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadOperation } from '../openapi/registry.ts';
import { startEmbeddedSandbox, type EmbeddedSandbox } from '../target/sandbox-process.ts';
import { resolveTarget } from '../target/resolve.ts';
import { openRunLedger } from '../target/run-ledger.ts';
import { envFileMistakes } from '../target/env-file.ts';
import { parseSettings, readEnvironment } from '../target/settings.ts';
import { isUnderCommandLine } from '../contract/run/plan.ts';
import { sweepRuns } from '../target/sweep.ts';

/**
 * Makes the runner work alone (`npx playwright test`, an editor): without a target it starts the embedded sandbox,
 * and it stops what the tests have started. Under the command line interface all that is done there.
 */
export default async function globalSetup(): Promise<(() => Promise<void>) | undefined> {
  if (isUnderCommandLine(process.env)) return undefined;
  const wrong = envFileMistakes(process.env);
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  const settings = parseSettings(readEnvironment(process.env));
  if (!settings.ok) throw new Error(settings.mistakes.join('\n'));
  const sandbox = settings.value.baseUrl === null ? await startSandbox() : null;
  process.stdout.write(
    sandbox === null
      ? `target: ${settings.value.baseUrl?.host ?? ''}\n`
      : `target: the embedded sandbox at ${sandbox.url}\n`,
  );
  const stateDir = mkdtempSync(join(tmpdir(), 'harness-'));
  mkdirSync(stateDir, { recursive: true });
  process.env['HARNESS_STATE_DIR'] = stateDir;
  const target = resolveTarget(settings.value, sandbox);
  const cap = target.maxRuns === null ? null : Math.min(target.maxRuns, 60);
  process.env['HARNESS_BUDGET_RUNS'] = cap === null ? '' : String(cap);
  return async () => {
    const runs = openRunLedger(join(stateDir, 'ledger.ndjson'), cap);
    await sweepRuns(loadOperation(), target, runs, { ratePerSecond: 20, limitMs: 30_000 });
    runs.close();
    await sandbox?.stop();
  };
}

/** The workers are processes of their own and learn of the sandbox by the environment. */
async function startSandbox(): Promise<EmbeddedSandbox> {
  const sandbox = await startEmbeddedSandbox({ faults: [], profile: null, latency: null });
  process.env['INTERACTLY_BASE_URL'] = sandbox.url;
  process.env['INTERACTLY_API_KEY'] = sandbox.key;
  process.env['INTERACTLY_WORKFLOW_ID'] = sandbox.workflowId;
  return sandbox;
}
