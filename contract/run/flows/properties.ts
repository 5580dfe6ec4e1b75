import fc from 'fast-check';
import { keptMaps, violations, type Violation } from '../../cases/arbitraries.ts';
import { ORDINARY, type Case } from '../../cases/case.ts';
import type { Operation } from '../../../openapi/registry.ts';
import type { JsonRecord, JsonValue } from '../../../result/json.ts';
import { flowOf, TRIALS } from '../../budget/flows.ts';
import { checkOf, exampleId, exampleOf, examplesLeft } from '../example.ts';
import type { Conduct, Undecided } from '../test-item.ts';
import type { ContractPlan } from '../plan.ts';
import { Recorder } from '../recorder.ts';
import { runCase } from '../run-case.ts';

/** Shrinking asks again and again; after this many calls the smallest example so far has to do. */
const SHRINKS_MAX = 40;

const kept = flowOf('property/kept-maps');
const broken = flowOf('property/violations');

/** Any variables are kept as they were sent. */
export const keepsAnyMaps: Conduct = (session, recorder) => {
  const { plan, operation } = session;
  const property = { id: kept.id, trials: TRIALS.kept, values: keptMaps(operation) };
  return holds(plan, recorder, property, (trial, maps) => runCase(session, trial, keptCase(operation, maps)));
};

/** Any value that breaks a field is refused. */
export const refusesAnyViolation: Conduct = (session, recorder) => {
  const { plan, operation } = session;
  const property = { id: broken.id, trials: TRIALS.violations, values: violations(operation) };
  return holds(plan, recorder, property, (trial, violation) =>
    runCase(session, trial, brokenCase(operation, violation)),
  );
};

/** A property, under the id that `--replay` knows it by. */
interface Property<T> {
  readonly id: string;
  readonly trials: number;
  readonly values: fc.Arbitrary<T>;
}

/** Tries values until one breaks a rule, then smaller ones; only the smallest leaves findings. */
async function holds<T>(
  plan: ContractPlan,
  recorder: Recorder,
  { id, trials, values }: Property<T>,
  tryValue: (trial: Recorder, value: T) => Promise<Undecided | null>,
): Promise<Undecided | null> {
  const failing: Recorder[] = [];
  let judged = 0;
  let shrinks = 0;
  let last: Undecided | null = null;
  const isLeft = examplesLeft(plan);
  const property = fc.asyncProperty(values, async (value) => {
    if (!isLeft()) return true;
    if (failing.length > 0 && (shrinks += 1) > SHRINKS_MAX) return true;
    const trial = new Recorder();
    last = await tryValue(trial, value);
    if (last === null) judged += 1;
    recorder.absorb(trial);
    if (trial.hasFailure) failing.push(trial);
    else recorder.found(trial.findings);
    return !trial.hasFailure;
  });
  const { counterexamplePath } = await fc.check(property, checkOf(plan, trials));
  const smallest = failing.at(-1)?.findings ?? []; // fast-check goes on to smaller ones only
  recorder.found(smallest.map((finding) => ({ ...finding, case_id: exampleId(id, counterexamplePath) })));
  return judged === 0 ? last : null;
}

const SHARED = { ...ORDINARY, base: 'address', command: 'data', spend: 'free' } as const;

function keptCase(operation: Operation, maps: JsonRecord): Case {
  const rule = operation.rule('positive-data-acceptance');
  return {
    ...SHARED,
    title: kept.title,
    id: exampleOf(kept.id, maps),
    group: 'value',
    intent: 'keep',
    rule: rule.id,
    constraint: '#/components/schemas/WorkflowRunRequest/properties',
    evidence: rule.evidence,
    mutation: { kind: 'compose', set: maps as Readonly<Record<string, JsonValue>>, omit: [] },
  };
}

function brokenCase(operation: Operation, violation: Violation): Case {
  const rule = operation.rule('negative-data-rejection');
  const [schemaViolation] = operation.checkRequest({ [violation.field]: violation.value });
  return {
    ...SHARED,
    title: `refuses ${violation.field} as ${JSON.stringify(violation.value).slice(0, 40)}`,
    id: exampleOf(broken.id, violation),
    group: 'negative',
    field: violation.field,
    intent: 'break',
    rule: rule.id,
    constraint: schemaViolation?.schemaPath ?? '#/components/schemas/WorkflowRunRequest',
    evidence: schemaViolation?.evidence ?? rule.evidence,
    mutation: { kind: 'set', path: [violation.field], value: violation.value },
  };
}
