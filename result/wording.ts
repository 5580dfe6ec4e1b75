import type { EvidenceLevel } from './exchange.ts';
import { count, counted } from './format.ts';
import type {
  Assumption,
  CaseCounts,
  CaseOutcome,
  ContractResult,
  Finding,
  Severity,
} from './contract-result.ts';
import type { ThresholdOutcome } from './load-result.ts';
import { isAcceptedFailure } from './accepted.ts';
import type { ChangeDecision, HistoryView } from './history-view.ts';
import type { ActionOwner, RunResult, VerdictWord } from './result.ts';

/** How something is marked: a tone for the eye, an icon and a word for everybody. */
export interface Mark {
  readonly tone: 'good' | 'bad' | 'warn' | 'drift' | 'none';
  readonly icon: string;
  readonly word: string;
}

/** What each verdict means, in one line. */
export const VERDICTS: Readonly<Record<VerdictWord, Mark & { readonly meaning: string }>> = {
  GO: { tone: 'good', icon: '✓', word: 'GO', meaning: 'All checks passed.' },
  'NO-GO': { tone: 'bad', icon: '✗', word: 'NO-GO', meaning: 'At least one promise is broken.' },
  INCONCLUSIVE: {
    tone: 'warn',
    icon: '?',
    word: 'INCONCLUSIVE',
    meaning: 'The run can’t be trusted either way: neither good nor bad is proven.',
  },
};

/** How a share of a load is marked, which has no verdict. */
const NO_VERDICT: Mark & { readonly meaning: string } = {
  tone: 'none',
  icon: '…',
  word: 'NO VERDICT',
  meaning: 'This is one share of a load; all shares are judged together.',
};

/** How a verdict is marked, or that there is none. */
export function verdictMark(verdict: VerdictWord | null): Mark & { readonly meaning: string } {
  return verdict === null ? NO_VERDICT : VERDICTS[verdict];
}

/** What a run's verdict means, in one line. */
export function verdictMeaning({ verdict, contract }: Pick<RunResult, 'verdict' | 'contract'>): string {
  if (verdict !== 'GO' || contract === null) return verdictMark(verdict).meaning;
  if (contract.findings.some(isAcceptedFailure))
    return 'No failures except those that are known and accepted.';
  return contract.cases.warned > 0
    ? 'No check failed; some cases have warnings.'
    : verdictMark(verdict).meaning;
}

/** Who has to act by the verdict, as a line. */
const MOVERS: Readonly<Record<ActionOwner, string>> = {
  nobody: 'No action needed.',
  api: 'Action: API owners.',
  environment: 'Action: environment owners.',
  harness: 'Action: owners of this test run.',
};

/** Who has to act: also where the verdict asks nobody, but the nights show that the service became worse. */
export function actionText({ mover, history }: Pick<RunResult, 'mover' | 'history'>): string {
  const isWorse = alarmsOf(history).some(({ state }) => state === 'confirmed');
  return mover === 'nobody' && isWorse ? 'Action: performance owners.' : MOVERS[mover];
}

/** What the nights show of the speed, the errors or the capacity. */
export const CHANGES: Readonly<Record<ChangeDecision['state'], Mark>> = {
  learning: { tone: 'none', icon: '…', word: 'learning' },
  quiet: { tone: 'good', icon: '✓', word: 'no change' },
  suspect: { tone: 'warn', icon: '?', word: 'suspect' },
  confirmed: { tone: 'bad', icon: '✗', word: 'confirmed' },
  environment: { tone: 'warn', icon: '!', word: 'environment' },
};

const CHANGE_SUBJECTS: Readonly<Record<ChangeDecision['of'], string>> = {
  speed: 'Speed',
  errors: 'Errors',
  capacity: 'Capacity',
};

/** A decision about the nights as a line, without its mark. */
export function changeText({ of, sentence }: ChangeDecision): string {
  return `${CHANGE_SUBJECTS[of]}: ${sentence}`;
}

