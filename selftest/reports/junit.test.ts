import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { validate } from 'ctrf';
import { renderCtrf } from '../../reports/ctrf.ts';
import { renderJunit } from '../../reports/junit.ts';
import type { RunResult } from '../../result/result.ts';
import { testList } from '../../reports/test-list.ts';
import { contract, finding, outcome } from './contract-fixtures.ts';
import { GO, MANY, NO_GO, SITUATIONS, TOO_FEW, result } from './fixtures.ts';
import { hostile, huge } from './hostile.ts';
import { casesOf, gitlabViolations, jenkinsViolations, parsedXml } from './junit-rules.ts';

const EXAMPLES: Readonly<Record<string, RunResult>> = {
  ...SITUATIONS,
  MANY,
  HOSTILE: timed(hostile(NO_GO)),
  'HOSTILE, shifted': timed(hostile(NO_GO, 5)),
  HUGE: timed(huge(NO_GO)),
};

/** A spoilt result with times that are times: this tool writes them, and nobody else's text is in them. */
function timed(spoilt: RunResult): RunResult {
  const { started_at, ended_at } = NO_GO.run;
  return { ...spoilt, run: { ...spoilt.run, started_at, ended_at } };
}

/** What each case of a result says, by the id of the case. */
function said(one: RunResult): Readonly<Record<string, string>> {
  const cases = testList(one).flatMap((suite) => suite.cases);
  return Object.fromEntries(
    cases.map(({ id, note }) => [id, note === null ? '' : `${note.as} ${note.type}: ${note.message}`]),
  );
}

describe('junit.xml', () => {
  for (const [name, one] of Object.entries(EXAMPLES)) {
    test(`of ${name} breaks no rule of Jenkins' XSD and none of GitLab's parser`, () => {
      const text = renderJunit(one);
      const root = parsedXml(text);
      assert.deepEqual(jenkinsViolations(root), []);
      assert.deepEqual(gitlabViolations(text, root), []);
    });
  }

  const broken: readonly (readonly [title: string, from: RegExp, to: string, violation: RegExp])[] = [
    ['a count of skips on the root', /<testsuites /, '<testsuites skipped="1" ', /<testsuites> has skipped/],
    ['a suite without a count', /<testsuite (.*?)tests="\d+" /, '<testsuite $1', /<testsuite> lacks tests/],
    ['a case with an attribute of its own', /<testcase /, '<testcase file="a" ', /<testcase> has file/],
    ['a time that is no number', /(<testsuite .*?)time="[^"]*"/, '$1time="1e5"', /has the time 1e5/],
    ['two failures in a case', /(<failure[^]*?<\/failure>)/, '$1$1', /has 2 outcomes/],
    ['a failure without text', /(<failure[^>]*>)[^]*?<\/failure>/, '$1</failure>', /has no text/],
    ['a type that is a conversion', /(<failure .*?)type="[^"]*"/, '$1type="yaml"', /would be converted/],
    ['a name that stands twice', /(<testcase [^]*?(?:\/>|<\/testcase>))/, '$1$1', /" has ".*" twice/],
  ];
  for (const [title, from, to, violation] of broken) {
    test(`with ${title} would be found`, () => {
      const text = renderJunit(NO_GO).replace(from, to);
      const root = parsedXml(text);
      const found = [...jenkinsViolations(root), ...gitlabViolations(text, root)];
      assert.match(found.join('\n'), violation);
    });
  }

  test('says of each failure its type, its text and a line that repeats it', () => {
    const failures = casesOf(parsedXml(renderJunit(NO_GO))).flatMap(({ children }) =>
      children.filter(({ name }) => name === 'failure'),
    );
    assert.ok(failures.length >= 4);
    for (const { attributes, text } of failures) {
      assert.match(attributes['type'] ?? '', /^[a-z-]+$/);
      assert.match(text, /npm (run|start)/);
      if (text.includes('Rule (')) assert.match(text, /\ncurl /);
    }
  });
});

describe('the list of tests', () => {
  const cases = [
    outcome(0, 'failed'),
    outcome(1, 'failed'),
    outcome(2, 'failed'),
    outcome(3, 'passed'),
    outcome(4, 'inconclusive', 'the run had ended'),
    outcome(5, 'skipped', 'not asked'),
  ];
  const [property = '', hashed = '', , passed = '', unsure = '', left = ''] = cases.map(({ id }) => id);
  const one = result({
    contract: contract(
      [
        finding(1, 'failure', { case_id: `${property}@1:0:3` }),
        finding(2, 'failure', { case_id: `${hashed}#0a1b2c3d4e5f` }),
        finding(3, 'drift', { case_id: passed }),
        finding(4, 'failure', { case_id: unsure }),
        finding(5, 'warning', { case_id: left }),
        finding(6, 'failure', { case_id: 'control' }),
      ],
      cases,
    ),
  });

  test('has each finding in the case that it belongs to, also one of an example of a property', () => {
    const seen = said(one);
    assert.match(seen[property] ?? '', /^failure [a-z-]+: failure: [^]*case .*@1:0:3/);
    assert.match(seen[hashed] ?? '', /^failure [a-z-]+: failure: [^]*case .*#0a1b2c3d4e5f/);
    const stray = Object.entries(seen).filter(([id]) => !cases.some((known) => known.id === id));
    assert.deepEqual(
      stray.map(([, text]) => text.split(' ')[0]),
      ['failure', 'failure'], // what was found beside the cases, and the verdict
    );
  });

  test('drops no finding of a case that passed, was skipped or could not be judged', () => {
    const seen = said(one);
    assert.match(seen[passed] ?? '', /^note passed: drift: /);
    assert.match(seen[unsure] ?? '', /^failure [a-z-]+: failure: /);
    assert.match(seen[left] ?? '', /^skipped skipped: skipped: not asked\n\nwarning: /);
  });

  test('gives a failed case without a finding its reason and the line that asks it again', () => {
    const seen = said(
      result({ contract: contract([finding(1, 'failure')], [outcome(7, 'failed', 'it hung')]) }),
    );
    assert.match(seen[outcome(7).id] ?? '', /^failure case-failed: it hung\nAsk it again: npm run contract/);
  });
});

describe('ctrf.json', () => {
  for (const [name, one] of Object.entries(EXAMPLES)) {
    test(`of ${name} is valid, and counts what junit.xml counts`, () => {
      const report: unknown = JSON.parse(renderCtrf(one));
      const { valid, errors } = validate(report);
      assert.deepEqual([valid, errors], [true, []]);
      const { summary, tests } = (report as CtrfReport).results;
      const root = parsedXml(renderJunit(one));
      const { failures = '', errors: inError = '', tests: total = '' } = root.attributes;
      assert.equal(summary.failed, Number(failures) + Number(inError));
      assert.deepEqual([summary.tests, tests.length], [Number(total), Number(total)]);
    });
  }

  interface CtrfReport {
    readonly results: {
      readonly summary: { readonly failed: number; readonly tests: number };
      readonly tests: readonly { readonly suite: readonly string[]; readonly status: string }[];
    };
  }

  test('would not be valid with a status of another format', () => {
    assert.equal(validate(JSON.parse(renderCtrf(GO).replace('"passed"', '"ok"'))).valid, false);
  });

  test('shows no reader a green run where the verdict is not GO', () => {
    const status = (one: RunResult): string | undefined =>
      (JSON.parse(renderCtrf(one)) as CtrfReport).results.tests.find(({ suite }) => suite[0] === 'verdict')
        ?.status;
    assert.deepEqual([GO, NO_GO, TOO_FEW].map(status), ['passed', 'failed', 'failed']);
  });
});
