/** A run that is to be killed: the suite of the contract tests, or a load, in a folder where its ledger is found. */
import { dirname } from 'node:path';
import { CONTRACT_DEFAULTS } from '../contract/option-rows.ts';
import { BudgetExhausted } from '../contract/run/request-budget.ts';
import { contractInProcess } from '../contract/run/in-process.ts';
import { parseLoadOptions } from '../load/options/read.ts';
import { runLoad } from '../load/run.ts';
import { loadOperation } from '../openapi/registry.ts';
import { resolveTarget } from '../target/resolve.ts';
import { ledgerPath, makeRunFolder } from '../target/run-folder.ts';
import { openRunLedger } from '../target/run-ledger.ts';
import { parseSettings } from '../target/settings.ts';
import type { Target } from '../target/target.ts';

/** What one process of a trial is told to do. */
export interface Errand {
  readonly kind: 'suite' | 'load';
  /** Where the sandbox listens, and who we are to it. */
  readonly settings: Readonly<Record<string, string>>;
  /** Where the folder of the run is made, or the ledger that it shares with others. */
  readonly at: { readonly runsDir: string } | { readonly ledger: string };
  readonly cap: number | null;
  readonly seed: number;
}

/** Does what it is told, against a sandbox. */
export async function run({ kind, settings, at, cap, seed }: Errand): Promise<void> {
  const parsed = parseSettings(settings);
  if (!parsed.ok) throw new Error(parsed.issues.join(' '));
  const target = resolveTarget(parsed.value, null);
  const ledger = 'ledger' in at ? at.ledger : ledgerPath(makeRunFolder(at.runsDir, target));
  if (kind === 'load') return load(target, ledger, cap);
  await contractInProcess(
    {
      ...CONTRACT_DEFAULTS,
      stateDir: dirname(ledger),
      seed,
      budgetRuns: cap,
      inFlight: 4,
    },
    target,
  ).catch((error: unknown) => {
    if (!(error instanceof BudgetExhausted)) throw error; // the others have used up the cap before its first start
  });
}

async function load(target: Target, ledger: string, cap: number | null): Promise<void> {
  const parsed = parseLoadOptions(['start', 'start-resume'], {
    concurrency: '6',
    duration: '1s',
    warmup: '0',
  });
  if (!('plan' in parsed)) throw new Error(parsed.issues.join(' '));
  const runs = openRunLedger(ledger, cap);
  await runLoad(parsed.plan, {
    operation: loadOperation(),
    target,
    runs,
    signal: new AbortController().signal,
    say: () => undefined,
    progress: () => undefined,
    outDir: dirname(ledger),
  });
  runs.close();
}

process.on('disconnect', () => process.exit(0));
process.on('message', (errand: Errand) => {
  // What is thrown ends the process, which whoever waits for it notices.
  void run(errand).then(() => process.send?.('done'));
});
