import { group } from 'd3-array';
import { acceptanceText, isAcceptedFailure } from './drift.ts';
import { utc } from './format.ts';
import { readable } from './readable.ts';
import type { CaseOutcome, ContractResult, Finding } from './contract-result.ts';
import type { LoadResult } from './load-result.ts';
import type { RunResult } from './result.ts';
import { EVIDENCE, MOVERS, REPRODUCED } from './words.ts';

interface TestCase {
  readonly classname: string;
  readonly name: string;
  readonly seconds: number;
  /** What the element says: nothing for a pass, a failure or a skip with its message, or a note beside a pass. */
  readonly said: {
    readonly as: 'failure' | 'error' | 'skipped' | 'system-out';
    readonly message: string;
  } | null;
}

interface Suite {
  readonly name: string;
  readonly cases: readonly TestCase[];
}

/**
 * Renders the result as JUnit XML for CI systems: a suite for each group of contract cases, one for the thresholds, and
 * one for the verdict itself. The message is the text of the element, because some readers show nothing else.
 */
export function renderJunit(whole: RunResult): string {
  const result = readable(whole);
  const suites = uniquelyNamed([
    ...contractSuites(result.contract),
    ...thresholdSuites(result.load),
    { name: 'verdict', cases: [verdictCase(result)] },
  ]);
  const all = suites.flatMap((suite) => suite.cases);
  const open = `<testsuites name="workflow-runs" ${totals(all)}>`;
  const body = suites.map((suite) => suiteXml(suite, result.run.started_at));
  return ['<?xml version="1.0" encoding="UTF-8"?>', open, ...body, '</testsuites>', ''].join('\n');
}

function contractSuites(contract: ContractResult | null): readonly Suite[] {
  if (contract === null) return [];
  const byCase = group(contract.findings, (finding) => finding.case_id);
  const groups = group(contract.outcomes, (outcome) => outcome.group);
  const isAllKnown = contract.findings.every((one) => one.severity !== 'failure' || isAcceptedFailure(one));
  const known = new Set(contract.outcomes.map((outcome) => outcome.id));
  const strays = contract.findings.filter((finding) => !known.has(finding.case_id));
  const suites = [...groups].map(([name, outcomes]) => ({
    name: `contract ${name}`,
    cases: outcomes.map((outcome) => contractCase(outcome, byCase.get(outcome.id) ?? [], isAllKnown)),
  }));
  if (strays.length === 0) return suites;
  return [...suites, { name: 'contract findings without a case', cases: strays.map(strayCase) }];
}

/** A case that failed by known and accepted failures alone leaves a job green, as the verdict does. */
function contractCase(outcome: CaseOutcome, findings: readonly Finding[], isAllKnown: boolean): TestCase {
  const failures = findings.filter(({ severity }) => severity === 'failure');
  const isKnown = failures.length === 0 ? isAllKnown : failures.every(isAcceptedFailure);
  const told = findings.map(sentencesOf).join('\n\n');
  return {
    classname: `contract ${outcome.group}`,
    name: outcome.title,
    seconds: outcome.duration_ms / 1000,
    said: saidOf(outcome, told, isKnown),
  };
}

function saidOf(outcome: CaseOutcome, told: string, isKnown: boolean): TestCase['said'] {
  switch (outcome.outcome) {
    case 'passed':
      return null;
    case 'failed':
      return {
        as: isKnown ? 'system-out' : 'failure',
        message: told === '' ? (outcome.reason ?? 'It failed; no finding was recorded.') : told,
      };
    case 'warned':
      return { as: 'system-out', message: told === '' ? (outcome.reason ?? 'It was warned about.') : told };
    case 'skipped':
    case 'inconclusive':
      return { as: 'skipped', message: `${outcome.outcome}: ${outcome.reason ?? 'no reason was recorded'}` };
  }
}

function strayCase(finding: Finding): TestCase {
  const as = finding.severity === 'failure' && !isAcceptedFailure(finding) ? 'failure' : 'system-out';
  return {
    classname: 'contract findings without a case',
    name: `${finding.check} ${finding.fingerprint}`,
    seconds: 0,
    said: { as, message: sentencesOf(finding) },
  };
}

