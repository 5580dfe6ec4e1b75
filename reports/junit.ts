import { readable } from './readable.ts';
import type { RunResult } from '../result/result.ts';
import { NAME_MAX, testList, type TestCase, type TestNote, type TestSuite } from './test-list.ts';

/**
 * Renders the result as JUnit XML, in the part of the format on which the XSD of Jenkins' xUnit plugin and GitLab's parser
 * agree: no `skipped` on the root, one element of a kind in a case, a `type` on what failed. The message is the text of
 * the element, because some readers show nothing else.
 */
export function renderJunit(result: RunResult): string {
  const suites = testList(result);
  const startedAt = readable(result).run.started_at;
  const all = suites.flatMap((suite) => suite.cases);
  const open = `<testsuites name="workflow-runs" ${totals(all)}>`;
  const body = suites.map((suite) => suiteXml(suite, startedAt));
  return ['<?xml version="1.0" encoding="UTF-8"?>', open, ...body, '</testsuites>', ''].join('\n');
}

function suiteXml(suite: TestSuite, startedAt: string): string {
  const timestamp = startedAt.replace(/(\.\d+)?Z$/, '');
  const skipped = numberOf(suite.cases, 'skipped');
  const open = `<testsuite name="${escaped(suite.name)}" timestamp="${escaped(timestamp)}" ${totals(suite.cases)} skipped="${skipped}">`;
  return [open, ...suite.cases.map(caseXml), '</testsuite>'].join('\n');
}

function caseXml({ classname, name, durationMs, note }: TestCase): string {
  const open = `<testcase classname="${escaped(classname)}" name="${escaped(name)}" time="${seconds(durationMs)}"`;
  if (note === null) return `${open}/>`;
  if (note.as === 'note') return `${open}><system-out>${escaped(note.message)}</system-out></testcase>`;
  const [firstLine = ''] = note.message.split('\n');
  const attributes = `message="${escaped(firstLine.slice(0, NAME_MAX))}" type="${escaped(note.type)}"`;
  return `${open}><${note.as} ${attributes}>${escaped(note.message)}</${note.as}></testcase>`;
}

function totals(cases: readonly TestCase[]): string {
  const time = seconds(cases.reduce((sum, one) => sum + one.durationMs, 0));
  return `tests="${cases.length}" failures="${numberOf(cases, 'failure')}" errors="${numberOf(cases, 'error')}" time="${time}"`;
}

function numberOf(cases: readonly TestCase[], as: TestNote['as']): number {
  return cases.filter(({ note }) => note?.as === as).length;
}

function seconds(durationMs: number): string {
  return (durationMs / 1000).toFixed(3);
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
