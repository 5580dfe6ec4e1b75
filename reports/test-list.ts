import { group } from 'd3-array';
import { caseOf } from '../result/case-of.ts';
import { acceptanceText, isAcceptedFailure } from '../result/accepted.ts';
import { utc } from '../result/format.ts';
import { readable } from './readable.ts';
import { replayOf } from './replay.ts';
import type { CaseOutcome, ContractResult, Finding } from '../result/contract-result.ts';
import type { LoadResult } from '../result/load-result.ts';
import type { RunResult } from '../result/result.ts';
import { breakingChanges, changeText, CHANGE_CHECK } from '../result/shape-verdict.ts';
import { EVIDENCE, actionText, REPRODUCED } from '../result/wording.ts';

/** What is said of one test: a failure, an error or a skip with its kind, or a note beside a pass. */
export interface TestNote {
  readonly as: 'failure' | 'error' | 'skipped' | 'note';
  /** What kind of failure it is, for readers that group by it: the check, or the part of the verdict. */
  readonly type: string;
  readonly message: string;
}

/** One line of a test report: a contract case, a threshold, or the verdict. */
export interface TestCase {
  /** Stable over runs. */
  readonly id: string;
  readonly kind: 'contract' | 'threshold' | 'verdict';
  readonly classname: string;
  readonly name: string;
  readonly durationMs: number;
  /** The outcome in this tool's own word. */
  readonly outcome: string;
  /** Null for a pass that has nothing to tell. */
  readonly note: TestNote | null;
  readonly findings: readonly Finding[];
}

export interface TestSuite {
  readonly name: string;
  readonly cases: readonly TestCase[];
}

/**
 * The result as the list of tests that CI systems read: a suite for each group of contract cases, one for changes of the
 * interface, one for the thresholds, and one for the verdict itself. No name stands twice, because readers drop the second.
 */
export function testList(whole: RunResult): readonly TestSuite[] {
  const result = readable(whole);
  return uniquelyNamed([
    ...contractSuites(result.run, result.contract),
    ...interfaceSuites(result.contract),
    ...thresholdSuites(result.run, result.load),
    { name: 'verdict', cases: [verdictCase(result)] },
  ]);
}

function contractSuites(run: RunResult['run'], contract: ContractResult | null): readonly TestSuite[] {
  if (contract === null) return [];
  const listed = new Set(contract.outcomes.map(({ id }) => id));
  const isListed = (id: string): boolean => listed.has(id);
  const byCase = group(contract.findings, ({ case_id: id }) => caseOf(id, isListed));
  const isAllKnown = contract.findings.every((one) => one.severity !== 'failure' || isAcceptedFailure(one));
  const suites = [...group(contract.outcomes, (outcome) => outcome.group)].map(([name, outcomes]) => ({
    name: `contract ${name}`,
    cases: outcomes.map((outcome) => contractCase(run, outcome, byCase.get(outcome.id) ?? [], isAllKnown)),
  }));
  const strays = byCase.get(null) ?? [];
  if (strays.length === 0) return suites;
  return [
    ...suites,
    { name: 'contract findings without a case', cases: strays.map((one) => strayCase(run, one)) },
  ];
}

/** A case for each change of the interface: what bars a GO is a failure, all else a note. */
function interfaceSuites(contract: ContractResult | null): readonly TestSuite[] {
  const changes = contract?.shape_comparison?.changes ?? [];
  const failing = breakingChanges(contract);
  if (changes.length === 0) return [];
  const cases = changes.map((change): TestCase => {
    const isFailing = failing.includes(change);
    return {
      id: `${CHANGE_CHECK} ${change.fingerprint}`,
      kind: 'contract',
      classname: 'interface',
      name: `${change.operation} ${change.place} (${change.fingerprint})`,
      durationMs: 0,
      outcome: isFailing ? 'failed' : 'passed',
      note: { as: isFailing ? 'failure' : 'note', type: CHANGE_CHECK, message: changeText(change) },
      findings: [],
    };
  });
  return [{ name: 'interface', cases }];
}

function contractCase(
  run: RunResult['run'],
  outcome: CaseOutcome,
  findings: readonly Finding[],
  isAllKnown: boolean,
): TestCase {
  return {
    id: outcome.id,
    kind: 'contract',
    classname: `contract ${outcome.group}`,
    name: outcome.title,
    durationMs: outcome.duration_ms,
    outcome: outcome.outcome,
    note: contractNote(run, outcome, findings, isAllKnown),
    findings,
  };
}

/**
 * A failure that nobody accepted fails its case whatever else became of it. A case that failed by known and accepted
 * failures alone leaves a job green, as the verdict does.
 */
function contractNote(
  run: RunResult['run'],
  { id, outcome, reason }: CaseOutcome,
  findings: readonly Finding[],
  isAllKnown: boolean,
): TestNote | null {
  const told = findings.map((finding) => messageOf(run, finding));
  const note = (as: TestNote['as'], type: string, ...parts: readonly string[]): TestNote => ({
    as,
    type,
    message: [...parts, ...told].join('\n\n'),
  });
  const failures = findings.filter(({ severity }) => severity === 'failure');
  const open = failures.find((one) => !isAcceptedFailure(one));
  if (open !== undefined) return note('failure', open.check);
  switch (outcome) {
    case 'passed':
      return told.length === 0 ? null : note('note', outcome);
    case 'failed': {
      if (failures.length > 0) return note('note', 'accepted');
      const why = `${reason ?? 'It failed; no finding was recorded.'}\nAsk it again: ${replayOf(run, id)}`;
      return note(isAllKnown ? 'note' : 'failure', 'case-failed', why);
    }
    case 'warned':
      return told.length === 0
        ? note('note', outcome, reason ?? 'It was warned about.')
        : note('note', outcome);
    case 'skipped':
    case 'inconclusive':
      return note('skipped', outcome, `${outcome}: ${reason ?? 'no reason was recorded'}`);
  }
}

