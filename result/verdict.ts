import { isAcceptedFailure } from './accepted.ts';
import { rankedCauses } from './causes.ts';
import { counted } from './format.ts';
import { nextSteps } from './next-steps.ts';
import { narrowedTo, ofLoad } from './wording.ts';
import { shapeFailures, shapeNotes } from './shape-verdict.ts';
import { ENVIRONMENT_CAUSES } from './environment-causes.ts';
import type { Inconclusive } from './exchange.ts';
import type { ContractResult, CoverageRow, Finding } from './contract-result.ts';
import { loadFailuresOf, thresholdsOf } from './load-failures.ts';
import type { LoadResult } from './load-result.ts';
import type { ReleaseComparison, ReleaseRow } from './release-comparison.ts';
import type { ActionOwner, RunResult, Share, VerdictWord } from './result.ts';

/** The verdict of a run with its reasons, what was accepted and then the weightiest first, and who has to act. */
export interface Verdict {
  /** Null for one share of a load. */
  readonly verdict: VerdictWord | null;
  readonly reasons: readonly string[];
  readonly mover: ActionOwner;
  /** What makes the next run one that can be judged; none where this one is. */
  readonly next_steps: readonly string[];
}

/** What the verdict is computed from: the parts that were asked for, null for the others. */
export interface Judged {
  readonly contract: ContractResult | null;
  readonly load: LoadResult | null;
  readonly interrupted: boolean;
  /** Set when the load was one share of a larger one. */
  readonly share?: Share | undefined;
  /** Set when the run was held against an earlier one by a policy. */
  readonly release?: ReleaseComparison | undefined;
}

/**
 * Computes the verdict; nothing else does. A proven failure is NO-GO whatever else is unknown; without one, anything
 * that could not be judged makes it INCONCLUSIVE; GO is left when something was compared and nothing stood against it.
 */
export function judgeRun(judged: Judged): Verdict {
  if (judged.share !== undefined) return withoutVerdict(judged.share, judged.load);
  if (judged.load?.inconclusive?.cause === 'shares-incomplete')
    return incompleteSet(judged.load.inconclusive);
  const loadFailures = loadFailuresOf(judged.load);
  const failures = [
    ...contractFailures(judged.contract),
    ...shapeFailures(judged.contract),
    ...loadFailures.map(({ sentence }) => sentence),
    ...releaseRows(judged, 'broken').map(({ sentence }) => sentence),
  ];
  const isEnvironment =
    loadFailures.length === failures.length && loadFailures.every(({ mover }) => mover === 'environment');
  const unknown = unknownsOf(judged);
  const messages = unknown.map((one) => one.sentence);
  const known = acceptedFailures(judged.contract);
  if (failures.length > 0)
    return {
      verdict: 'NO-GO',
      reasons: [...known, ...failures, ...messages],
      mover: isEnvironment ? 'environment' : 'api',
      next_steps: [],
    };
  const [first] = unknown;
  if (first === undefined)
    return {
      verdict: 'GO',
      reasons: [...praises(judged), ...shapeNotes(judged.contract)],
      mover: 'nobody',
      next_steps: [],
    };
  return {
    verdict: 'INCONCLUSIVE',
    reasons: [...known, ...messages],
    mover: ENVIRONMENT_CAUSES.includes(first.cause) ? 'environment' : 'harness',
    next_steps: nextSteps(unknown),
  };
}

/** The exit code of a finished run: 0 GO, 1 NO-GO, 3 INCONCLUSIVE, 130 interrupted; of a share 0 when it is complete, else 3. */
export function exitCodeOf(
  result: Pick<RunResult, 'verdict' | 'share'> & { readonly run: Pick<RunResult['run'], 'interrupted'> },
): number {
  if (result.run.interrupted) return 130;
  switch (result.verdict) {
    case 'GO':
      return 0;
    case 'NO-GO':
      return 1;
    case 'INCONCLUSIVE':
      return 3;
    case null:
      return result.share?.complete === true ? 0 : 3;
  }
}

