import { cpus, totalmem } from 'node:os';
import { basename, relative } from 'node:path';
import { liveProgress, plainProgress } from '../load/engine/progress.ts';
import { describePlan, lengthened, proxiedPart, type LoadPlan } from '../load/plan.ts';
import type { LoadContext } from '../load/run.ts';
import { ENVIRONMENT_CAUSES } from '../result/environment-causes.ts';
import type { ContractResult } from '../result/contract-result.ts';
import type { LoadResult } from '../result/load-result.ts';
import { diskReason } from '../result/disk.ts';
import type { RunResult } from '../result/result.ts';
import { detectLines } from '../history/detect.ts';
import { readHistory } from '../history/files.ts';
import type { NightRecord } from '../history/night.ts';
import { markOf, SANDBOX_NAME } from '../history/record.ts';
import { descriptionHash, descriptionPlaces } from '../openapi/registry.ts';
import { exitCodeOf, judgeRun } from '../result/verdict.ts';
import { sweepRuns } from '../target/sweep.ts';
import { readLiveSchema } from '../contract/run/live-schema.ts';
import type { ContractContext } from '../contract/run/playwright.ts';
import type { ContractPlan } from '../contract/run/plan.ts';
import { passOn } from '../contract/run/record-file.ts';
import { targetName, withAccepted } from './accepted.ts';
import { rerunSuspects } from './rerun-suspects.ts';
import { conclude, NOT_WRITTEN } from './conclude.ts';
import { withNights } from './history-view.ts';
import { NOTHING_ACCEPTED, readBaseline, withKnown } from './known.ts';
import { keepNight, knownNights } from './keep-night.ts';
import type { Invocation } from './invocation.ts';
import { heldAgainst, writeGateFiles, type Gate } from './release-against.ts';
import { writeReleaseFile } from './release-file.ts';
import { shareOf } from '../load/judge/merge-shards.ts';
import { targetRevision } from './target-revision.ts';
import { announce, planContract, refuseWhatIsNotAllowed, type ContractChoice } from './plan.ts';

/** What a command asks for; a part that is null was not asked for. */
export interface Parts {
  readonly contract: ContractChoice | null;
  readonly load: LoadPlan | null;
  /** The command line that repeats this run, but for the seed. */
  readonly command: string;
  /** The profile that described it; absent for none. */
  readonly profile?: NonNullable<RunResult['run']['profile']>;
  /** What a release is held against; null or absent for nothing. */
  readonly gate?: Gate | null;
}

/** After the contract tests as they asked, four at a time; after a load no faster than most targets take. */
const SWEEP_CONTRACT = { ratePerSecond: null, limitMs: 30_000 };
const SWEEP_LOAD = { ratePerSecond: 20, limitMs: 30_000 };
const SWEEP_INTERRUPTED = { ratePerSecond: 50, limitMs: 10_000 };
/** `measures` grows when figures are taken otherwise, so that nights before and after are not compared. */
const TOOL = { name: 'interactly-workflow-runs-harness', version: '0.1.0', measures: 1 };

/**
 * Runs the parts one after the other, stops what they started, judges once and writes the reports.
 * @returns the exit code.
 * @throws UsageError before anything is sent, when the plan does not fit what is allowed.
 */
export async function runParts(invocation: Invocation, parts: Parts): Promise<number> {
  const contractPlan = parts.contract === null ? null : planContract(invocation, parts.contract);
  announce(invocation, contractPlan, parts.load);
  refuseWhatIsNotAllowed(invocation, contractPlan, parts.load);
  if (parts.gate) {
    const { baseline, policy } = parts.gate;
    invocation.console.say(`against: ${baseline.id} (${baseline.verdict}), by ${policy.path}`);
  }
  if (invocation.options.planOnly) {
    for (const line of detecting(invocation, parts.load)) invocation.console.outcome(line);
    invocation.console.outcome('Nothing was sent: only the plan was asked for.');
    return 0;
  }
  const nights = knownNights(invocation);
  const contract = await runContract(invocation, contractPlan, parts.contract, nights);
  const load =
    parts.load === null ? null : await loadAfter(invocation, parts, contract, nights).catch(brokenLoad);
  const interrupted = invocation.signal.aborted;
  const cleanupRequests = await sweep(invocation, parts, interrupted);
  const { outDir } = invocation.options;
  const judged = toResult(invocation, parts, { contract, load, interrupted }, cleanupRequests);
  const gate = parts.gate ?? null;
  const gated = gate === null ? judged : heldAgainst(judged, gate);
  const result = withNights(gated, nights, invocation.options.historyDir);
  const report = await reportOf(result, invocation);
  if (gate !== null && report !== null) writeGateFiles(gate, outDir);
  keepNight(result, invocation);
  const release =
    parts.profile?.name === 'release' && report !== null
      ? await writeReleaseFile(result, outDir, parts.contract?.acceptedFile ?? null)
      : null;
  conclude(result, report, invocation);
  if (release !== null) invocation.console.outcome(`release: ${release}`);
  return report === null ? NOT_WRITTEN : exitCodeOf(result);
}

