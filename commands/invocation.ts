import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { targetOfShard } from '../load/scenario/share.ts';
import { WHOLE, type Shard } from '../load/arrivals/shard.ts';
import { loadOperation, type Operation } from '../openapi/registry.ts';
import { envFileIssues } from '../target/env-file.ts';
import { resolveTarget } from '../target/resolve.ts';
import { leftAt, noteTarget, RUNS_DIR } from '../target/run-folder.ts';
import { openRunLedger, type RunLedger } from '../target/run-ledger.ts';
import { SandboxRefusal, startEmbeddedSandbox, type EmbeddedSandbox } from '../target/sandbox-process.ts';
import type { Parsed } from '../options/option.ts';
import { parseSettings, readEnvironment, type Environment } from '../target/settings.ts';
import type { Target } from '../target/target.ts';
import { openConsole, type Console } from './console.ts';
import { leftLines } from './leftovers.ts';
import { isPlaceholder, limited, NO_LIMITS, runsCapName, targetIssues, type Limits } from './limits.ts';
import { UsageError } from './usage-error.ts';
import { parseCommon, type CommonOptions, type CommonTexts } from './options.ts';

/** Everything that one invocation of a command works with. */
export interface Invocation {
  readonly operation: Operation;
  readonly options: CommonOptions;
  readonly target: Target;
  readonly sandbox: EmbeddedSandbox | null;
  /** True where only a plan is wanted of a command that never takes the sandbox, and no target is configured. */
  readonly isTargetMissing: boolean;
  /** What caps the workflow runs, as a message names it. */
  readonly runsCapName: string;
  readonly runs: RunLedger;
  readonly stateDir: string;
  /** The outermost folder that was made for this run; undefined when none was. */
  readonly made: string | undefined;
  readonly console: Console;
  readonly signal: AbortSignal;
  readonly startedAt: Date;
  close(): Promise<void>;
}

/**
 * Opens an invocation: parses everything, then starts the sandbox if there is no other target.
 * @param others issues that the command's own options have; they are reported together with the rest.
 * @param shard which share of the load, and so of the caps, is this invocation's.
 * @param limits what a profile says of the target, and of what may be spent.
 * @throws UsageError with every issue, before anything is sent or started.
 */
export async function openInvocation(
  texts: CommonTexts,
  environment: Environment,
  others: readonly string[],
  shard: Shard = WHOLE,
  limits: Limits = NO_LIMITS,
): Promise<Invocation> {
  const resolved = readEnvironment(environment);
  const settings = parseSettings(resolved);
  const common = parseCommon(texts, resolved['INTERACTLY_BASE_URL'] !== undefined);
  const issues = [
    ...envFileIssues(environment),
    ...issuesOf(settings),
    ...targetIssues(limits, texts, resolved),
    ...issuesOf(common),
    ...others,
  ];
  if (!settings.ok || !common.ok || issues.length > 0) throw new UsageError(issues);
  const sandbox = settings.value.baseUrl === null ? await startSandbox(common.value) : null;
  const requested = resolveTarget(settings.value, sandbox);
  const target = targetOfShard(limited(requested, limits, resolved), shard);
  const stateDir = join(common.value.outDir, 'state');
  const console = openConsole(common.value, target.redact);
  if (!target.isSandbox) for (const line of leftLines(leftAt(RUNS_DIR, target.baseUrl))) console.say(line);
  const made = common.value.planOnly ? undefined : mkdirSync(stateDir, { recursive: true });
  if (!common.value.planOnly) noteTarget(common.value.outDir, target);
  const runs = openRunLedger(
    common.value.planOnly ? '/dev/null' : join(stateDir, 'ledger.ndjson'),
    target.maxRuns,
  );
  const interruption = listenForInterrupt();
  return {
    operation: loadOperation(),
    options: common.value,
    target,
    sandbox,
    runsCapName: runsCapName(requested, limits),
    isTargetMissing: isPlaceholder(target.baseUrl),
    runs,
    stateDir,
    made,
    console,
    signal: interruption.signal,
    startedAt: new Date(),
    async close() {
      interruption.stop();
      runs.close();
      await sandbox?.stop();
    },
  };
}

function issuesOf(parsed: Parsed<unknown>): readonly string[] {
  return parsed.ok ? [] : parsed.issues;
}

async function startSandbox(options: CommonOptions): Promise<EmbeddedSandbox> {
  openConsole(options, (text) => text).say('starting the embedded sandbox');
  try {
    return await startEmbeddedSandbox(options.sandbox);
  } catch (error) {
    if (error instanceof SandboxRefusal) throw new UsageError(error.message.split('\n'));
    throw error;
  }
}

/**
 * The first Ctrl-C, SIGTERM or SIGHUP ends the work and still writes the report; a second Ctrl-C or SIGTERM ends the
 * process. A closed terminal sends SIGHUP more than once, so that another one changes nothing.
 */
export function listenForInterrupt(): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const hangUp = (): void => {
    controller.abort();
  };
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', hangUp);
  return {
    signal: controller.signal,
    stop() {
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt).off('SIGHUP', hangUp);
    },
  };
}
