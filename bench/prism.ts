/**
 * The contract tests against an independent implementation of the description: Prism's mock server. It is stateless,
 * so the rules of request, key and response schema must hold, and identity, echo and history must fail.
 * Prism is fetched by npx into its own cache; it is no dependency of this project.
 */
import { spawn } from 'node:child_process';
import { freePort, judgeServer } from './independent.ts';

const PRISM = '@stoplight/prism-cli@5.16.0';

const port = await freePort();
const where = ['--host', '127.0.0.1', '--port', String(port)];
const prism = spawn('npx', ['--yes', PRISM, 'mock', 'openapi/workflow-runs.yaml', ...where], {
  stdio: ['ignore', 'pipe', 'pipe'],
  detached: true,
});
await judgeServer(PRISM, port, prism);
