import { isRecord, valueAt } from '../../result/json.ts';
import type { Operation } from '../../openapi/registry.ts';
import { readTimestamp } from '../../openapi/timestamp.ts';
import type { ApiResponse } from '../../api/exchange.ts';
import type { Canary } from '../../api/request.ts';
import { violationOf, type Violation } from './violation.ts';

/** What one response shows of a run, as far as it could be read. */
export interface RunView {
  readonly id: string | null;
  /** The workflow that it is a run of; null where none is shown. */
  readonly workflowId: string | null;
  /** The fields that stay what they were, by their path; absent ones are left out. */
  readonly fixed: Readonly<Record<string, unknown>>;
  readonly createdAt: number | null;
  readonly updatedAt: number | null;
  readonly status: string | null;
  /** The stored inputs, oldest first; null where the response shows no list. */
  readonly inputs: readonly unknown[] | null;
  readonly text: string;
}

const FIXED = ['created_at', 'created_by', 'team_id'] as const;
const FIXED_INNER = ['logical_id', 'workflow_id'] as const;

/** Reads a run from an accepted response's parsed body. */
export function viewOf(value: unknown, text: string): RunView {
  const document = valueAt(value, ['workflow_run']);
  const inner = valueAt(document, ['workflow_run']);
  const id = valueAt(document, ['_id']);
  const workflowId = valueAt(inner, ['workflow_id']);
  const pairs = valueAt(inner, ['input_output_pairs']);
  const status = valueAt(inner, ['status']);
  const fixed = [
    ...FIXED.map((name) => [`/workflow_run/${name}`, valueAt(document, [name])] as const),
    ...FIXED_INNER.map((name) => [`/workflow_run/workflow_run/${name}`, valueAt(inner, [name])] as const),
  ].filter(([, at]) => at !== undefined);
  return {
    id: typeof id === 'string' ? id : null,
    workflowId: typeof workflowId === 'string' ? workflowId : null,
    fixed: Object.fromEntries(fixed),
    createdAt: timeOf(valueAt(document, ['created_at'])),
    updatedAt: timeOf(valueAt(document, ['updated_at'])),
    status: typeof status === 'string' ? status : null,
    inputs: Array.isArray(pairs) ? pairs.map((pair) => valueAt(pair, ['run_input'])) : null,
    text,
  };
}

/** The instant of a timestamp in milliseconds with a fraction; one in another spelling, which its own rule objects to, is read where possible. */
function timeOf(value: unknown): number | null {
  if (typeof value !== 'string') return null;
  const read = readTimestamp(value);
  if (read.kind !== 'no-time') return read.epochMs;
  const time = Date.parse(value);
  return Number.isNaN(time) ? null : time;
}

/** Stores keep milliseconds where clocks count finer: what is nearer than one is the same time. */
const SAME_TIME_MS = 0.999;

function isBefore(one: number, other: number): boolean {
  return other - one >= SAME_TIME_MS;
}

/** Compares two responses about the same run, in the order in which they were received. */
export function compareViews(operation: Operation, before: RunView, after: RunView): readonly Violation[] {
  return [
    ...fixedFields(operation, before, after),
    ...timeForward(operation, before, after),
    ...historyKept(operation, before, after),
  ];
}

/** Holds one response against the run that the call named or, of a new run, the workflow; and against itself. */
export function checkView(
  operation: Operation,
  view: RunView,
  named: string | null,
  workflow: string | null = null,
): readonly Violation[] {
  const found: Violation[] = [];
  const identity = operation.rule('run-identity');
  if (named !== null && view.id !== null && view.id !== named) {
    found.push(
      violationOf(identity, `The call named the run ${named}; the response is about ${view.id}.`, {
        kind: 'other-run',
        responsePath: '/workflow_run/_id',
      }),
    );
  }
  if (workflow !== null && view.workflowId !== null && view.workflowId !== workflow) {
    found.push(
      violationOf(
        identity,
        `The start named the workflow ${workflow}; the run is one of ${view.workflowId}.`,
        {
          kind: 'other-workflow',
          responsePath: '/workflow_run/workflow_run/workflow_id',
        },
      ),
    );
  }
  if (view.createdAt !== null && view.updatedAt !== null && isBefore(view.updatedAt, view.createdAt)) {
    found.push(
      violationOf(operation.rule('timestamp-order'), 'updated_at is before created_at.', {
        kind: 'before-created',
        responsePath: '/workflow_run/updated_at',
      }),
    );
  }
  return found;
}

