import type { Operation } from '../../openapi/registry.ts';
import { ORDINARY, type Case } from './case.ts';
import { unknownRunCase } from './open-questions.ts';

/**
 * What must hold of every command that addresses a run, not of start and data alone: it wants a key, and a body that
 * keeps the constraints. A server that dispatches by command may look at either only on some of the ways. They come
 * last, because one that is wrongly carried out ends or pauses the live run under the others.
 */
export function eachCommandCases(operation: Operation): readonly Case[] {
  const addressing = operation.commands.filter((command) => command !== 'start');
  return [
    startOfRunCase(operation),
    unknownRunBesideWorkflow(operation),
    ...addressing.map((command) => keylessCase(operation, command)),
    ...addressing
      .filter((command) => command !== 'data')
      .flatMap((command) => invalidCase(operation, command)),
  ];
}

const ON_RUN = { ...ORDINARY, base: 'address', intent: 'break' } as const;

function keylessCase(operation: Operation, command: string): Case {
  const rule = operation.rule('ignored-auth');
  return {
    ...ON_RUN,
    id: `authentication/none/${command}`,
    title: `refuses ${command} to a live run without credentials`,
    group: 'authentication',
    command,
    rule: rule.id,
    constraint: '#/components/securitySchemes/bearerKey',
    evidence: rule.evidence,
    credential: { kind: 'none' },
    characterisation: { rule: 'refused-key-status', confirmedBy: [401] },
  };
}

/** One fault is enough: which constraints are looked at is asked with start and data. */
function invalidCase(operation: Operation, command: string): readonly Case[] {
  const place = operation.requestPlaces.find(
    ({ path, schema }) => path.length === 1 && schema['type'] === 'object',
  );
  if (place === undefined) return [];
  const [field = ''] = place.path;
  return [
    {
      ...ON_RUN,
      id: `negative/${field}/type-array/${command}`,
      title: `refuses ${field} as an array, in ${command} to a live run`,
      group: 'negative',
      command,
      rule: 'negative-data-rejection',
      constraint: `${place.pointer}/type`,
      evidence: place.evidence,
      field: String(field),
      mutation: { kind: 'set', path: [field], value: [] },
      characterisation: { rule: 'invalid-body-status', confirmedBy: [422] },
    },
  ];
}

/** The page's own example names a workflow and a run: with an unknown run, no run of the workflow takes its place. */
function unknownRunBesideWorkflow(operation: Operation): Case {
  const command = 'data';
  return {
    ...unknownRunCase(operation, command),
    id: `open-question/unknown-run/${command}-with-workflow`,
    title: `refuses ${command} that names a workflow and a run that does not exist`,
    mutation: { kind: 'unknown-id', field: 'workflow_run_id', withWorkflow: true },
  };
}

/** A start that names a live run: what it does is left open; whose run an accepted one is answered with is not. */
function startOfRunCase(operation: Operation): Case {
  const rule = operation.rule('start-of-run');
  return {
    ...ON_RUN,
    id: 'open-question/start-of-run',
    title: 'start that names a live run',
    group: 'open-question',
    intent: 'characterise',
    command: 'start',
    rule: rule.id,
    constraint: `#/paths/${operation.path.replaceAll('/', '~1')}/post/x-rules/${rule.id}`,
    evidence: rule.evidence,
    characterisation: { rule: rule.id, confirmedBy: [400, 409, 422] },
  };
}
