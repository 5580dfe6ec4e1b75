import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ContractResult } from '../reports/result.ts';
import { judgeRun } from '../reports/verdict.ts';
import { FAULTS, type Fault } from '../sandbox/faults.ts';
import { PROFILES } from '../sandbox/profiles.ts';
import { resolveTarget } from '../target/resolve.ts';
import { startEmbeddedSandbox } from '../target/sandbox-process.ts';
import { parseSettings } from '../target/settings.ts';
import { runContract } from '../tests/run.ts';

/** One contract run against the sandbox: with one fault, or with a conforming profile and a seed. */
interface Trial {
  readonly name: string;
  readonly fault: Fault | null;
  readonly profile: string | null;
  readonly seed: number;
}

interface Row {
  readonly trial: Trial;
  readonly verdict: string;
  readonly checks: readonly string[];
  readonly right: boolean;
  readonly requests: number;
  readonly runMs: number;
  readonly unsure: number;
}

async function conduct(trial: Trial): Promise<Row> {
  const stateDir = mkdtempSync(join(tmpdir(), 'bench-faults-'));
  const sandbox = await startEmbeddedSandbox({
    faults: trial.fault === null ? [] : [trial.fault.name],
    profile: trial.profile,
    latency: null,
  });
  const began = performance.now();
  try {
    const settings = parseSettings({ HARNESS_TIMEOUT: '2s' });
    if (!settings.ok) throw new Error(settings.mistakes.join(' '));
    const target = resolveTarget(settings.value, sandbox);
    const plan = {
      stateDir,
      seed: trial.seed,
      strict: false,
      budgetRuns: null,
      replay: null,
      only: null,
      inFlight: 4,
    };
    const silent = (): void => undefined;
    const contract = await runContract(plan, {
      target,
      signal: new AbortController().signal,
      say: silent,
      progress: silent,
    });
    return rowOf(trial, contract, performance.now() - began);
  } finally {
    await sandbox.stop();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

function rowOf(trial: Trial, contract: ContractResult, runMs: number): Row {
  const { verdict, reasons } = judgeRun({ contract, load: null, interrupted: false });
  const weight = trial.fault?.weight ?? null;
  const found = contract.findings.filter((finding) => (weight === null ? true : weight === finding.severity));
  const checks = [...new Set(found.map((finding) => finding.check))];
  const right =
    trial.fault === null
      ? verdict === 'GO' && contract.findings.every((finding) => finding.severity !== 'failure')
      : verdict === (weight === 'failure' ? 'NO-GO' : 'GO') && checks.includes(trial.fault.rule);
  const said = verdict === 'INCONCLUSIVE' ? [...checks, `(${reasons.join(' ')})`] : checks;
  return {
    trial,
    verdict,
    checks: said,
    right,
    requests: contract.requests_sent,
    runMs,
    unsure: contract.cases.inconclusive + contract.cases.skipped,
  };
}

function trialsOf(values: {
  readonly class?: string;
  readonly fault?: string[];
  readonly sample?: boolean;
  readonly seeds?: string;
  readonly profiles?: boolean;
}): readonly Trial[] {
  const seeds = Array.from({ length: Number(values.seeds ?? 1) }, (_, i) => i + 1);
  if (values.profiles === true) {
    return PROFILES.flatMap(({ name }) =>
      seeds.map((seed) => ({ name: `${name} seed ${seed}`, fault: null, profile: name, seed })),
    );
  }
  const wanted = FAULTS.filter(
    (fault) =>
      (values.class === undefined || fault.class === values.class) &&
      (values.fault === undefined || values.fault.includes(fault.name)),
  );
  const sampled =
    values.sample === true
      ? wanted.filter((fault, i) => wanted.findIndex((other) => other.class === fault.class) === i)
      : wanted;
  return sampled.map((fault) => ({ name: `${fault.class}/${fault.name}`, fault, profile: null, seed: 1 }));
}

function print(row: Row): void {
  const mark = row.right ? 'ok   ' : 'WRONG';
  process.stdout.write(
    `${mark} ${row.trial.name.padEnd(52)} ${row.verdict.padEnd(13)} ${String(row.requests).padStart(4)} requests ${(row.runMs / 1000).toFixed(1).padStart(5)} s  unsure ${row.unsure}  ${row.checks.join(', ')}\n`,
  );
}

const { values } = parseArgs({
  options: {
    class: { type: 'string' },
    fault: { type: 'string', multiple: true },
    sample: { type: 'boolean' },
    profiles: { type: 'boolean' },
    seeds: { type: 'string' },
    jobs: { type: 'string' },
  },
});
const queue = [...trialsOf(values)];
const rows: Row[] = [];
const worker = async (): Promise<void> => {
  for (let trial = queue.shift(); trial !== undefined; trial = queue.shift()) {
    const row = await conduct(trial);
    rows.push(row);
    print(row);
  }
};
await Promise.all(Array.from({ length: Number(values.jobs ?? 2) }, worker));
const wrong = rows.filter((row) => !row.right);
process.stdout.write(`${rows.length - wrong.length} of ${rows.length} right\n`);
process.exitCode = wrong.length === 0 && rows.length > 0 ? 0 : 1;