export function fixedFields(operation: Operation, before: RunView, after: RunView): readonly Violation[] {
  return Object.entries(before.fixed)
    .filter(
      ([path, value]) =>
        isPresent(value) && path in after.fixed && !sameFixed(path, value, after.fixed[path]),
    )
    .map(([path, value]) =>
      violationOf(
        operation.rule('fixed-fields'),
        `${path} changed from ${JSON.stringify(value)} to ${JSON.stringify(after.fixed[path])}.`,
        {
          kind: `changed${path}`,
          responsePath: path,
        },
      ),
    );
}

/** The same instant in another spelling is the same time. */
function sameFixed(path: string, before: unknown, after: unknown): boolean {
  if (Object.is(before, after)) return true;
  const [time, now] = path.endsWith('created_at') ? [timeOf(before), timeOf(after)] : [null, null];
  return time !== null && now !== null && Math.abs(now - time) < SAME_TIME_MS;
}

export function timeForward(operation: Operation, before: RunView, after: RunView): readonly Violation[] {
  if (before.updatedAt === null || after.updatedAt === null || !isBefore(after.updatedAt, before.updatedAt))
    return [];
  return [
    violationOf(operation.rule('timestamp-order'), 'updated_at went back between two responses.', {
      kind: 'went-back',
      responsePath: '/workflow_run/updated_at',
    }),
  ];
}

export function historyKept(operation: Operation, before: RunView, after: RunView): readonly Violation[] {
  const rule = operation.rule('history-conservation');
  const path = '/workflow_run/workflow_run/input_output_pairs';
  if (before.inputs === null || after.inputs === null) return [];
  if (after.inputs.length < before.inputs.length) {
    return [
      violationOf(rule, `There were ${before.inputs.length} pairs, there are ${after.inputs.length} now.`, {
        kind: 'shrunk',
        responsePath: path,
      }),
    ];
  }
  const changed = before.inputs.findIndex(
    (input, i) => isPresent(input) && !isSame(input, after.inputs?.[i]),
  );
  if (changed === -1) return [];
  return [
    violationOf(rule, `The input of pair ${changed} is not what an earlier response showed.`, {
      kind: 'changed',
      responsePath: `${path}/${changed}/run_input`,
    }),
  ];
}

/** What is null or not there may be filled later: a pair that is shown before its input, an owner that is looked up. */
function isPresent(input: unknown): boolean {
  return input !== null && input !== undefined;
}

/** Equal as JSON: the order of keys is free, -0 is 0. */
function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a))
    return (
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((item, i) => isSame(item, (b as readonly unknown[])[i]))
    );
  if (!isRecord(a)) return a === b;
  return (
    isRecord(b) &&
    Object.keys(a).length === Object.keys(b).length &&
    Object.keys(a).every((key) => Object.hasOwn(b, key) && isSame(a[key], b[key]))
  );
}

/** Nothing of other runs may stand in a response: neither in its body, a refusal's included, nor in a header. */
export function checkIsolation(
  operation: Operation,
  response: Pick<ApiResponse, 'status' | 'text' | 'headers'>,
  foreign: readonly Canary[],
): readonly Violation[] {
  const headers = response.headers.map(([, value]) => value).join('\n');
  const isRefusal = response.status >= 400;
  const places = [
    {
      kind: isRefusal ? 'leak-in-refusal' : 'leak',
      where: isRefusal ? 'refusal' : 'response',
      text: response.text,
    },
    { kind: 'leak-in-header', where: 'headers of the response', text: headers },
  ];
  return places.flatMap(({ kind, where, text }) =>
    foreign
      .filter((canary) => text.includes(canary.value))
      .slice(0, 1)
      .map((canary) =>
        violationOf(
          operation.rule('run-isolation'),
          `The ${where} ${where.startsWith('headers') ? 'hold' : 'holds'} ${canary.key}, which was sent to another run.`,
          { kind },
        ),
      ),
  );
}
