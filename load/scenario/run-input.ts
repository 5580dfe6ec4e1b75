import { randomUUID } from 'node:crypto';
import type { SchemaWorkflowRunRequest } from '../../openapi/generated/workflow-runs.ts';
import { isRecord } from '../../result/json.ts';
import type { Row } from './data-file.ts';
import { placeOf, type Shard } from '../arrivals/shard.ts';

/**
 * What this tool fills in: `{{uuid}}`, `{{n}}` and `{{data.COLUMN}}`, and nothing else. Doubled braces around any other
 * word are the API's own placeholders, and go out as they stand.
 */
const TEMPLATE = /\{\{\s*(?:(uuid)|(n)|data\.([^{}]+?))\s*\}\}/g;

interface Filling {
  /** The number of the input within its scenario, from 1, the same for no two inputs of all shards. */
  readonly n: number;
  readonly row: Row;
}

type Fill = (filling: Filling) => unknown;

/** Makes the run input of each request that carries one: the base with its templates filled in. */
export class Inputs {
  readonly #base: SchemaWorkflowRunRequest;
  readonly #rows: readonly Row[];
  readonly #shard: Shard;
  readonly #fill: Fill | null;
  #made = 0;

  /** @param base the run input as it was configured. @param rows of the data file, used in turn; empty for none. */
  constructor(base: SchemaWorkflowRunRequest, rows: readonly Row[], shard: Shard) {
    this.#base = base;
    this.#rows = rows;
    this.#shard = shard;
    this.#fill = compile(base);
  }

  /** True when every input is the base as it stands. */
  get isConstant(): boolean {
    return this.#fill === null;
  }

  next(): SchemaWorkflowRunRequest {
    if (this.#fill === null) return this.#base;
    const place = placeOf(this.#made, this.#shard);
    this.#made += 1;
    const row = this.#rows[place % Math.max(1, this.#rows.length)] ?? {};
    const filled = this.#fill({ n: place + 1, row });
    return isRecord(filled) ? filled : this.#base;
  }
}

/** What keeps a run input and a data file from fitting together, each as a sentence. */
export function inputIssues(base: SchemaWorkflowRunRequest, rows: readonly Row[]): readonly string[] {
  const wanted = columnsIn(JSON.stringify(base));
  const [first] = rows;
  if (first === undefined)
    return wanted.length === 0
      ? []
      : [`The run input wants {{data.${wanted[0] ?? ''}}}; give the file with that column by --data.`];
  if (wanted.length === 0)
    return [
      '--data is given, but the run input (INTERACTLY_RUN_INPUT) has no {{data.COLUMN}} to put its rows in.',
    ];
  return wanted
    .filter((column) => !rows.every((row) => Object.hasOwn(row, column)))
    .map(
      (column) =>
        `The run input wants {{data.${column}}}, which not every row of the --data file has; it has ${Object.keys(first).join(', ')}.`,
    );
}

function columnsIn(text: string): readonly string[] {
  const columns = [...text.matchAll(TEMPLATE)].flatMap(([, , , column]) =>
    column === undefined ? [] : [column],
  );
  return [...new Set(columns)];
}

/** How a value is filled in; null when there is nothing to fill. Parts without a template are shared, not copied. */
function compile(value: unknown): Fill | null {
  if (typeof value === 'string') return compileText(value);
  if (Array.isArray(value)) {
    const fills = value.map(compile);
    return fills.every((fill) => fill === null)
      ? null
      : (filling) => value.map((one: unknown, i) => fills[i]?.(filling) ?? one);
  }
  if (!isRecord(value)) return null;
  const fills = Object.entries(value).flatMap(([key, one]) => {
    const fill = compile(one);
    return fill === null ? [] : [[key, fill] as const];
  });
  if (fills.length === 0) return null;
  return (filling) => ({ ...value, ...Object.fromEntries(fills.map(([key, fill]) => [key, fill(filling)])) });
}

/** A text that is one template takes the row's value as it is, a number too; within a text it becomes text. */
function compileText(text: string): Fill | null {
  const found = [...text.matchAll(TEMPLATE)];
  if (found.length === 0) return null;
  const [only] = found;
  if (only?.[0] === text && only[3] !== undefined) {
    const column = only[3];
    return ({ row }) => row[column];
  }
  return ({ n, row }) =>
    text.replace(TEMPLATE, (_all, uuid?: string, number?: string, column?: string) =>
      uuid !== undefined ? randomUUID() : number !== undefined ? String(n) : textOf(row[column ?? '']),
    );
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