function strayCase(run: RunResult['run'], finding: Finding): TestCase {
  const as = finding.severity === 'failure' && !isAcceptedFailure(finding) ? 'failure' : 'note';
  return {
    id: `${finding.case_id} ${finding.check} ${finding.fingerprint}`,
    kind: 'contract',
    classname: 'contract findings without a case',
    name: `${finding.check} ${finding.fingerprint}`,
    durationMs: 0,
    outcome: finding.severity,
    note: { as, type: finding.check, message: messageOf(run, finding) },
    findings: [finding],
  };
}

function messageOf(run: RunResult['run'], finding: Finding): string {
  const where =
    finding.response_path === null ? '' : `, in the response at ${finding.response_path || 'the whole body'}`;
  const acceptance = acceptanceText(finding);
  return [
    `${finding.severity}: ${finding.title}`,
    `Rule (${finding.check}): ${finding.rule}`,
    `Evidence: ${EVIDENCE[finding.evidence.level]} (${finding.evidence.source})`,
    `In the description: ${finding.schema_path || 'the operation'}${where}`,
    `Fingerprint ${finding.fingerprint}, case ${finding.case_id}, ${REPRODUCED[finding.reproduced]}`,
    ...(finding.first_seen === undefined ? [] : [`First seen ${utc(finding.first_seen)}`]),
    ...(acceptance === null ? [] : [`This ${finding.severity} is ${acceptance}`]),
    `Ask it again: ${replayOf(run, finding.case_id)}`,
    ...(finding.curl === '' ? [] : [finding.curl]),
  ].join('\n');
}

function thresholdSuites(run: RunResult['run'], load: LoadResult | null): readonly TestSuite[] {
  const cases = (load?.scenarios ?? []).flatMap((scenario) =>
    scenario.thresholds.map((one): TestCase => {
      const as = ({ met: 'note', broken: 'failure', inconclusive: 'skipped' } as const)[one.outcome];
      const again = one.outcome === 'broken' ? `\nMeasure it again: ${run.command}` : '';
      return {
        id: `threshold ${scenario.name} ${one.step} ${one.expression}`,
        kind: 'threshold',
        classname: `thresholds ${scenario.name}`,
        name: `${one.step} › ${one.expression}`,
        durationMs: 0,
        outcome: one.outcome,
        note: { as, type: `threshold-${one.outcome}`, message: `${one.sentence}${again}` },
        findings: [],
      };
    }),
  );
  return cases.length === 0 ? [] : [{ name: 'thresholds', cases }];
}

/** Skips leave a job green in every reader; a run that can't be judged is the error that the format has a name for. */
const NOTE_OF_VERDICT = { GO: 'note', 'NO-GO': 'failure', INCONCLUSIVE: 'error' } as const;

function noteKindOf({ verdict, share }: RunResult): TestNote['as'] {
  if (verdict === null) return share?.complete === true ? 'note' : 'error';
  return NOTE_OF_VERDICT[verdict];
}

function verdictCase(result: RunResult): TestCase {
  const word = result.verdict ?? 'No verdict';
  const as = noteKindOf(result);
  const message = [
    `${word}. ${actionText(result)}`,
    ...result.reasons.slice(0, 50),
    ...(result.next_steps ?? []),
    ...(as === 'note' ? [] : [`Run it again: ${result.run.command}`]),
  ].join('\n');
  return {
    id: 'verdict',
    kind: 'verdict',
    classname: 'verdict',
    name: 'the run as a whole',
    durationMs: 0,
    outcome: word,
    note: { as, type: `verdict-${word.toLowerCase().replaceAll(' ', '-')}`, message },
    findings: [],
  };
}

/** Dots build trees and URLs break tables in readers of JUnit; of two equal names one reader drops the second. */
function uniquelyNamed(suites: readonly TestSuite[]): readonly TestSuite[] {
  const taken = new Set<string>();
  return suites.map((suite) => ({
    name: plain(suite.name),
    cases: suite.cases.map((one) => {
      const classname = plain(one.classname);
      const wanted = plain(one.name);
      let name = wanted;
      for (let number = 2; taken.has(`${classname}\n${name}`); number += 1) name = `${wanted} (${number})`;
      taken.add(`${classname}\n${name}`);
      return { ...one, classname, name };
    }),
  }));
}

/** The most characters of a name, or of the one line that says what is wrong. */
export const NAME_MAX = 240;

function plain(name: string): string {
  const flat = name.replaceAll('://', ' ').replaceAll('.', '·').replace(/\s+/g, ' ').trim();
  const kept = flat.slice(0, NAME_MAX).replace(/[\uD800-\uDBFF]$/, '');
  return kept === '' ? 'without a name' : kept;
}