/** Writes the reports of a run and returns the page's path; null, with a sentence, where the disk takes none: the verdict is told all the same. */
async function reportOf(result: RunResult, { options, console }: Invocation): Promise<string | null> {
  const { writeReports } = await import('../reports/write.ts');
  try {
    return (await writeReports(result, options.outDir, descriptionPlaces())).html;
  } catch (error) {
    const why = diskReason(error);
    if (why === null) throw error;
    console.problem(
      `The report can't be written to ${options.outDir}: ${why}. What follows is all that is left of this run; make room or give --out another directory before the next.`,
    );
    return null;
  }
}

/** What `--detect` asks, from the history. */
function detecting(
  { options: { detect, historyDir }, target }: Invocation,
  plan: LoadPlan | null,
): readonly string[] {
  if (detect === null) return [];
  if (plan === null) return ['detect: the plan has no load, so it measures nothing.'];
  const name = target.isSandbox ? SANDBOX_NAME : target.baseUrl;
  const scenarios = plan.scenarios.map(({ scenario }) => scenario.name);
  const records = readHistory(historyDir).kept.map(({ night }) => night);
  const lines = detectLines(records, { effect: detect, target: name, scenarios }, (times) => {
    const { startsRuns: runs, requests } = describePlan(lengthened(plan, times));
    return { runs, requests };
  });
  return lines.map((line) => `detect: ${line}`);
}

/** Asks the contract part; what was accepted of its drift is marked afterwards, so it can't change what is asked. */
async function runContract(
  invocation: Invocation,
  plan: ContractPlan | null,
  choice: ContractChoice | null,
  nights: readonly NightRecord[],
): Promise<ContractResult | null> {
  if (plan === null || choice === null) return null;
  const { isSandbox, baseUrl } = invocation.target;
  const name = targetName({ is_sandbox: isSandbox, base_url: baseUrl });
  const baseline = choice.acceptedFile === null ? NOTHING_ACCEPTED : readBaseline(name, process.env);
  const tested = await contractOf(plan, contextOf(invocation));
  const contract = await withLiveSchema(invocation, plan, tested);
  const { accepted } = choice;
  const { startedAt } = invocation;
  const marked = withAccepted(contract, accepted, startedAt, name);
  return withKnown(marked, { target: name, baseline, accepted, nights, startedAt });
}

/** The schemas that the target serves of itself: one free request, where the run could be judged and was not narrowed. */
async function withLiveSchema(
  { operation, target, signal }: Invocation,
  plan: ContractPlan,
  contract: ContractResult,
): Promise<ContractResult> {
  const isWanted =
    contract.inconclusive === null &&
    contract.selection === null &&
    plan.budgetRequests === null &&
    !signal.aborted;
  if (!isWanted) return contract;
  const schema = await readLiveSchema(operation, target);
  return { ...contract, requests_sent: contract.requests_sent + 1, live_schema: schema };
}

/** One case takes no test runner: it is asked in this process, which is there already. */
async function contractOf(plan: ContractPlan, context: ContractContext): Promise<ContractResult> {
  if (plan.replay !== null) return (await import('../contract/run/replay.ts')).replayInProcess(plan, context);
  if (!plan.noRunner) return (await import('../contract/run/playwright.ts')).runContract(plan, context);
  const { contractInProcess } = await import('../contract/run/in-process.ts');
  return contractInProcess(plan, context.target, {
    signal: context.signal,
    say: (line) => {
      passOn(line, context);
    },
  });
}

function contextOf(invocation: Invocation): ContractContext {
  const { target, signal, console } = invocation;
  return {
    target,
    signal,
    say: (line) => {
      console.say(line);
    },
    progress: (line) => {
      console.progress(line);
    },
  };
}

