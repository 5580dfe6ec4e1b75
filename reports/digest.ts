import { changeOf, changeSinceGo, isCompared, type Change } from '../history/change.ts';
import type { CaseCounts } from '../result/contract-result.ts';
import { oneLine, visible } from './readable.ts';
import type { LoadStep } from '../result/load-result.ts';
import { replayPattern } from './replay.ts';
import type { RunResult } from '../result/result.ts';
import { countsOf, troublesOf, type Trouble } from './troubles.ts';
import { exitCodeOf } from '../result/verdict.ts';
import { actionText } from '../result/wording.ts';

/** The hard bound of `digest.json`, whatever the night was like. */
export const DIGEST_BYTES_MAX = 8192;

const CAUSES_MAX = 20;
const REASONS_MAX = 3;
const STEPS_MAX = 6;

/** How much of the texts a digest keeps; the levels are tried in turn until it fits. */
interface Level {
  readonly causes: number;
  readonly titleBytes: number;
  /** False: the line that replays a cause is the common pattern with its case. */
  readonly hasReplays: boolean;
}

const LEVELS: readonly Level[] = [
  ...[160, 120, 90].map((titleBytes) => ({ causes: CAUSES_MAX, titleBytes, hasReplays: true })),
  ...[120, 90, 60].map((titleBytes) => ({ causes: CAUSES_MAX, titleBytes, hasReplays: false })),
  ...[15, 10, 5, 2, 0].map((causes) => ({ causes, titleBytes: 60, hasReplays: false })),
];

/** The files of a run, with what each is for. Paths are as seen from the folder of the run. */
const FILES = {
  result: 'result.json',
  page: 'index.html',
  summary: 'summary.md',
  comment: 'comment.md',
  junit: 'junit.xml',
  ctrf: 'ctrf.json',
  codequality: 'codequality.json',
} as const;

/**
 * Renders what a script, a chat hook or an agent needs to know of a run as JSON of at most 8 KB: the verdict, who has to
 * act and how, the worst causes with the line that replays each, and where the rest is. One cause a line.
 */
export function renderDigest(result: RunResult, bytesMax = DIGEST_BYTES_MAX): string {
  const troubles = troublesOf(result);
  let text = '';
  for (const level of LEVELS) {
    text = layout(digestOf(result, troubles, level));
    if (Buffer.byteLength(text) <= bytesMax) return text;
  }
  return text;
}

/** In one order, whether the result was just made or read from a file, whose keys are sorted. */
function countsInOrder({ total, passed, failed, warned, skipped, inconclusive }: CaseCounts): CaseCounts {
  return { total, passed, failed, warned, skipped, inconclusive };
}

function digestOf(result: RunResult, troubles: readonly Trouble[], level: Level): Record<string, unknown> {
  const { verdict, mover, reasons, run, target, tool, spend, contract, load, share } = result;
  const shown = troubles.slice(0, level.causes);
  const left = troubles.slice(level.causes);
  return {
    digest_version: 1,
    verdict,
    exit_code: exitCodeOf(result),
    ...(share === undefined
      ? {}
      : { share: { index: share.index, count: share.count, complete: share.complete } }),
    action: { owner: mover, sentence: actionText(result) },
    next_step: cut(nextStepOf(result, shown), 300),
    reasons: reasons.slice(0, REASONS_MAX).map((reason) => cut(reason, 200)),
    reasons_left_out: Math.max(0, reasons.length - REASONS_MAX),
    target: { base_url: cut(target.base_url, 200), is_sandbox: target.is_sandbox },
    run: {
      id: cut(run.id, 100),
      folder: run.folder === undefined ? null : cut(run.folder, 300),
      started_at: cut(run.started_at, 40),
      ended_at: cut(run.ended_at, 40),
      seed: run.seed,
      profile: run.profile === undefined ? null : `${run.profile.name} (${cut(run.profile.file, 200)})`,
      // A line that is cut would repeat something else.
      command: lineWithin(run.command, 500),
      tool: cut(`${tool.name} ${tool.version}`, 100),
    },
    cases: contract === null ? null : countsInOrder(contract.cases),
    thresholds: thresholdsOf(load),
    load: stepsOf(load),
    since_last: changeText(result, changeOf(result)),
    since_last_go: changeText(result, changeSinceGo(result) ?? lastIfGo(result)),
    spend: {
      workflow_runs_started: spend.workflow_runs_started,
      cap: spend.cap,
      left_running: spend.ended_by.left_running,
      unknown_starts: spend.unknown_starts ?? 0,
      tokens: spend.tokens,
    },
    causes_by_kind: countsOf(troubles),
    replay_a_case: patternOf(result),
    causes: shown.map((one) => causeOf(one, level)),
    causes_left_out: { total: left.length, ...countsOf(left) },
    files: { ...FILES, ...(run.profile?.name === 'release' ? { release: 'release.json' } : {}) },
  };
}

