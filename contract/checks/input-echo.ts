import { isRecord, pointerStep, type JsonRecord } from '../../result/json.ts';
import type { Operation } from '../../openapi/registry.ts';
import { canariesIn, type Canary } from '../../api/request.ts';
import { violationOf, type Violation } from './violation.ts';
import type { RunView } from './run-history.ts';

/** An input that was sent and accepted. */
export interface SentInput {
  readonly command: string;
  readonly body: JsonRecord;
  readonly canary: Canary;
  /** How often it was sent and accepted, where that is not once. */
  readonly copies?: number;
}

/** In which order inputs must be stored: as they were sent, or any, when they were sent at the same time. */
export type Order = 'as-sent' | 'any';

/**
 * Looks for sent inputs among the stored ones: each once, in the order of sending, value by value.
 * `missing` are those that no pair shows yet: a run may still be working on them.
 */
export function checkEcho(
  operation: Operation,
  view: RunView,
  sent: readonly SentInput[],
  order: Order,
): { readonly violations: readonly Violation[]; readonly missing: readonly SentInput[] } {
  const inputs = view.inputs ?? [];
  const rule = operation.rule('input-echo');
  const violations: Violation[] = [];
  const missing: SentInput[] = [];
  let last = -1;
  for (const input of sent) {
    const places = placesOf(inputs, input);
    const [first] = places;
    if (first === undefined) {
      if (input.command === 'start' && isRecord(inputs[0])) violations.push(foreignFirst(operation));
      else missing.push(input);
      continue;
    }
    const responsePath = `/workflow_run/workflow_run/input_output_pairs/${first}/run_input`;
    const copies = input.copies ?? 1;
    if (places.length < copies) {
      missing.push(input);
      continue;
    }
    if (places.length > copies)
      violations.push(
        violationOf(
          rule,
          `The input of ${copies === 1 ? 'one' : copies} ${input.command} is stored ${places.length} times.`,
          {
            kind: 'twice',
            responsePath,
          },
        ),
      );
    if (order === 'as-sent' && first < last)
      violations.push(
        violationOf(rule, 'The stored inputs are not in the order in which they were sent.', {
          kind: 'order',
          responsePath,
        }),
      );
    last = Math.max(last, first);
    violations.push(...leafDifferences(operation, inputs[first], input, responsePath));
  }
  return { violations, missing };
}

/** Where an input is stored: found by its canary, or, of a start that carries none, at the beginning. */
function placesOf(inputs: readonly unknown[], input: SentInput): readonly number[] {
  if (holds(input.body, input.canary)) {
    const places = inputs.flatMap((stored, i) => (holds(stored, input.canary) ? [i] : []));
    const [first] = places;
    return first === undefined ? [] : places.filter((place) => isSameInput(inputs[first], inputs[place]));
  }
  return input.command === 'start' && isRecord(inputs[0]) ? [0] : [];
}

/** A server may store the variables of earlier inputs with later ones: such a pair holds a canary of its own besides. */
function isSameInput(first: unknown, other: unknown): boolean {
  const known = canariesIn(JSON.stringify(first));
  return canariesIn(JSON.stringify(other)).every((value) => known.includes(value));
}

/** A run begins with its start: a first input that is not the start's was not sent to this run. */
function foreignFirst(operation: Operation): Violation {
  const responsePath = '/workflow_run/workflow_run/input_output_pairs/0/run_input';
  return violationOf(
    operation.rule('input-echo'),
    'The first stored input is not the one of the start that made the run.',
    { kind: 'lost/start', responsePath },
  );
}

function holds(stored: unknown, canary: Canary): boolean {
  return stored !== null && stored !== undefined && JSON.stringify(stored).includes(canary.value);
}

function leafDifferences(
  operation: Operation,
  stored: unknown,
  sent: SentInput,
  at: string,
): readonly Violation[] {
  const [different] = differences(withDefaults(operation, sent.body, stored), stored, '');
  if (different === undefined) return [];
  const field = different.path.split('/')[1] ?? '';
  const title = `${at}${different.path} ${different.stored === null ? 'is not stored' : `is stored as ${different.stored}`}; ${different.sent} was sent.`;
  return [
    violationOf(operation.rule('input-echo'), title, {
      kind: `differs/${field}`,
      responsePath: at + different.path,
    }),
  ];
}

/** The sent input and the documented defaults of what it left out, where the stored one says anything of those. */
function withDefaults(operation: Operation, sent: JsonRecord, stored: unknown): JsonRecord {
  if (!isRecord(stored)) return sent;
  const left = operation.requestFields.filter(
    ({ name, schema }) => 'default' in schema && !Object.hasOwn(sent, name) && Object.hasOwn(stored, name),
  );
  return { ...Object.fromEntries(left.map(({ name, schema }) => [name, schema['default']])), ...sent };
}

interface Difference {
  readonly path: string;
  readonly sent: string;
  /** Null where nothing is stored. */
  readonly stored: string | null;
}

/** Each sent leaf must be found at its path; what is stored besides is not looked at. */
function differences(sent: unknown, stored: unknown, path: string): readonly Difference[] {
  if (isRecord(sent) && isRecord(stored)) {
    return Object.entries(sent).flatMap(([key, value]) =>
      Object.hasOwn(stored, key)
        ? differences(value, stored[key], path + pointerStep(key))
        : [{ path: path + pointerStep(key), sent: shown(value), stored: null }],
    );
  }
  if (Array.isArray(sent) && Array.isArray(stored) && sent.length === stored.length) {
    return sent.flatMap((value, i) =>
      differences(value, (stored as readonly unknown[])[i], path + pointerStep(i)),
    );
  }
  return sent === stored ? [] : [{ path, sent: shown(sent), stored: shown(stored) }];
}

function shown(value: unknown): string {
  return JSON.stringify(value).slice(0, 80);
}
