import { readable } from './readable.ts';
import type { RunResult } from '../result/result.ts';
import { NAME_MAX, testList, type TestCase, type TestSuite } from './test-list.ts';

type Status = 'passed' | 'failed' | 'skipped' | 'pending' | 'other';

/**
 * Renders the result in the Common Test Report Format, with the same tests as `junit.xml`. A run that can't be judged has
 * the status `failed` and its own word beside it: readers show `other` as green.
 */
export function renderCtrf(whole: RunResult): string {
  const result = readable(whole);
  const tests = testList(whole).flatMap((suite) => suite.cases.map((one) => ctrfTest(suite, one)));
  const start = Date.parse(result.run.started_at);
  const stop = Date.parse(result.run.ended_at);
  const report = {
    reportFormat: 'CTRF',
    specVersion: '0.0.0',
    runId: result.run.id,
    timestamp: result.run.ended_at,
    generatedBy: result.tool.name,
    results: {
      tool: { name: result.tool.name, version: result.tool.version },
      summary: { tests: tests.length, ...countsOf(tests), start, stop, duration: stop - start },
      tests,
      environment: {
        reportName: 'workflow-runs',
        testEnvironment: result.target.base_url,
        osPlatform: result.run.host.platform,
        healthy: result.verdict === 'GO',
        extra: { verdict: result.verdict, mover: result.mover, command: result.run.command },
      },
    },
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

interface CtrfTest {
  readonly testId: string;
  readonly name: string;
  readonly suite: readonly string[];
  readonly status: Status;
  readonly rawStatus: string;
  readonly duration: number;
  readonly type: TestCase['kind'];
  readonly message?: string;
  readonly trace?: string;
  readonly labels?: Readonly<Record<string, string | readonly string[]>>;
}

function countsOf(tests: readonly CtrfTest[]): Readonly<Record<Status, number>> {
  const of = (wanted: Status): number => tests.filter(({ status }) => status === wanted).length;
  return {
    passed: of('passed'),
    failed: of('failed'),
    skipped: of('skipped'),
    pending: of('pending'),
    other: of('other'),
  };
}

const STATUS_OF = { failure: 'failed', error: 'failed', skipped: 'skipped', note: 'passed' } as const;

function ctrfTest(suite: TestSuite, one: TestCase): CtrfTest {
  const { note, findings } = one;
  const common = {
    testId: one.id === '' ? one.name : one.id,
    name: one.name,
    suite: [suite.name],
    status: note === null ? ('passed' as const) : STATUS_OF[note.as],
    rawStatus: one.outcome,
    duration: Math.round(one.durationMs),
    type: one.kind,
  };
  if (note === null) return common;
  const [firstLine = ''] = note.message.split('\n');
  const message = firstLine.slice(0, NAME_MAX);
  const labels = {
    kind: note.type,
    ...listed(
      'check',
      findings.map((finding) => finding.check),
    ),
  };
  return {
    ...common,
    message,
    ...(message === note.message ? {} : { trace: note.message }),
    labels: {
      ...labels,
      ...listed(
        'fingerprint',
        findings.map((finding) => finding.fingerprint),
      ),
    },
  };
}

/** A label with each of its values once; the format allows no empty list. */
function listed(name: string, values: readonly string[]): Readonly<Record<string, readonly string[]>> {
  return values.length === 0 ? {} : { [name]: [...new Set(values)] };
}
