import { rmSync } from 'node:fs';
import { withTexts, type CheckResult } from '../doctor/check.ts';
import { emptyMemory, type DoctorContext } from '../doctor/context.ts';
import { NETWORK, type Network } from '../doctor/network.ts';
import { openProbes, type Probes } from '../doctor/probes.ts';
import { exitCodeOf, runChecks } from '../doctor/run-checks.ts';
import { closingLines, jsonOf, resultLines, type Spent } from '../doctor/screen.ts';
import { sharedResult, shortened } from '../doctor/share.ts';
import { CHECKS } from '../doctor/table.ts';
import { tryRun } from '../doctor/trial.ts';
import { loadOperation, type Operation } from '../openapi/registry.ts';
import type { COMMON_OPTIONS } from '../options/common.ts';
import type { TextsOf } from '../options/option.ts';
import { inertJson, inertLine } from '../reports/inert.ts';
import { envFileIssues } from '../target/env-file.ts';
import { secretsIn, parseSettings, readEnvironment, type Environment } from '../target/settings.ts';
import { redactionsOf, type Redact } from '../target/redaction.ts';
import { resolveTarget } from '../target/resolve.ts';
import { leftAt, ledgerPath, makeRunFolder, RUNS_DIR, runsAtATimeIn } from '../target/run-folder.ts';
import { openRunLedger, type RunLedger } from '../target/run-ledger.ts';
import { sweepRuns } from '../target/sweep.ts';
import type { Target } from '../target/target.ts';
import { openConsole } from './console.ts';
import { forecastNightly } from './doctor-forecast.ts';
import { listenForInterrupt } from './invocation.ts';
import type { DOCTOR_OPTIONS } from './option-table.ts';

type DoctorTexts = TextsOf<typeof DOCTOR_OPTIONS> & Pick<TextsOf<typeof COMMON_OPTIONS>, 'json'>;

/** What the doctor takes from the process that it runs in. */
export interface DoctorEnvironment {
  readonly own: Environment;
  readonly network: Network;
  /** Where runs of this tool leave their folders. */
  readonly runsDir: string;
  /** Epoch milliseconds by this machine's clock. */
  readonly clock?: { readonly nowMs: () => number };
}

const SWEEP = { ratePerSecond: null, limitMs: 10_000 };

/** `npm run doctor`: what stands between these settings and a run. It writes nothing but the ledger of its one run. */
export async function doctor({ free = false, share = false, json = false }: DoctorTexts): Promise<number> {
  const console = openConsole({ json, quiet: false }, redactionIn(readEnvironment(process.env)));
  const isShown = !json && process.stdout.isTTY;
  const width = process.stdout.isTTY ? process.stdout.columns : WIDTH;
  const examined = await examine(
    { free, share },
    { own: process.env, network: NETWORK, runsDir: RUNS_DIR },
    {
      began: (baseUrl) => {
        if (!json) console.say(`doctor: ${baseUrl ?? 'no target'}`);
      },
      checking: (title) => {
        if (isShown) console.progress(`checking: ${title}`);
      },
      checked: (title, result) => {
        if (!json) for (const line of resultLines(title, result, width, inertLine)) console.row(line);
      },
    },
  );
  const { baseUrl, results, spent, code } = examined;
  if (json) process.stdout.write(`${inertJson(jsonOf(baseUrl, results, spent, code))}\n`);
  else for (const line of closingLines(results, spent, examined.isInterrupted, width)) console.say(line);
  return code;
}

/** What an examination came to, without secrets, and shortened where it is to be shared. */
export interface Examined {
  readonly baseUrl: string | null;
  readonly results: readonly CheckResult[];
  readonly spent: Spent;
  readonly code: 0 | 2 | 3 | 130;
  readonly isInterrupted: boolean;
}

/** Who is told how far an examination is. */
export interface Listener {
  began(baseUrl: string | null): void;
  checking(title: string): void;
  checked(title: string, result: CheckResult): void;
}

/** Asks all the questions; stops what it started, whatever happens. */
export async function examine(
  { free, share }: { readonly free: boolean; readonly share: boolean },
  environment: DoctorEnvironment,
  listener: Listener,
): Promise<Examined> {
  const tools = openTools(environment);
  const { context, ledger, probes, interruption } = tools;
  const { signal } = interruption;
  const redact = redactionIn(readEnvironment(environment.own));
  const cleaned = (result: CheckResult): CheckResult => {
    const clean = redactedResult(result, redact);
    return share ? sharedResult(clean, identifiersOf(context, clean)) : clean;
  };
  const named = context.target === null ? null : redact(context.target.baseUrl);
  const baseUrl = named !== null && share ? shortened(named, identifiersOf(context, null)) : named;
  try {
    listener.began(baseUrl);
    const results = await runChecks(CHECKS, context, {
      isFree: free,
      isInterrupted: () => signal.aborted,
      nowMs: () => performance.now(),
      checking: (title) => {
        listener.checking(title);
      },
      checked: (title, result) => {
        listener.checked(title, cleaned(result));
      },
    });
    await ledger.stopAll();
    const spent: Spent = { freeRequests: probes?.sent() ?? 0, ...ledger.spent() };
    const isInterrupted = signal.aborted;
    const code = exitCodeOf(results, isInterrupted);
    return { baseUrl, results: results.map(cleaned), spent, code, isInterrupted };
  } finally {
    await ledger.close();
    await probes?.close();
    interruption.stop();
  }
}

