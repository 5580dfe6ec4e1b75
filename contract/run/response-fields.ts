import type { FieldLook } from '../checks/response-fields.ts';
import type { Operation } from '../../openapi/registry.ts';
import type { ResponseFieldCell, ResponseFieldRow } from '../../result/contract-result.ts';

/** How one documented field came out in accepted responses to one command. */
export interface ResponseFieldCount {
  /** The field's pattern; empty for the whole body. */
  readonly field: string;
  readonly cell: ResponseFieldCell;
}

/** What one accepted response tells of the documented fields, as counts. */
export function countsOf(command: string, looks: readonly FieldLook[]): readonly ResponseFieldCount[] {
  return looks.map(({ field, severity, cause }) => ({
    field,
    cell: {
      command,
      exercised: 1,
      failed: severity === 'failure' ? 1 : 0,
      warned: severity === 'warning' || severity === 'drift' ? 1 : 0,
      ...(cause === null ? {} : { cause }),
    },
  }));
}

/** Adds up counts, one for each field and command. */
export function addedUp(counts: readonly ResponseFieldCount[]): readonly ResponseFieldCount[] {
  const sums = new Map<string, ResponseFieldCount>();
  for (const { field, cell } of counts) {
    const key = JSON.stringify([field, cell.command]);
    const before = sums.get(key);
    sums.set(key, { field, cell: before === undefined ? cell : plus(before.cell, cell) });
  }
  return [...sums.values()];
}

/** A cause that fails the field goes before one that only warns; otherwise the first stays. */
function plus(a: ResponseFieldCell, b: ResponseFieldCell): ResponseFieldCell {
  const cause = a.failed === 0 && b.failed > 0 ? b.cause : (a.cause ?? b.cause);
  return {
    command: a.command,
    exercised: a.exercised + b.exercised,
    failed: a.failed + b.failed,
    warned: a.warned + b.warned,
    ...(cause === undefined ? {} : { cause }),
  };
}

/**
 * A row for the whole body and for each field of the description, in its order, whether a response had it or not. A call
 * may carry what is no command of the description; such calls have no column, as in command × check.
 */
export function responseFieldRows(
  operation: Operation,
  counts: readonly ResponseFieldCount[],
): readonly ResponseFieldRow[] {
  const sums = addedUp(counts);
  return ['', ...operation.responseFields.map(({ pattern }) => pattern)].map((field) => ({
    field,
    commands: operation.commands.flatMap((command) =>
      sums.filter((one) => one.field === field && one.cell.command === command).map(({ cell }) => cell),
    ),
  }));
}
