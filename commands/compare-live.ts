import { mkdirSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { judgeLive, type LiveResult, type LiveSideResult } from '../history/live.ts';
import { markOf } from '../history/record.ts';
import type { Inconclusive } from '../result/exchange.ts';
import type { LiveBlocks } from '../result/live-blocks.ts';
import { steadyHeaders, type HeaderCounts } from '../result/version-headers.ts';
import { planOfSide, sendInTurn, type LivePlan } from '../load/live-blocks.ts';
import type { LoadContext } from '../load/run.ts';
import { seededRandom } from '../load/arrivals/random.ts';
import { ratePerSecondOf } from '../load/arrivals/rate-profile.ts';
import { describeScenario } from '../load/scenario/describe.ts';
import { parseLoadOptions } from '../load/options/read.ts';
import type { ScenarioPlan } from '../load/scenario/plan.ts';
import { loadOperation } from '../openapi/registry.ts';
import { argumentsToRepeat, optionsOf, readOptions, type Texts, type TextsOf } from '../options/option.ts';
import { quoted } from '../options/shell-word.ts';
import { viewOfLive } from '../reports/comparison.ts';
import { inertJson } from '../reports/inert.ts';
import { counted } from '../result/format.ts';
import { envFileIssues } from '../target/env-file.ts';
import { resolveTarget } from '../target/resolve.ts';
import { noteTarget } from '../target/run-folder.ts';
import { openRunLedger, type RunLedger } from '../target/run-ledger.ts';
import { parseSettings, readEnvironment, type Environment } from '../target/settings.ts';
import { sweepRuns } from '../target/sweep.ts';
import type { Target } from '../target/target.ts';
import { openConsole, type Console } from './console.ts';
import { listenForInterrupt } from './invocation.ts';
import { LIVE_OPTIONS, OPTION_TABLES } from './option-table.ts';
import { outIssues, parseCommon, type CommonOptions, type CommonTexts } from './options.ts';
import { loadOverCaps } from './plan.ts';
import { UsageError } from './usage-error.ts';

export type LiveTexts = CommonTexts & TextsOf<typeof LIVE_OPTIONS> & { readonly rate?: string | undefined };

const SCENARIO_DEFAULT = 'data';
const RATE_DEFAULT = '10';
const BLOCK_DEFAULT_MS = 5000;
const PAIRS_DEFAULT = 30;
/** Of so many pairs of A against B there is one of A against A, and at least as many as can be compared. */
const NOISE_SHARE = 3;
const NOISE_LEAST = 8;
const WARMUP = '0';
const INCONCLUSIVE = 3;
const INTERRUPTED = 130;
const SWEEP = { ratePerSecond: 20, limitMs: 30_000 };
const SWEEP_INTERRUPTED = { ratePerSecond: 50, limitMs: 10_000 };
/** How a deployment that does not have the workflow ends a load. */
const WORKFLOW_REFUSED: readonly Inconclusive['cause'][] = [
  'operation-not-deployed',
  'run-input-refused',
  'runs-not-ready',
];
const OTHER_WORKFLOW =
  'B ran another workflow than A (INTERACTLY_WORKFLOW_ID_B), so a difference may be one of the workflows.';

/** Everything that one comparison works with. */
interface Live {
  readonly plan: LivePlan;
  readonly options: CommonOptions;
  readonly a: Target;
  readonly b: Target;
  /** Most workflow runs on both together. */
  readonly runsCap: number | null;
  /** What B is asked with that A is not. */
  readonly own: { readonly key: boolean; readonly workflow: boolean };
  readonly command: string;
}

/** What B may have of its own, with the variable that says so. */
const KEYS = ['INTERACTLY_API_KEY', 'INTERACTLY_API_KEY_B'] as const;
const WORKFLOWS = ['INTERACTLY_WORKFLOW_ID', 'INTERACTLY_WORKFLOW_ID_B'] as const;

/** `npm run compare -- --live URL_A URL_B`: the same load on two deployments in turn. Returns 0 where it can tell, 3 where not. */
export async function compareLive(
  words: readonly string[],
  texts: LiveTexts,
  environment: Environment,
): Promise<number> {
  const live = openLive(words, texts, environment);
  const { options, a, b } = live;
  const console = openConsole(options, (text) => b.redact(a.redact(text)));
  announce(live, console);
  if (options.planOnly) {
    console.outcome('Nothing was sent: only the plan was asked for.');
    return 0;
  }
  const { result, signal } = await sendBoth(live, console);
  const { writeComparison } = await import('../reports/write.ts');
  const page = await writeComparison(viewOfLive(result), result, options.outDir);
  for (const reason of result.reasons) console.outcome(reason);
  console.outcome(`report: ${page}`);
  if (options.json) process.stdout.write(`${inertJson(JSON.stringify(result))}\n`);
  if (signal.aborted) return INTERRUPTED;
  return result.outcome === 'can not tell' ? INCONCLUSIVE : 0;
}

function openLive(words: readonly string[], texts: LiveTexts, own: Environment): Live {
  const environment = readEnvironment(own);
  const [urlA, urlB] = words;
  const common = parseCommon(texts, true);
  const { values, issues: unreadable } = readOptions(LIVE_OPTIONS, texts);
  const isTwo = words.length === 2;
  const [a, b] = isTwo
    ? [settingsOf(environment, urlA, 'A'), settingsOf(environment, urlB, 'B')]
    : [null, null];
  const seed = common.ok ? common.value.seed : 1;
  const parsed = parseLoadOptions([values.scenario ?? SCENARIO_DEFAULT], {
    rate: texts.rate ?? RATE_DEFAULT,
    duration: `${values.block ?? BLOCK_DEFAULT_MS}ms`,
    warmup: WARMUP,
    seed: String(seed),
    threshold: [],
  });
  const issues = [
    ...envFileIssues(own),
    ...(isTwo
      ? []
      : [
          `compare --live takes two base URLs, and was given ${words.length}: npm run compare -- --live https://a.example https://b.example.`,
        ]),
    ...[a, b, common].flatMap((one) => (one === null || one.ok ? [] : one.issues)),
    ...unreadable,
    ...('issues' in parsed ? parsed.issues : []),
    ...(common.ok && !common.value.planOnly ? outIssues(folderB(common.value.outDir)) : []),
  ];
  const block = 'plan' in parsed ? parsed.plan.scenarios[0] : undefined;
  if (a?.ok !== true || b?.ok !== true || !common.ok || block === undefined || issues.length > 0)
    throw new UsageError([...new Set(issues)]);
  const targets = [a, b].map(({ value }) => ({ ...resolveTarget(value, null), proxy: null }));
  const [targetA, targetB] = targets as [Target, Target];
  const live: Live = {
    plan: planOf(block, values.blocks ?? PAIRS_DEFAULT, [targetA, targetB]),
    options: common.value,
    a: targetA,
    b: targetB,
    runsCap: leastOf(targetA.maxRuns, targetB.maxRuns),
    own: { key: environment[KEYS[1]] !== undefined, workflow: targetA.workflowId !== targetB.workflowId },
    command: [
      'npm run compare --',
      ...words.map(quoted),
      ...argumentsToRepeat(optionsOf('compare', OPTION_TABLES), texts as Texts).map(quoted),
      '--seed',
      String(seed),
    ].join(' '),
  };
  const refused = refusals(live);
  if (refused.length > 0) throw new UsageError(refused);
  return live;
}

function planOf(block: ScenarioPlan, pairs: number, [a, b]: readonly [Target, Target]): LivePlan {
  return {
    block,
    ratePerSecond: rateOf(block),
    pairs,
    noisePairs: Math.max(NOISE_LEAST, Math.ceil(pairs / NOISE_SHARE)),
    requestsCap: leastOf(a.loadCaps.requests, b.loadCaps.requests),
  };
}

/**
 * The settings of one side: its base URL, and of B its own key and workflow where it has them. The key of the other side stays
 * among its secrets, and an issue names the variable that the value came from.
 */
function settingsOf(
  environment: Environment,
  url: string | undefined,
  side: 'A' | 'B',
): ReturnType<typeof parseSettings> {
  if (url === '')
    return {
      ok: false,
      issues: [`URL_${side} is empty; give a base URL like https://api-qa.interactly.ai.`],
    };
  const swapped = side === 'A' ? [] : [KEYS, WORKFLOWS].filter(([, own]) => environment[own] !== undefined);
  const parsed = parseSettings({
    ...environment,
    INTERACTLY_BASE_URL: url,
    // The key of another team is for contract tests; it may well be the key of B.
    INTERACTLY_OTHER_KEY: undefined,
    ...Object.fromEntries(
      swapped.flatMap(([name, own]) => [
        [name, environment[own]],
        [own, environment[name] ?? environment[own]],
      ]),
    ),
  });
  if (parsed.ok) return parsed;
  const named = (issue: string): string =>
    swapped.reduce(
      (text, [name, own]) =>
        text.replaceAll(new RegExp(`${name}(_B)?\\b`, 'g'), (found) => (found === own ? name : own)),
      issue.replaceAll('INTERACTLY_BASE_URL', `URL_${side}`),
    );
  return { ok: false, issues: parsed.issues.map(named) };
}

function leastOf(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}

/** What the whole comparison comes to. */
function costsOf(plan: LivePlan): {
  readonly runs: number;
  readonly requests: number;
  readonly durationMs: number;
} {
  const sides = (['A', 'B'] as const).map((side) => describeScenario(planOfSide(plan, side), 1));
  const sum = (of: (one: (typeof sides)[number]) => number | null): number =>
    sides.reduce((total, one) => total + (of(one) ?? 0), 0);
  return {
    runs: sum(({ startsRuns }) => startsRuns),
    requests: sum(({ requests }) => requests),
    durationMs: Math.max(...sides.map(({ durationMs }) => durationMs)),
  };
}

function refusals({ plan, a, b, runsCap }: Live): readonly string[] {
  const { runs, requests, durationMs } = costsOf(plan);
  const hosts = [
    ...new Set(
      [a, b].filter(({ loadAllowed }) => !loadAllowed).map(({ baseUrl }) => new URL(baseUrl).hostname),
    ),
  ];
  const described = { ...describeScenario(plan.block, 1), requests, durationMs };
  return [
    ...hosts.map(
      (host) => `Load to ${host} is not allowed; put that host in HARNESS_ALLOW_HOSTS if its owners agree.`,
    ),
    ...(runsCap !== null && runs > runsCap
      ? [
          `The comparison starts about ${runs} workflow runs on both together, the cap is ${runsCap}; set HARNESS_MAX_RUNS to at least ${runs}, or ask for fewer --blocks.`,
        ]
      : []),
    ...new Set([a, b].flatMap(({ loadCaps }) => loadOverCaps(described, loadCaps))),
  ];
}

function announce({ plan, a, b, runsCap, own }: Live, console: Console): void {
  const { runs, requests, durationMs } = costsOf(plan);
  const { block, pairs, noisePairs } = plan;
  const withOwn = [...(own.key ? [KEYS[1]] : []), ...(own.workflow ? [WORKFLOWS[1]] : [])].join(' and ');
  console.say(`A: ${a.baseUrl}`);
  console.say(
    `B: ${b.baseUrl}${a.baseUrl === b.baseUrl && !own.workflow ? ' (the same: A against A)' : ''}${withOwn === '' ? '' : `, with ${withOwn}`}`,
  );
  console.say(
    `plan: ${block.scenario.name}, ${rateOf(block)}/s, blocks of ${block.durationMs / 1000} s: ${noisePairs} pairs of A against A, then ${pairs} of A against B; about ${counted(requests, 'request')}, ${counted(runs, 'workflow run')}, ${Math.ceil(durationMs / 1000)} s`,
  );
  console.say(
    `caps: ${runsCap === null ? 'no cap on loopback' : `at most ${runsCap} workflow runs on both together (HARNESS_MAX_RUNS)`}`,
  );
}

function rateOf(block: ScenarioPlan): number {
  return ratePerSecondOf(block) ?? 0;
}

/** The state of B's runs lies beside the folder, where npm run sweep finds it like that of any run. */
function folderB(outDir: string): string {
  return `${outDir}-b`;
}

async function sendBoth(
  live: Live,
  console: Console,
): Promise<{ readonly result: LiveResult; readonly signal: AbortSignal }> {
  const { options, a, b, plan } = live;
  const startedAt = new Date();
  const folders = [options.outDir, folderB(options.outDir)] as const;
  const [ledgerA, ledgerB] = sharedLedgers(folders, [a, b], live.runsCap);
  const interruption = listenForInterrupt();
  const { signal } = interruption;
  const operation = loadOperation();
  const context = (target: Target, runs: RunLedger): LoadContext => ({
    operation,
    target,
    runs,
    signal,
    outDir: options.outDir,
    say: (line) => {
      console.say(line);
    },
    progress: () => undefined,
  });
  try {
    const blocks = await sendInTurn(plan, { a: context(a, ledgerA), b: context(b, ledgerB) }, (line) => {
      console.progress(line);
    });
    const limits = signal.aborted ? SWEEP_INTERRUPTED : SWEEP;
    await Promise.all([sweepRuns(operation, a, ledgerA, limits), sweepRuns(operation, b, ledgerB, limits)]);
    const result = resultOf(live, withHint(blocks, live), startedAt, [ledgerA, ledgerB]);
    return { result, signal };
  } finally {
    interruption.stop();
    const isDone = ledgerB.open().length === 0;
    ledgerA.close();
    ledgerB.close();
    if (isDone) rmSync(folders[1], { recursive: true, force: true });
  }
}

function resultOf(
  live: Live,
  blocks: LiveBlocks,
  startedAt: Date,
  [ledgerA, ledgerB]: readonly [RunLedger, RunLedger],
): LiveResult {
  const { options, plan, command, own } = live;
  const judged = judgeLive(blocks, seededRandom(options.seed));
  const side = (target: Target, runs: RunLedger, headers: HeaderCounts): LiveSideResult => ({
    base_url: target.baseUrl,
    workflow: markOf(target.workflowId),
    version_headers: steadyHeaders(headers),
    workflow_runs_started: runs.spend().workflow_runs_started,
    left_running_ids: runs.open(),
  });
  return {
    live_version: 1,
    id: basename(options.outDir),
    started_at: startedAt.toISOString(),
    ended_at: new Date().toISOString(),
    command,
    interrupted: blocks.interrupted,
    load: {
      scenario: plan.block.scenario.name,
      rate_per_second: rateOf(plan.block),
      block_ms: plan.block.durationMs,
      pairs: plan.pairs,
    },
    a: side(live.a, ledgerA, blocks.headers.a),
    b: side(live.b, ledgerB, blocks.headers.b),
    ...judged,
    reasons: own.workflow ? [...judged.reasons, OTHER_WORKFLOW] : judged.reasons,
  };
}

/** A deployment that refuses the key of the other, or knows no such workflow, may well want one of its own. */
function withHint(blocks: LiveBlocks, { own }: Live): LiveBlocks {
  const { ended } = blocks;
  if (ended?.side !== 'B') return blocks;
  const hint = hintFor(ended.why.cause, own);
  if (hint === null) return blocks;
  return { ...blocks, ended: { ...ended, why: { ...ended.why, sentence: `${ended.why.sentence} ${hint}` } } };
}

function hintFor(cause: Inconclusive['cause'], own: Live['own']): string | null {
  if (cause === 'key-refused' && !own.key)
    return `${KEYS[1]} is not set, so it was asked with the key of A; set it if B has a key of its own.`;
  if (WORKFLOW_REFUSED.includes(cause) && !own.workflow)
    return `${WORKFLOWS[1]} is not set, so it was asked for the workflow of A; set it if the workflow has another id on B.`;
  return null;
}

/** Two ledgers, one for each deployment, under one cap. */
export function sharedLedgers(
  folders: readonly [string, string],
  targets: readonly [Target, Target],
  cap: number | null,
): readonly [RunLedger, RunLedger] {
  let used = 0;
  const open = (i: 0 | 1): RunLedger => {
    mkdirSync(join(folders[i], 'state'), { recursive: true });
    noteTarget(folders[i], targets[i]);
    const ledger = openRunLedger(join(resolve(folders[i]), 'state', 'ledger.ndjson'), cap);
    return {
      ...ledger,
      reserve(count) {
        if (cap !== null && used + count > cap) return false;
        if (!ledger.reserve(count)) return false;
        used += count;
        return true;
      },
      release(count) {
        used -= count;
        ledger.release(count);
      },
    };
  };
  return [open(0), open(1)];
}