function causeOf(one: Trouble, { titleBytes, hasReplays }: Level): Record<string, unknown> {
  const replay = hasReplays && one.replay !== null ? lineWithin(one.replay, 600) : null;
  return {
    kind: one.kind,
    check: cut(one.check, 60),
    title: cut(one.title, titleBytes),
    ...(one.fingerprint === null ? {} : { fingerprint: cut(one.fingerprint, 40), findings: one.findings }),
    ...(one.isNew === null ? {} : { new: one.isNew }),
    ...(one.acceptedUntil === null ? {} : { accepted_until: cut(one.acceptedUntil, 20) }),
    ...(replay === null && one.caseId !== null ? { case: lineWithin(one.caseId, 120) } : { replay }),
  };
}

/** The line that replays a case, with `CASE` in its place; null without contract tests, or where it is too long. */
function patternOf({ run, contract }: RunResult): string | null {
  if (contract === null) return null;
  return lineWithin(replayPattern(run, contract.strict), 2000);
}

/** What to do next: of a run that could not be judged the step that makes it one, else by whose move it is. */
function nextStepOf(
  { verdict, mover, next_steps: steps = [] }: RunResult,
  worst: readonly Trouble[],
): string {
  const [first] = steps;
  if (first !== undefined) return first;
  if (verdict === 'GO' && worst.every(({ kind }) => kind === 'drift' || kind === 'accepted'))
    return 'None; the page has what was compared.';
  if (verdict === 'GO') return 'None for the release; look at the warnings on the page.';
  if (mover === 'environment') return 'Give the page to the owners of the environment, then repeat the run.';
  return 'Ask the first cause again with its replay line, and give it with the page to the owners of the API.';
}

function thresholdsOf(load: RunResult['load']): Record<string, number> | null {
  if (load === null) return null;
  const all = load.scenarios.flatMap(({ thresholds }) => thresholds);
  const number = (outcome: string): number => all.filter((one) => one.outcome === outcome).length;
  return { met: number('met'), broken: number('broken'), inconclusive: number('inconclusive') };
}

function stepsOf(load: RunResult['load']): readonly unknown[] | null {
  if (load === null) return null;
  return load.scenarios
    .flatMap(({ name, steps, capacity }): readonly Record<string, unknown>[] =>
      capacity === undefined
        ? steps.map((step) => stepOf(name, step))
        : [{ step: cut(`${name} of ${capacity.command}`, 40), rate_per_second: capacity.rate_per_second }],
    )
    .slice(0, STEPS_MAX);
}

function stepOf(scenario: string, { name, ledger, latency_us: times }: LoadStep): Record<string, unknown> {
  const p95 = times.at_least.includes('p95') ? 'p95_ms_at_least' : 'p95_ms';
  return {
    step: cut(name.startsWith(scenario) ? name : `${scenario}, ${name}`, 40),
    sent: ledger.sent,
    not_ok: ledger.sent - ledger.ok,
    [p95]: times.p95 === null ? null : Math.round(times.p95) / 1000,
  };
}

function lastIfGo(result: RunResult): Change | null {
  const change = changeOf(result);
  return change?.last.verdict === 'GO' ? change : null;
}

function changeText(result: RunResult, change: Change | null): Record<string, unknown> | null {
  if (change === null || !isCompared(result)) return null;
  const { last, appeared, stayed } = change;
  return {
    verdict: last.verdict,
    run: cut(last.run_id, 100),
    started_at: cut(last.started_at, 40),
    new: appeared.length,
    gone: last.gone.length,
    still: stayed.length,
  };
}

/** One key a line, and one cause a line. */
function layout(digest: Record<string, unknown>): string {
  const lines = Object.entries(digest).map(([key, value]) => {
    const isList = key === 'causes' && Array.isArray(value) && value.length > 0;
    const text = isList
      ? `[\n${(value as readonly unknown[]).map((one) => `  ${JSON.stringify(one)}`).join(',\n')}\n ]`
      : JSON.stringify(value);
    return ` ${JSON.stringify(key)}: ${text}`;
  });
  return `{\n${lines.join(',\n')}\n}\n`;
}

/** A line that can be typed as it stands; null where it is too long, or holds what nobody can type. */
function lineWithin(text: string, bytesMax: number): string | null {
  return text.length <= bytesMax && bytesOf(text) <= bytesMax && visible(text) === text ? text : null;
}

/** As many bytes as a text has within JSON. */
function bytesOf(text: string): number {
  return Buffer.byteLength(JSON.stringify(text)) - 2;
}

/** A text as one line of at most so many bytes within JSON, cut between two characters. */
function cut(text: string, bytesMax: number): string {
  const flat = oneLine(text.slice(0, bytesMax * 4));
  if (text.length <= bytesMax * 4 && bytesOf(flat) <= bytesMax) return flat;
  let kept = '';
  let bytes = 3; // the dots
  for (const character of flat) {
    bytes += bytesOf(character);
    if (bytes > bytesMax) break;
    kept += character;
  }
  return `${kept}…`;
}
