import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContractResult } from '../result/contract-result.ts';
import { judgeRun } from '../result/verdict.ts';
import { FAULTS, type Fault } from '../sandbox/faults.ts';
import { NO_LATENCY } from '../sandbox/latency.ts';
import { PROFILES } from '../sandbox/profiles.ts';
import { startSandbox } from '../sandbox/server.ts';
import { resolveTarget } from '../target/resolve.ts';
import { parseSettings } from '../target/settings.ts';
import { CONTRACT_DEFAULTS } from '../contract/option-rows.ts';
import { contractInProcess } from '../contract/run/in-process.ts';

/** One contract run against the sandbox: with one fault, or with a conforming profile; plain data, so it can be sent. */
export interface Trial {
  readonly name: string;
  /** The class of the fault, or the profile: what the table has a row for. */
  readonly row: string;
  readonly fault: string | null;
  readonly profile: string;
  readonly seed: number;
  /** The most requests that the contract run may send; null for no cap. */
  readonly budgetRequests: number | null;
}

/** What came of a trial. */
export interface Told {
  readonly trial: Trial;
  readonly verdict: string;
  /** The checks that objected with the fault's own weight; for a profile every check that objected. */
  readonly checks: readonly string[];
  /** A fault was named by its own rule and judged as it weighs; a profile met no failure and was judged as is right for it. */
  readonly right: boolean;
  /** A fault met an objection of any check with its weight. */
  readonly found: boolean;
  readonly failures: number;
  readonly requests: number;
  readonly runs: number;
  readonly ms: number;
  /** Cases that could not be judged or were skipped. */
  readonly unsure: number;
}

const KEY = 'bench-key-AbCdEf0123456789';
const OTHER_KEY = 'bench-other-team-GhIjKl98765';
const WORKFLOW = '5eb7cf5a86d9755df3a6c593';

/** Conducts a trial in this process: the agenda of `npm run contract`, without a runner, against a sandbox beside it. */
export async function conduct(trial: Trial): Promise<Told> {
  const stateDir = mkdtempSync(join(tmpdir(), 'bench-trial-'));
  const faults = trial.fault === null ? [] : [trial.fault];
  const { profile, seed, budgetRequests } = trial;
  const sandbox = await startSandbox({
    port: 0,
    key: KEY,
    otherKey: OTHER_KEY,
    workflowId: WORKFLOW,
    faults,
    profile,
    latency: NO_LATENCY,
    seed,
  });
  const began = performance.now();
  try {
    const settings = parseSettings({
      INTERACTLY_BASE_URL: sandbox.url,
      INTERACTLY_API_KEY: KEY,
      INTERACTLY_WORKFLOW_ID: WORKFLOW,
      INTERACTLY_OTHER_KEY: hasTeams(trial) ? OTHER_KEY : undefined,
      HARNESS_TIMEOUT: '2s',
      HARNESS_PATIENCE: '1500ms', // a twentieth, as all times of the sandbox are
    });
    if (!settings.ok) throw new Error(settings.issues.join(' '));
    const plan = { ...CONTRACT_DEFAULTS, stateDir, seed, budgetRequests, inFlight: 4 };
    const contract = await contractInProcess(plan, resolveTarget(settings.value, null));
    const { runs } = sandbox.stats();
    const started = Object.values(runs).reduce((sum, count) => sum + count, 0);
    return toldOf(trial, contract, performance.now() - began, started);
  } finally {
    await sandbox.close();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

/** What is asked across teams costs requests, so the other key is given where it tells something. */
function hasTeams({ row, profile }: Trial): boolean {
  return row === 'teams' || PROFILES.some(({ name, hasTeams }) => name === profile && hasTeams === true);
}

function toldOf(trial: Trial, contract: ContractResult, ms: number, runs: number): Told {
  const { verdict: word, reasons } = judgeRun({ contract, load: null, interrupted: false });
  const verdict = String(word);
  const fault = FAULTS.find((one) => one.name === trial.fault) ?? null;
  const found = contract.findings.filter((finding) => fault === null || fault.weight === finding.severity);
  const checks = [...new Set(found.map((finding) => finding.check))];
  const failures = contract.findings.filter((finding) => finding.severity === 'failure').length;
  return {
    trial,
    verdict,
    checks: verdict === 'INCONCLUSIVE' ? [...checks, `(${reasons.join(' ')})`] : checks,
    right:
      fault === null
        ? verdict === rightFor(trial.profile) && failures === 0
        : isRight(fault, verdict, checks),
    found: checks.length > 0,
    failures,
    requests: contract.requests_sent,
    runs,
    ms,
    unsure: contract.cases.inconclusive + contract.cases.skipped,
  };
}

function rightFor(name: string): string {
  return PROFILES.find((profile) => profile.name === name)?.right ?? 'GO';
}

function isRight(fault: Fault, verdict: string, checks: readonly string[]): boolean {
  return verdict === (fault.weight === 'failure' ? 'NO-GO' : 'GO') && checks.includes(fault.rule);
}