/** The decisions about the nights that somebody has to know of, whatever the verdict. */
export function alarmsOf(history: HistoryView | undefined): readonly ChangeDecision[] {
  return (history?.decisions ?? []).filter(({ state }) => !['learning', 'quiet'].includes(state));
}

export const SEVERITIES: Readonly<Record<Severity, Mark & { readonly heading: string }>> = {
  failure: { tone: 'bad', icon: '✗', word: 'failure', heading: 'Failures' },
  warning: { tone: 'warn', icon: '!', word: 'warning', heading: 'Warnings' },
  drift: { tone: 'drift', icon: '≠', word: 'drift', heading: 'Drift' },
};

export const OUTCOMES: Readonly<Record<CaseOutcome['outcome'], Mark>> = {
  passed: { tone: 'good', icon: '✓', word: 'passed' },
  failed: { tone: 'bad', icon: '✗', word: 'failed' },
  warned: { tone: 'warn', icon: '!', word: 'warned' },
  skipped: { tone: 'none', icon: '–', word: 'skipped' },
  inconclusive: { tone: 'warn', icon: '?', word: 'inconclusive' },
};

export const THRESHOLDS: Readonly<Record<ThresholdOutcome['outcome'], Mark>> = {
  met: { tone: 'good', icon: '✓', word: 'met' },
  broken: { tone: 'bad', icon: '✗', word: 'broken' },
  inconclusive: { tone: 'warn', icon: '?', word: 'inconclusive' },
};

export const ASSUMPTIONS: Readonly<Record<Assumption['state'], Mark>> = {
  confirmed: { tone: 'good', icon: '✓', word: 'confirmed' },
  refuted: { tone: 'drift', icon: '≠', word: 'refuted' },
  not_seen: { tone: 'none', icon: '○', word: 'not seen' },
};

/** What was never exercised: hollow, and never to be taken for a pass. */
export const NOT_SEEN: Mark = { tone: 'none', icon: '○', word: 'not seen' };

/** How well a rule is known, as the end of "This rule is …". */
export const EVIDENCE: Readonly<Record<EvidenceLevel, string>> = {
  documented: 'documented: the endpoint’s page says so',
  entailed: 'entailed: it follows from what the page means',
  standard: 'standard: an RFC says so',
  related: 'related: neighbouring pages or the vendor’s SDK say so',
  assumed: 'assumed: a habit or a guess',
};

export const REPRODUCED: Readonly<Record<Finding['reproduced'], string>> = {
  reproduced: 'seen again when asked again',
  flaky: 'intermittent: not seen again when asked again',
  'not-retried': 'asked once only',
};

/** How the cases of a contract run came out, in one way wherever it is told: `321 cases: 290 passed, 31 warned, 0 failed`. */
export function casesText(cases: CaseCounts): string {
  return `${counted(cases.total, 'case')}: ${caseOutcomesText(cases)}`;
}

/** The outcomes of cases, whose sum is their total; what no case came to is left out but for the first three. */
export function caseOutcomesText({ passed, warned, failed, skipped, inconclusive }: CaseCounts): string {
  return [
    `${count(passed)} passed`,
    `${count(warned)} warned`,
    `${count(failed)} failed`,
    ...(skipped === 0 ? [] : [`${count(skipped)} skipped`]),
    ...(inconclusive === 0 ? [] : [`${count(inconclusive)} inconclusive`]),
  ].join(', ');
}

/** A sentence about a load scenario, which most often begins with the name of its step. */
export function ofLoad(scenario: string, message: string): string {
  return message.startsWith(`${scenario}: `) ? `load ${message}` : `load ${scenario}: ${message}`;
}

/** What a contract run was narrowed to, as a sentence without its end; null when everything was asked. */
export function narrowedTo({
  commands,
  selection,
}: Pick<ContractResult, 'commands' | 'selection'>): string | null {
  if (selection === null) return null;
  if (commands === undefined) return `Only the cases that match "${selection}" were asked`;
  return `Only ${commands.join(', ')} ${commands.length === 1 ? 'was' : 'were'} asked`;
}
