import type { JsonValue } from '../../result/json.ts';
import type { Operation, RequestField } from '../../openapi/registry.ts';
import { ORDINARY, type Case } from './case.ts';
import { EVERY_TYPE, positiveCases } from './positive.ts';

/** One way to fill a field, named as the case that asks it alone: absent, or a value that keeps every constraint. */
export interface Level {
  readonly name: string;
  readonly value: JsonValue | undefined;
}

/** A row of a covering array: the level of each parameter, by its index. */
export type Row = readonly number[];

/** The levels of a field in a start; one level where a start needs a certain value. */
function levelsOf(field: RequestField): readonly Level[] {
  const absent: Level = { name: 'absent', value: undefined };
  if (field.schema['type'] === 'object')
    return [absent, { name: 'empty', value: {} }, { name: 'every-type', value: EVERY_TYPE }];
  const values: unknown = field.schema['enum'];
  if (Array.isArray(values) && typeof field.schema['default'] === 'string')
    return [absent, { name: 'default', value: field.schema['default'] }];
  if (field.name !== 'workflow_id' && [field.schema['type']].flat().includes('null'))
    return [absent, { name: 'null', value: null }];
  return [];
}

/**
 * Starts that bring every pair of field levels together at least once (pairwise testing; the greedy construction
 * follows Cohen et al., "The AETG System", 1997, with a fixed order in place of its random one).
 */
export function pairwiseCases(operation: Operation): readonly Case[] {
  const rule = operation.rule('positive-data-acceptance');
  const alone = new Set(positiveCases(operation).map(({ id }) => id));
  const parameters = operation.requestFields
    .map((field) => ({ field, levels: levelsOf(field) }))
    .filter(({ levels }) => levels.length > 1);
  return coveringRows(parameters.map(({ levels }) => levels.length)).map((row, i): Case => {
    const chosen = parameters.map(({ field, levels }, k) => ({
      name: field.name,
      level: levels[row[k] ?? 0],
    }));
    return {
      ...ORDINARY,
      id: `positive/pairs/${i + 1}`,
      title: `accepts ${chosen.map(({ name, level }) => `${name} ${level?.name ?? ''}`).join(', ')}`,
      group: 'positive',
      intent: 'keep',
      rule: rule.id,
      constraint: '#/components/schemas/WorkflowRunRequest/properties',
      evidence: rule.evidence,
      spend: 'starts',
      mutation: {
        kind: 'compose',
        set: Object.fromEntries(
          chosen.flatMap(({ name, level }) => (level?.value === undefined ? [] : [[name, level.value]])),
        ),
        omit: chosen.filter(({ level }) => level?.value === undefined).map(({ name }) => name),
      },
      carries: chosen
        .map(({ name, level }) => `positive/${name}/${level?.name ?? ''}`)
        .filter((id) => alone.has(id)),
    };
  });
}

/** Rows that cover each pair of levels of each two parameters. Deterministic: the same sizes give the same rows. */
export function coveringRows(sizes: readonly number[]): readonly Row[] {
  const open = new Set(allPairs(sizes));
  const rows: Row[] = [];
  while (open.size > 0) {
    const row = nextRow(sizes, open, rows.length);
    for (const pair of pairsOf(row)) open.delete(pair);
    rows.push(row);
  }
  return rows;
}

const pairKey = (i: number, a: number, j: number, b: number): string => `${i}:${a} ${j}:${b}`;

function allPairs(sizes: readonly number[]): readonly string[] {
  const levels = sizes.flatMap((size, i) => Array.from({ length: size }, (_, a) => ({ i, a })));
  return levels.flatMap(({ i, a }) =>
    levels.filter((other) => other.i > i).map((other) => pairKey(i, a, other.i, other.a)),
  );
}

function pairsOf(row: Row): readonly string[] {
  return row.flatMap((a, i) => row.slice(i + 1).map((b, k) => pairKey(i, a, i + 1 + k, b)));
}

/** Begins with a pair that is still open, then gives each other parameter the level that closes most open pairs. */
function nextRow(sizes: readonly number[], open: ReadonlySet<string>, turn: number): Row {
  const [first = '0:0 1:0'] = open;
  const fixed = new Map(
    first
      .split(' ')
      .map((part) => part.split(':').map(Number))
      .map(([i = 0, a = 0]) => [i, a]),
  );
  for (const [i, size] of sizes.entries()) {
    if (fixed.has(i)) continue;
    const gains = Array.from(
      { length: size },
      (_, a) =>
        [...fixed].filter(([j, b]) => open.has(i < j ? pairKey(i, a, j, b) : pairKey(j, b, i, a))).length,
    );
    const best = Math.max(...gains);
    const order = gains.map((_, k) => (k + turn) % size); // ties go round, or the first level would win them all
    fixed.set(i, order.find((a) => gains[a] === best) ?? 0);
  }
  return sizes.map((_, i) => fixed.get(i) ?? 0);
}
