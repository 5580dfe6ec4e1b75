import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { dayOf, markAccepted } from '../result/acceptance.ts';
import type { ContractResult } from '../result/contract-result.ts';
import { judgeRun } from '../result/verdict.ts';
import { resolveTarget } from '../target/resolve.ts';
import { WHOLE_PLAN } from '../selftest/contract/in-process.ts';
import { parseSettings } from '../target/settings.ts';
import { runContract } from '../contract/run/playwright.ts';

/** The key and the workflow that an independent server is told to know. */
export const KEY = 'bench-key-AbCdEf0123456789';
export const WORKFLOW = '5eb7cf5a86d9755df3a6c593';
const START_LIMIT_MS = 180_000;

/** A port of 127.0.0.1 on which nothing listens. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });
}

/**
 * Waits until the server answers, puts the contract tests to it, prints what each check came to, and ends the server
 * with its process group (so it must have been started detached).
 * @throws when the server does not answer in three minutes.
 */
export async function judgeServer(name: string, port: number, server: ChildProcess): Promise<void> {
  server.stdout?.resume();
  server.stderr?.resume();
  try {
    await untilUp(name, port);
    await judge(name, port);
  } finally {
    if (server.pid !== undefined) process.kill(-server.pid, 'SIGTERM');
  }
}

async function untilUp(name: string, port: number): Promise<void> {
  const until = Date.now() + START_LIMIT_MS;
  while (Date.now() < until) {
    const isUp = await fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    await sleep(250);
  }
  throw new Error(`${name} did not start`);
}

async function judge(name: string, port: number): Promise<void> {
  const settings = parseSettings({
    INTERACTLY_BASE_URL: `http://127.0.0.1:${port}`,
    INTERACTLY_API_KEY: KEY,
    INTERACTLY_WORKFLOW_ID: WORKFLOW,
  });
  if (!settings.ok) throw new Error(settings.issues.join(' '));
  const stateDir = mkdtempSync(join(tmpdir(), 'bench-independent-'));
  const silent = (): void => undefined;
  const plan = { ...WHOLE_PLAN, stateDir };
  const contract = await runContract(plan, {
    target: resolveTarget(settings.value, null),
    signal: new AbortController().signal,
    say: silent,
    progress: silent,
  }).finally(() => {
    rmSync(stateDir, { recursive: true, force: true });
  });
  const { verdict } = judgeRun({ contract, load: null, interrupted: false });
  const accepted = allAccepted(contract);
  const print = (line: string): void => void process.stdout.write(`${line}\n`);
  print(
    `${name}: ${verdict}; ${contract.cases.passed} of ${contract.cases.total} cases passed, ${contract.requests_sent} requests; with its ${accepted.causes} failing causes accepted: ${accepted.verdict}\n`,
  );
  print('| check | looked | failures | warnings | first |\n| --- | --- | --- | --- | --- |');
  for (const row of contract.coverage.checks) {
    const own = contract.findings.filter((finding) => finding.check === row.name);
    const failures = own.filter((finding) => finding.severity === 'failure').length;
    const [first] = own;
    const said =
      first === undefined ? '' : `${first.case_id}: ${first.title.replaceAll('|', '\\|').slice(0, 150)}`;
    print(`| ${row.name} | ${row.exercised} | ${failures} | ${own.length - failures} | ${said} |`);
  }
}

/** The verdict once every cause of failure has been accepted: nothing else may stand against the server. */
function allAccepted(contract: ContractResult): { readonly causes: number; readonly verdict: string | null } {
  const failures = contract.findings.filter(({ severity }) => severity === 'failure');
  const at = new Date();
  const entries = [...new Set(failures.map(({ fingerprint }) => fingerprint))].map((fingerprint) => ({
    fingerprint,
    check: 'bench',
    what: 'bench',
    schema_path: '#',
    reason: 'bench',
    accepted_at: dayOf(at),
    expires_at: dayOf(at),
    run: 'bench',
    target: 'bench',
    severity: 'failure' as const,
    by: 'bench',
    commands: [...new Set(failures.flatMap(({ command }) => (command === null ? [] : [command])))],
  }));
  const findings = markAccepted(contract.findings, entries, at, 'bench');
  const { verdict } = judgeRun({ contract: { ...contract, findings }, load: null, interrupted: false });
  return { causes: entries.length, verdict };
}