interface Tools {
  readonly context: DoctorContext;
  readonly ledger: LazyLedger;
  readonly probes: Probes | null;
  readonly interruption: ReturnType<typeof listenForInterrupt>;
}

const CLOCK = { nowMs: () => Date.now() };

function openTools({ own, network, runsDir, clock = CLOCK }: DoctorEnvironment): Tools {
  const settings = parseSettings(readEnvironment(own));
  const operation = loadOperation();
  const target = settings.ok && settings.value.baseUrl !== null ? resolveTarget(settings.value, null) : null;
  const ledger = openLazyLedger(operation, target, runsDir);
  const probes = target === null ? null : openProbes(operation, target, ledger.startedByMistake, clock);
  const interruption = listenForInterrupt();
  const context: DoctorContext = {
    own,
    settings,
    fileIssues: envFileIssues(own),
    operation,
    target,
    network,
    probes,
    leftovers: () =>
      leftAt(runsDir, target?.baseUrl ?? '').filter(({ folder }) => folder !== ledger.folder()),
    runsAtATime: () => runsAtATimeIn(runsDir, target?.baseUrl ?? ''),
    tryRun: () => {
      if (target === null) throw new Error('there is no target to ask');
      return tryRun({ operation, target, runs: ledger.open(), signal: interruption.signal });
    },
    nightly: () =>
      target === null ? { why: 'There is no target.' } : forecastNightly(operation, target, own),
    nowMs: clock.nowMs,
    memory: emptyMemory(),
  };
  return { context, ledger, probes, interruption };
}

const WIDTH = 120;

/** Takes the secrets of an environment out of a text, the beginnings of longer ones too. */
function redactionIn(environment: Environment): Redact {
  const [first, ...others] = secretsIn(environment);
  return first === undefined ? (text) => text : redactionsOf(first, others).redactQuote;
}

function redactedResult(result: CheckResult, redact: Redact): CheckResult {
  return {
    ...result,
    what: redact(result.what),
    next: result.next === null ? null : redact(result.next),
    evidence: Object.fromEntries(
      Object.entries(result.evidence).map(([name, fact]) => [name, withTexts(fact, redact)]),
    ),
  };
}

/** Hosts and ids that no pattern tells from other words. */
function identifiersOf({ target, memory }: DoctorContext, result: CheckResult | null): readonly string[] {
  const id = result?.evidence['request_id'];
  const host = target === null || target.isLoopback ? [] : [new URL(target.baseUrl).hostname];
  return [...host, target?.workflowId, memory.trial?.runId, id].filter((one) => typeof one === 'string');
}

/** The ledger of what the doctor starts: it is made with the first run, and kept only while one may still be open. */
interface LazyLedger {
  open(): RunLedger;
  /** The folder that it stands in; null while there is none. */
  folder(): string | null;
  /** For a run that a request started although it had to be refused. */
  readonly startedByMistake: (runId: string) => void;
  stopAll(): Promise<void>;
  spent(): Pick<Spent, 'runsStarted' | 'runsStopped'>;
  close(): Promise<void>;
}

function openLazyLedger(operation: Operation, target: Target | null, runsDir: string): LazyLedger {
  let made: { readonly folder: string; readonly runs: RunLedger } | null = null;
  const open = (): RunLedger => {
    if (target === null) throw new Error('there is no target to start a run at');
    if (made !== null) return made.runs;
    const folder = makeRunFolder(runsDir, target);
    made = { folder, runs: openRunLedger(ledgerPath(folder), target.maxRuns) };
    return made.runs;
  };
  const stopAll = async (): Promise<void> => {
    if (made !== null && target !== null) await sweepRuns(operation, target, made.runs, SWEEP);
  };
  return {
    open,
    folder: () => made?.folder ?? null,
    startedByMistake: (runId) => {
      const runs = open();
      runs.reserve(1);
      runs.started(runId, 'doctor');
    },
    stopAll,
    spent() {
      const spend = made?.runs.spend();
      return {
        runsStarted: spend?.workflow_runs_started ?? 0,
        runsStopped: spend?.ended_by.stopped ?? 0,
      };
    },
    async close() {
      if (made === null) return;
      await stopAll();
      const isDone = made.runs.open().length === 0;
      made.runs.close();
      if (isDone) rmSync(made.folder, { recursive: true, force: true });
    },
  };
}
