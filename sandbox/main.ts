import { flagOf } from '../options/option.ts';
import { optionsConsumedByNpm } from '../options/npm.ts';
import { quoted } from '../options/shell-word.ts';
import { RUNS_PATH } from './admission.ts';
import { listing } from './listing.ts';
import { SANDBOX_OPTIONS } from './option-rows.ts';
import { parseCommandLine, type CommandLine } from './options.ts';
import { startSandbox, type Sandbox, type SandboxOptions } from './server.ts';

const USAGE_ERROR = 2;

const consumed = optionsConsumedByNpm('sandbox', Object.keys(SANDBOX_OPTIONS).map(flagOf), process.env);
await main(
  consumed === null
    ? parseCommandLine(process.argv.slice(2), process.env)
    : { kind: 'issues', issues: [consumed] },
);

async function main(commandLine: CommandLine): Promise<void> {
  switch (commandLine.kind) {
    case 'help':
      process.stdout.write(commandLine.text);
      return;
    case 'list':
      process.stdout.write(listing());
      return;
    case 'issues':
      refuse(commandLine.issues);
      return;
    case 'serve':
      await serve(commandLine.options, commandLine.json);
  }
}

async function serve(options: SandboxOptions, json: boolean): Promise<void> {
  const sandbox = await startSandbox(options).catch((error: unknown) => {
    refuse([listenIssue(options.port, error)]);
  });
  if (sandbox === undefined) return;
  if (json) endWithParent(sandbox);
  else process.once('SIGINT', () => void end(sandbox));
  process.once('SIGTERM', () => void end(sandbox));
  if (!json) process.once('SIGHUP', () => void end(sandbox));
  process.stdout.write(json ? jsonLine(sandbox) : greeting(sandbox, options));
}

function jsonLine({ url, key, workflowId }: Sandbox): string {
  return `${JSON.stringify({ url, key, workflow_id: workflowId })}\n`;
}

function greeting({ url, key, workflowId }: Sandbox, { profile, faults, seed }: SandboxOptions): string {
  const body = JSON.stringify({ command: 'start', workflow_id: workflowId });
  return [
    `Sandbox at ${url}, profile ${profile}, ${faults.length === 0 ? 'no faults' : `faults ${faults.join(', ')}`}, seed ${seed}`,
    `  key          ${key}`,
    `  workflow id  ${workflowId}`,
    `  count        ${url}/__sandbox/stats`,
    '',
    'Start a run:',
    `  curl -sS ${quoted(url + RUNS_PATH)} -H ${quoted(`Authorization: Bearer ${key}`)} -H 'Content-Type: application/json' -d ${quoted(body)}`,
    '',
    'Ctrl-C ends it.',
    '',
  ].join('\n');
}

/** A program that started this one holds its stdin; when that closes nobody needs the sandbox any more. */
function endWithParent(sandbox: Sandbox): void {
  const leave = (): void => void end(sandbox);
  process.stdin.on('end', leave).on('close', leave).on('error', leave).resume();
  if (process.connected) process.once('disconnect', leave);
  // The terminal sends these to the whole group, and the parent still has runs to stop here.
  process.on('SIGINT', () => undefined).on('SIGHUP', () => undefined);
}

let isEnding = false;

async function end(sandbox: Sandbox): Promise<void> {
  if (isEnding) return;
  isEnding = true;
  await sandbox.close();
  process.exit(0);
}

function refuse(issues: readonly string[]): void {
  process.stderr.write(`${issues.join('\n')}\n`);
  process.exitCode = USAGE_ERROR;
}

function listenIssue(port: number, error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  return `The sandbox cannot listen on 127.0.0.1:${port} (${words}); choose another --port, or 0 for a free one.`;
}
