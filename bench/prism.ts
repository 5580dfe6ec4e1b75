/**
 * The contract tests against an independent implementation of the description: Prism's mock server. It is stateless,
 * so the rules of request, key and response schema must hold, and identity, echo and history must fail.
 * Prism is fetched by npx into its own cache; it is no dependency of this project.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { judgeRun } from '../reports/verdict.ts';
import { resolveTarget } from '../target/resolve.ts';
import { parseSettings } from '../target/settings.ts';
import { runContract } from '../tests/run.ts';

const PRISM = '@stoplight/prism-cli@5.16.0';
const START_LIMIT_MS = 180_000;

function freePort(): Promise<number> {
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

async function startPrism(port: number): Promise<ChildProcess> {
  const args = [
    '--yes',
    PRISM,
    'mock',
    'openapi/workflow-runs.yaml',
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
  ];
  const child = spawn('npx', args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  child.stdout.resume();
  child.stderr.resume();
  const until = Date.now() + START_LIMIT_MS;
  while (Date.now() < until) {
    const answered = await fetch(`http://127.0.0.1:${port}/`).then(
      () => true,
      () => false,
    );
    if (answered) return child;
    await sleep(250);
  }
  throw new Error('Prism did not start');
}

const port = await freePort();
const prism = await startPrism(port);
const stateDir = mkdtempSync(join(tmpdir(), 'bench-prism-'));
try {
  const settings = parseSettings({
    INTERACTLY_BASE_URL: `http://127.0.0.1:${port}`,
    INTERACTLY_API_KEY: 'any-key-at-all',
    INTERACTLY_WORKFLOW_ID: '5eb7cf5a86d9755df3a6c593',
  });
  if (!settings.ok) throw new Error(settings.mistakes.join(' '));
  const silent = (): void => undefined;
  const plan = { stateDir, seed: 1, strict: false, budgetRuns: null, replay: null, only: null, inFlight: 4 };
  const contract = await runContract(plan, {
    target: resolveTarget(settings.value, null),
    signal: new AbortController().signal,
    say: silent,
    progress: silent,
  });
  const { verdict } = judgeRun({ contract, load: null, interrupted: false });
  process.stdout.write(
    `${PRISM}: ${verdict}; ${contract.cases.passed} of ${contract.cases.total} cases passed, ${contract.requests_sent} requests\n\n`,
  );
  process.stdout.write('| check | looked | failures | warnings | first |\n| --- | --- | --- | --- | --- |\n');
  for (const row of contract.coverage.checks) {
    const own = contract.findings.filter((finding) => finding.check === row.name);
    const failures = own.filter((finding) => finding.severity === 'failure').length;
    process.stdout.write(
      `| ${row.name} | ${row.exercised} | ${failures} | ${own.length - failures} | ${own[0] === undefined ? '' : `${own[0].case_id}: ${own[0].title.replaceAll('|', '\\|').slice(0, 150)}`} |\n`,
    );
  }
} finally {
  if (prism.pid !== undefined) process.kill(-prism.pid, 'SIGTERM');
  rmSync(stateDir, { recursive: true, force: true });
}