function sentencesOf(finding: Finding): string {
  const where =
    finding.response_path === null ? '' : `, in the answer at ${finding.response_path || 'the whole body'}`;
  const acceptance = acceptanceText(finding);
  return [
    `${finding.severity}: ${finding.title}`,
    `Rule (${finding.check}): ${finding.rule}`,
    `Evidence: ${EVIDENCE[finding.evidence.level]} (${finding.evidence.source})`,
    `In the description: ${finding.schema_path || 'the operation'}${where}`,
    `Fingerprint ${finding.fingerprint}, case ${finding.case_id}, ${REPRODUCED[finding.reproduced]}`,
    ...(finding.first_seen === undefined ? [] : [`First seen ${utc(finding.first_seen)}`]),
    ...(acceptance === null ? [] : [`This ${finding.severity} is ${acceptance}`]),
    ...(finding.curl === '' ? [] : [finding.curl]),
  ].join('\n');
}

function thresholdSuites(load: LoadResult | null): readonly Suite[] {
  const cases = (load?.scenarios ?? []).flatMap((scenario) =>
    scenario.thresholds.map((one): TestCase => ({
      classname: `thresholds ${scenario.name}`,
      name: `${one.step} › ${one.expression}`,
      seconds: 0,
      said:
        one.outcome === 'met'
          ? { as: 'system-out', message: one.sentence }
          : { as: one.outcome === 'broken' ? 'failure' : 'skipped', message: one.sentence },
    })),
  );
  return cases.length === 0 ? [] : [{ name: 'thresholds', cases }];
}

/** Skips leave a job green in every reader; a run that can't be judged is the error that the format has a name for. */
const SAID_BY_VERDICT = { GO: 'system-out', 'NO-GO': 'failure', INCONCLUSIVE: 'error' } as const;

function saidBy({ verdict, share }: RunResult): 'system-out' | 'failure' | 'error' {
  if (verdict === null) return share?.complete === true ? 'system-out' : 'error';
  return SAID_BY_VERDICT[verdict];
}

function verdictCase(result: RunResult): TestCase {
  const message = [
    `${result.verdict ?? 'No verdict'}. ${MOVERS[result.mover]}`,
    ...result.reasons.slice(0, 50),
    ...(result.next_steps ?? []),
  ].join('\n');
  return {
    classname: 'verdict',
    name: 'the run as a whole',
    seconds: 0,
    said: { as: saidBy(result), message },
  };
}

/** Dots build trees and URLs break tables in readers of JUnit; of two equal names one reader drops the second. */
function uniquelyNamed(suites: readonly Suite[]): readonly Suite[] {
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

const NAME_MAX = 240;

function plain(name: string): string {
  const flat = name.replaceAll('://', ' ').replaceAll('.', '·').replace(/\s+/g, ' ').trim();
  const kept = flat.slice(0, NAME_MAX).replace(/[\uD800-\uDBFF]$/, '');
  return kept === '' ? 'without a name' : kept;
}

function suiteXml(suite: Suite, startedAt: string): string {
  const timestamp = startedAt.replace(/(\.\d+)?Z$/, '');
  const open = `<testsuite name="${escaped(suite.name)}" timestamp="${escaped(timestamp)}" ${totals(suite.cases)}>`;
  return [open, ...suite.cases.map(caseXml), '</testsuite>'].join('\n');
}

function caseXml({ classname, name, seconds, said }: TestCase): string {
  const open = `<testcase classname="${escaped(classname)}" name="${escaped(name)}" time="${seconds.toFixed(3)}"`;
  if (said === null) return `${open}/>`;
  const [firstLine = ''] = said.message.split('\n');
  const message = said.as === 'system-out' ? '' : ` message="${escaped(firstLine.slice(0, NAME_MAX))}"`;
  return `${open}><${said.as}${message}>${escaped(said.message)}</${said.as}></testcase>`;
}

function totals(cases: readonly TestCase[]): string {
  const number = (as: 'failure' | 'error' | 'skipped'): number =>
    cases.filter((one) => one.said?.as === as).length;
  const seconds = cases.reduce((sum, one) => sum + one.seconds, 0);
  return `tests="${cases.length}" failures="${number('failure')}" errors="${number('error')}" skipped="${number('skipped')}" time="${seconds.toFixed(3)}"`;
}

/** Text for an element or attribute; what XML 1.0 forbids has been named already, or becomes a replacement sign. */
function escaped(text: string): string {
  return text
    .replace(FORBIDDEN, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;
