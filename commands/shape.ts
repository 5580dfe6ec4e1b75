import { existsSync, readFileSync } from 'node:fs';
import { replaceFile } from '../result/replace-file.ts';
import { dirname, join } from 'node:path';
import { assessShape, type Known } from '../drift/assess.ts';
import { parseShapeFile, renderShapeFile, type ShapeFile } from '../drift/shape-file.ts';
import type { ContractResult } from '../result/contract-result.ts';
import { counted } from '../result/format.ts';
import type { RunResult } from '../result/result.ts';
import { acceptedGroups } from '../result/shape-group.ts';
import type { ObservedShape } from '../result/shape.ts';
import { loadOperation } from '../openapi/registry.ts';
import { acceptedPathOf, targetName } from './accepted.ts';
import type { Environment } from '../target/settings.ts';
import { UsageError } from './usage-error.ts';

/** Where the accepted shape of an environment is kept: beside the accepted drift, one file for each target. */
export function shapePathOf(target: string, environment: Environment): string {
  const name = target.replace(/^https?:\/\//, '').replace(/[^A-Za-z0-9.]+/g, '-');
  return join(dirname(acceptedPathOf(environment)), `shape-${name}.json`);
}

/** A shape that somebody accepted, and when. */
export interface AcceptedShape {
  readonly known: Known;
  readonly acceptedAt: string;
}

/** What somebody accepted of a target; null where nobody did. @throws UsageError for a file that can't be used. */
export function acceptedShape(target: string, environment: Environment): AcceptedShape | null {
  const path = shapePathOf(target, environment);
  const file = existsSync(path) ? readShape(path, target) : null;
  if (file === null) return null;
  return {
    known: {
      shape: file.shape,
      standing: 'accepted',
      source: `the shape that was accepted on ${file.accepted_at.slice(0, 10)}`,
    },
    acceptedAt: file.accepted_at,
  };
}

function readShape(path: string, target: string): ShapeFile {
  const file = parseShapeFile(readFileSync(path, 'utf8'), path);
  if (typeof file === 'string') throw new UsageError([file]);
  if (file.target !== target)
    throw new UsageError([
      `${path} holds the shape of ${file.target}, not of ${target}; one file is for one environment, so move it away.`,
    ]);
  return file;
}

/** The shape that a run has seen; null where it has none. */
export function shapeOf(contract: ContractResult | null): ObservedShape | null {
  if (contract?.shape === undefined || acceptedGroups(contract.shape).length === 0) return null;
  return {
    commands: contract.shape,
    live_schema: contract.live_schema ?? { state: 'absent', why: 'it was not asked for' },
  };
}

/** The contract part with its shape held against what was known, the accepted first. */
export function withShape(contract: ContractResult, known: readonly Known[]): ContractResult {
  const now = shapeOf(contract);
  if (now === null) return contract;
  const { responseFields, served } = loadOperation();
  const described = new Set(responseFields.map(({ pattern }) => pattern));
  const against = { known, describes: (place: string) => described.has(place), served };
  return { ...contract, shape_comparison: assessShape(now, against) };
}

/**
 * `npm run accept -- RUN --shape`: writes the shape of a run down as what its environment is held against.
 * @throws UsageError before anything is written.
 */
export function acceptShape(
  result: RunResult,
  reason: string,
  now: Date,
  environment: Environment,
): readonly string[] {
  const shape = shapeOf(result.contract);
  if (shape === null)
    throw new UsageError(['This run has accepted no response, so it has no shape; name another run.']);
  const target = targetName(result.target);
  const path = shapePathOf(target, environment);
  if (existsSync(path)) readShape(path, target); // what can't be read is not overwritten
  const text = renderShapeFile({
    target,
    accepted_at: now.toISOString(),
    run: result.run.id,
    reason,
    shape,
  });
  try {
    replaceFile(path, text, 0o600);
  } catch (error) {
    throw new UsageError([`${path} can't be written: ${(error as Error).message}.`]);
  }
  const accepted = acceptedGroups(shape.commands);
  const count = (groups: typeof accepted): number => groups.reduce((sum, one) => sum + one.responses, 0);
  const responses = count(accepted);
  const refused = count(shape.commands) - responses;
  const besides = refused === 0 ? '' : ` and ${counted(refused, 'refusal')}`;
  return [
    `accepted the shape of ${accepted.length} commands in ${responses} responses${besides} of ${target}, in ${path}; commit it, so that the next run knows.`,
  ];
}