/** One sentence for each cause, the most harmful first; what only follows from another is not told of its own. */
function contractFailures(contract: ContractResult | null): readonly string[] {
  const failures = (contract?.findings ?? []).filter(
    (finding) => finding.severity === 'failure' && !isAcceptedFailure(finding),
  );
  return rankedCauses(failures).map(
    ({ first, findings }) =>
      `${first.check}: ${first.title}${findings.length === 1 ? '' : ` (${findings.length} cases)`}${returned(first)}`,
  );
}

/** Why a failure that was accepted counts again. */
function returned({ acceptance }: Finding): string {
  switch (acceptance?.state) {
    case 'expired':
      return ` It was accepted until ${acceptance.expires_at}, which has passed.`;
    case 'widened':
      return ` It was accepted until ${acceptance.expires_at} for fewer commands than it affects now.`;
    case 'accepted':
    case undefined:
      return '';
  }
}

/** What could not be judged, the weightiest first. */
export function unknownsOf(judged: Judged): readonly Inconclusive[] {
  const interrupted: readonly Inconclusive[] = judged.interrupted
    ? [{ cause: 'interrupted', sentence: 'The run was interrupted; what was done until then is reported.' }]
    : [];
  return [
    ...interrupted,
    ...contractUnknowns(judged.contract),
    ...loadUnknowns(judged.load),
    ...releaseRows(judged, 'unknown').map(({ sentence }) => ({ cause: 'not-certified', sentence }) as const),
    ...nothingSent(judged),
  ];
}

function releaseRows({ release }: Judged, outcome: ReleaseRow['outcome']): readonly ReleaseRow[] {
  return (release?.rows ?? []).filter((row) => row.outcome === outcome);
}

function nothingSent(judged: Judged): readonly Inconclusive[] {
  if (judged.contract !== null || judged.load !== null) return [];
  return [{ cause: 'nothing-compared', sentence: 'Nothing was asked, so nothing was compared.' }];
}

function contractUnknowns(contract: ContractResult | null): readonly Inconclusive[] {
  if (contract === null) return [];
  if (contract.inconclusive !== null) return [contract.inconclusive];
  const judged = contract.cases.passed + contract.cases.failed + contract.cases.warned;
  if (judged === 0) return [{ cause: 'nothing-compared', sentence: 'No contract case came to a judgement.' }];
  return [...notAccepted(contract), ...notJudged(contract)];
}

/** Each documented command must have been accepted at least once, of a narrowed run those that it was narrowed to. */
function notAccepted({
  coverage,
  selection,
  commands,
  runs_at_a_time: limit,
}: ContractResult): readonly Inconclusive[] {
  if (selection !== null && commands === undefined) return [];
  const requested = coverage.commands.filter(({ name }) => commands?.includes(name) ?? true);
  const [no, yes] = [false, true].map((is) =>
    requested.filter(({ accepted }) => accepted !== undefined && accepted > 0 === is).map(({ name }) => name),
  );
  if (no === undefined || yes === undefined || no.length === 0) return [];
  if (limit === 1)
    return [
      {
        cause: 'limited',
        sentence: `The target accepted ${no.join(', ')} in no state that was reached: a start was refused while 1 workflow run of ours was active.`,
      },
    ];
  const narrow = yes.length === 0 ? '' : `, or narrow the claim with --commands ${yes.join(',')}`;
  return [
    {
      cause: 'commands-not-accepted',
      sentence: `The target accepted ${no.join(', ')} in no state that was reached, and a refusal by an ended or busy run judges nothing.`,
      next_step: `Choose a workflow that waits for input${narrow}; then repeat the run.`,
    },
  ];
}