/** Load on a target that the control has shown not to respond would measure nothing. */
async function loadAfter(
  invocation: Invocation,
  parts: Parts,
  contract: ContractResult | null,
  nights: readonly NightRecord[],
): Promise<LoadResult> {
  const { load: plan } = parts;
  if (plan === null) return notRun('No load was asked for.');
  const cause = contract?.inconclusive ?? null;
  if (invocation.signal.aborted)
    return notRun('The load scenarios were not run: the run was interrupted before.');
  if (cause !== null && ENVIRONMENT_CAUSES.includes(cause.cause))
    return notRun('The load scenarios were not run: the contract part found nothing to ask.');
  const { operation, target, runs, signal, options, console } = invocation;
  const { runLoad } = await import('../load/run.ts');
  const context: LoadContext = {
    operation,
    target,
    runs,
    signal,
    outDir: options.outDir,
    say: (line) => {
      console.say(line);
    },
    progress: (progress) => {
      console.progress(plainProgress(progress), (columns) => liveProgress(progress, columns));
    },
  };
  const first = await runLoad(plan, context);
  return rerunSuspects(first, {
    plan,
    context,
    nights,
    resultOf: (load) => toResult(invocation, parts, { contract, load, interrupted: false }, 0),
    run: runLoad,
  });
}

/** A fault of this tool is no reason to lose what was measured and started before it. */
function brokenLoad(error: unknown): LoadResult {
  const what = error instanceof Error ? error.message : 'unknown error';
  return {
    inconclusive: { cause: 'harness-error', sentence: `This tool failed under load: ${what}` },
    duration_ms: 0,
    scenarios: [],
    generator: null,
  };
}

function notRun(message: string): LoadResult {
  return {
    inconclusive: { cause: 'not-run', sentence: message },
    duration_ms: 0,
    scenarios: [],
    generator: null,
  };
}

async function sweep(invocation: Invocation, parts: Parts, interrupted: boolean): Promise<number> {
  const open = invocation.runs.open().length;
  if (open === 0) return 0;
  invocation.console.progress(`stopping ${open} workflow runs`);
  // What a load alone has started directly is stopped directly.
  const isDirect = parts.contract === null && parts.load !== null && proxiedPart(parts.load) === 'none';
  return sweepRuns(
    invocation.operation,
    isDirect ? { ...invocation.target, proxy: null } : invocation.target,
    invocation.runs,
    interrupted ? SWEEP_INTERRUPTED : parts.load === null ? SWEEP_CONTRACT : SWEEP_LOAD,
  );
}

function toResult(
  invocation: Invocation,
  parts: Parts,
  judged: {
    readonly contract: ContractResult | null;
    readonly load: LoadResult | null;
    readonly interrupted: boolean;
  },
  cleanupRequests: number,
): RunResult {
  const { options, target, startedAt } = invocation;
  const share = parts.load === null ? undefined : shareOf(parts.load, options.outDir);
  return {
    schema_version: 1,
    tool: TOOL,
    run: {
      id: basename(options.outDir),
      started_at: startedAt.toISOString(),
      ended_at: new Date().toISOString(),
      seed: options.seed,
      command: `${parts.command} --seed ${options.seed}`,
      interrupted: judged.interrupted,
      ...(parts.profile === undefined ? {} : { profile: parts.profile }),
      folder: relative(process.cwd(), options.outDir),
      description_sha256: descriptionHash().sha256,
      host: {
        ...cpuOf(),
        cores: cpus().length,
        node: process.version,
        platform: `${process.platform} ${process.arch}`,
        memory_bytes: totalmem(),
      },
    },
    target: {
      base_url: target.baseUrl,
      is_sandbox: target.isSandbox,
      sandbox_faults: options.sandbox.faults,
      workflow: markOf(target.workflowId),
      revision: targetRevision(target.revision ?? null, judged.contract, judged.load),
    },
    ...(share === undefined ? {} : { share }),
    ...judgeRun({ ...judged, share }),
    contract: judged.contract,
    load: judged.load,
    spend: { ...invocation.runs.spend(), cleanup_requests: cleanupRequests },
  };
}

/** Machines of one pool share the model of their processors, and seldom a name. */
function cpuOf(): { readonly cpu?: string } {
  const model = cpus()[0]?.model.trim() ?? '';
  return model === '' ? {} : { cpu: model };
}
