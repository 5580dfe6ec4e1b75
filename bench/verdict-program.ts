/** A healthy API with one hiccup, or one that breaks its limit: a process of its own for `verdicts.ts`. */
import { createServer } from 'node:http';
import { loadOperation } from '../openapi/registry.ts';

const [, , latency = '20', hiccup = '0', slowShare = '0'] = process.argv;
const latencyMs = Number(latency);
const { response: example } = loadOperation().examples;
const HICCUP_AT_MS = 2000;
const HICCUP_MS = 1000;
const SLOW_TIMES = 15;
let firstMs: number | null = null;
let started = 0;

/** One second at five times the latency, or each n-th response far beyond the limit. */
function waitMs(nowMs: number): number {
  const sinceMs = nowMs - (firstMs ??= nowMs);
  const inHiccup = sinceMs >= HICCUP_AT_MS && sinceMs < HICCUP_AT_MS + HICCUP_MS;
  if (hiccup === '1' && inHiccup) return 5 * latencyMs;
  return (started * 7919) % 100 < 100 * Number(slowShare) ? SLOW_TIMES * latencyMs : latencyMs;
}

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const sent = JSON.parse(Buffer.concat(chunks).toString()) as {
      command?: string;
      workflow_run_id?: string;
    };
    const isStart = (sent.command ?? 'start') === 'start';
    if (isStart) started += 1;
    const id = isStart ? started.toString(16).padStart(24, '0') : (sent.workflow_run_id ?? '');
    const body = JSON.stringify({ workflow_run: { ...example.workflow_run, _id: id } });
    setTimeout(
      () => {
        response.writeHead(200, { 'content-type': 'application/json' }).end(body);
      },
      isStart ? waitMs(performance.now()) : 1,
    );
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.send?.({ port: address.port });
});
process.on('disconnect', () => process.exit(0));