/** Each rule that can fail a run, and each constraint of the request, must have been judged at least once. */
function notJudged(contract: ContractResult): readonly Inconclusive[] {
  if (contract.selection !== null) return [];
  const missing = (rows: readonly CoverageRow[]): readonly string[] =>
    rows.filter((row) => row.exercised === 0 && row.required !== false).map((row) => row.name);
  const { commands, checks, constraints = [] } = contract.coverage;
  const limit = contract.runs_at_a_time;
  const incomplete = (what: string, names: readonly string[]): readonly Inconclusive[] => {
    if (names.length === 0) return [];
    const message = `Some ${what}: ${names.join(', ')}.`;
    if (limit === undefined)
      return [{ cause: 'coverage-incomplete', sentence: message, ...stepPast(contract.outcomes) }];
    const runs = limit === 1 ? '1 workflow run of ours was' : `${limit} workflow runs of ours were`;
    return [{ cause: 'limited', sentence: `${message} A start was refused while ${runs} active.` }];
  };
  return [
    ...incomplete('commands were never asked', missing(commands)),
    ...incomplete('rules were never judged', missing(checks)),
    ...incomplete('constraints of the request were never judged', missing(constraints)),
  ];
}

/** What kept most cases from being judged, where that was no budget of this run. */
function stepPast(outcomes: ContractResult['outcomes']): Pick<Inconclusive, 'next_step'> {
  const reasons = outcomes.flatMap(({ reason }) => reason ?? []);
  if (reasons.length === 0 || reasons.some((reason) => reason.startsWith('left out'))) return {};
  const times = (reason: string): number => reasons.filter((one) => one === reason).length;
  const [most = ''] = [...new Set(reasons)].toSorted((a, b) => times(b) - times(a));
  const remedy = / 4(?:09|23|25) /.test(most)
    ? ' Choose a workflow whose runs wait for input after each input'
    : ' Remove that cause';
  return {
    next_step: `${times(most)} cases were not judged because: ${most}.${remedy}, then repeat the run.`,
  };
}

function loadUnknowns(load: LoadResult | null): readonly Inconclusive[] {
  if (load === null) return [];
  if (load.inconclusive !== null) return [load.inconclusive];
  if (load.scenarios.length === 0)
    return [{ cause: 'nothing-compared', sentence: 'No load scenario was run.' }];
  return load.scenarios.flatMap((scenario) => {
    if (scenario.failure !== undefined) return [];
    if (scenario.inconclusive !== null) return [scenario.inconclusive];
    if (scenario.steps.every((step) => step.ledger.sent === 0)) {
      return [
        {
          cause: 'nothing-compared' as const,
          sentence: `Load ${scenario.name} sent nothing in its measured time.`,
        },
      ];
    }
    const silent = scenario.steps.filter(({ ledger }) => ledger.sent > 0 && ledger.ok === 0);
    if (silent.length > 0) {
      const names = silent.map(({ name }) => name).join(', ');
      return [
        {
          cause: 'nothing-compared' as const,
          sentence: `Load ${scenario.name} had not one good response to ${names}, so its latencies say nothing.`,
        },
      ];
    }
    return scenario.thresholds
      .filter((threshold) => threshold.outcome === 'inconclusive')
      .map((threshold) => ({
        cause: threshold.cause ?? ('too-few-samples' as const),
        sentence: ofLoad(scenario.name, threshold.sentence),
      }));
  });
}

function praises(judged: Judged): readonly string[] {
  const { contract, load, release } = judged;
  const thresholds = thresholdsOf(load, 'met').length;
  return [
    ...firstLine([...acceptedFailures(contract), ...(contract === null ? [] : narrowed(contract))]),
    ...(contract === null
      ? []
      : [
          `${contract.cases.passed} of ${contract.cases.total} contract cases passed, ${warnedText(contract)}${contract.cases.failed === 0 ? 'none failed' : `${contract.cases.failed} failed as accepted`}${leftOver(contract)}${driftOf(contract)}.`,
        ]),
    ...(contract === null ? [] : notSeen(contract)),
    ...(load === null
      ? []
      : [
          `${counted(load.scenarios.length, 'load scenario')} ran; ${counted(thresholds, 'threshold')} ${thresholds === 1 ? 'was' : 'were'} met.`,
        ]),
    ...(release === undefined
      ? []
      : [
          `Held against ${release.baseline.id}, it keeps all ${counted(release.rows.length, 'row')} of ${release.policy.file}.`,
        ]),
  ];
}

