/**
 * The contract tests against a conforming server that shares nothing with this project: a FastAPI application written
 * from the page alone. Whatever is held against it is a false alarm, or a habit of the framework worth knowing.
 * FastAPI is installed from the Python registry into a virtual environment of its own; it is no dependency.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, judgeServer, KEY, WORKFLOW } from './independent.ts';

const PACKAGES = ['fastapi==0.165.0', 'uvicorn==0.54.0'];

function installed(): string {
  const venv = join(tmpdir(), 'harness-bench-fastapi');
  const program = join(venv, 'bin', 'uvicorn');
  if (existsSync(program)) return program;
  execFileSync('python3', ['-m', 'venv', venv]);
  execFileSync(join(venv, 'bin', 'pip'), ['install', '--quiet', ...PACKAGES], { stdio: 'inherit' });
  return program;
}

const port = await freePort();
const here = fileURLToPath(new URL('.', import.meta.url));
const args = ['--app-dir', here, '--host', '127.0.0.1', '--port', String(port), '--log-level', 'warning'];
const server = spawn(installed(), ['fastapi_server:app', ...args], {
  stdio: ['ignore', 'pipe', 'pipe'],
  detached: true,
  env: { ...process.env, BENCH_KEY: KEY, BENCH_WORKFLOW: WORKFLOW, PYTHONDONTWRITEBYTECODE: '1' },
});
await judgeServer(PACKAGES.join(', '), port, server);