/** What a GO has besides passes: a reader weighs it. */
function warnedText({ cases: { warned } }: ContractResult): string {
  return warned === 0 ? '' : `${warned} warned, `;
}

function driftOf({ findings }: ContractResult): string {
  const drift = new Set(
    findings.filter(({ severity }) => severity === 'drift').map(({ fingerprint }) => fingerprint),
  ).size;
  return drift === 0 ? '' : `; ${drift} drift`;
}

/** What limits the claim of a GO stands in its first line, all of it. */
function firstLine(limits: readonly string[]): readonly string[] {
  return limits.length === 0 ? [] : [limits.join(' ')];
}

/** What the claim of a narrowed run is about. */
function narrowed(contract: ContractResult): readonly string[] {
  const only = narrowedTo(contract);
  if (only === null) return [];
  if (contract.commands === undefined) return [`${only}.`];
  const about = contract.commands.length === 1 ? 'that command' : 'those commands';
  return [`${only}: the verdict is about ${about} alone.`];
}

const NAMES_MAX = 6;

/** Response fields that no response had bar nothing, but a GO does not rest on them. */
function notSeen({ coverage, selection }: ContractResult): readonly string[] {
  const names = coverage.response_fields.filter((row) => row.exercised === 0).map(({ name }) => name);
  if (selection !== null || names.length === 0) return [];
  const rest = names.length > NAMES_MAX ? ` and ${names.length - NAMES_MAX} more` : '';
  return [`Not judged, because no response had them: ${names.slice(0, NAMES_MAX).join(', ')}${rest}.`];
}

/** How many causes are known and accepted, and until when the first of them is. */
function acceptedFailures(contract: ContractResult | null): readonly string[] {
  const known = (contract?.findings ?? []).filter(isAcceptedFailure);
  const days = known.flatMap(({ acceptance }) => (acceptance === undefined ? [] : [acceptance.expires_at]));
  const causes = new Set(known.map(({ fingerprint }) => fingerprint)).size;
  return causes === 0 ? [] : [`${counted(causes, 'known failure')} accepted until ${days.sort()[0] ?? ''}.`];
}

/** What a GO does not rest on. */
function leftOver({ cases: { skipped, inconclusive } }: ContractResult): string {
  return [
    skipped === 0 ? '' : `, ${skipped} skipped`,
    inconclusive === 0 ? '' : `, ${inconclusive} inconclusive`,
  ].join('');
}

/** One share is no load: nothing of it is held against anybody, and it says only whether it can be merged. */
function withoutVerdict({ index, count, complete }: Share, load: LoadResult | null): Verdict {
  const share = `Share ${index} of ${count}`;
  if (complete)
    return {
      verdict: null,
      reasons: [`${share} was sent completely; the verdict is on all shares together.`],
      mover: 'nobody',
      next_steps: ['Judge all shares together: npm run merge -- DIR DIR…'],
    };
  const lack =
    load?.inconclusive ?? load?.scenarios.find(({ inconclusive }) => inconclusive !== null)?.inconclusive;
  return {
    verdict: null,
    reasons: [`${share} is incomplete: ${lack?.sentence ?? 'it ended before its time.'}`],
    mover: ENVIRONMENT_CAUSES.some((cause) => cause === lack?.cause) ? 'environment' : 'harness',
    next_steps: nextSteps([{ cause: 'shares-incomplete', sentence: '' }]),
  };
}

/** A load of which a share is missing, incomplete or doubled never was what was asked for, whatever its numbers are. */
function incompleteSet(inconclusive: Inconclusive): Verdict {
  return {
    verdict: 'INCONCLUSIVE',
    reasons: [inconclusive.sentence],
    mover: 'harness',
    next_steps: nextSteps([inconclusive]),
  };
}
