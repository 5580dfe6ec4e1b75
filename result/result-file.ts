import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { RunResult } from './result.ts';

/** A result file that can't be read; its message is one sentence for people. */
export class ResultFileError extends Error {
  override readonly name = 'ResultFileError';
}

let compiled: ValidateFunction<RunResult> | null = null;

/** Reads a saved `result.json` and holds it against the committed schema; a bad file is a `ResultFileError`. */
export function readResult(path: string): RunResult {
  const parsed = parse(path, read(path));
  const issue = issueIn(parsed);
  if (issue !== null) throw new ResultFileError(`${path} is not a result of this tool: ${issue}.`);
  return parsed as RunResult;
}

/** What is wrong with a value as a result, in words, or null when nothing is. */
export function issueIn(value: unknown): string | null {
  const version = versionOf(value);
  if (version !== null && version !== 1)
    return `schema_version is ${JSON.stringify(version)}, this tool reads 1`;
  const isValid = validator();
  if (isValid(value)) return null;
  return (isValid.errors ?? []).slice(0, 1).map(messageOf).join('') || 'it breaks the schema';
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(error);
    throw new ResultFileError(`${path} can't be read: ${why}.`, { cause: error });
  }
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ResultFileError(`${path} is not JSON: ${(error as Error).message}.`, { cause: error });
  }
}

function versionOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('schema_version' in value)) return null;
  return value.schema_version;
}

function validator(): ValidateFunction<RunResult> {
  if (compiled !== null) return compiled;
  const schema: unknown = JSON.parse(
    readFileSync(new URL('../reports/result.schema.json', import.meta.url), 'utf8'),
  );
  const ajv = new Ajv({ strict: true, allowUnionTypes: true, allErrors: false });
  compiled = ajv.compile<RunResult>(schema as object);
  return compiled;
}

function messageOf(error: ErrorObject): string {
  const where = error.instancePath === '' ? 'the whole' : error.instancePath;
  const allowed =
    error.keyword === 'enum'
      ? ` (${(error.params as { allowedValues: unknown[] }).allowedValues.join(', ')})`
      : '';
  const extra =
    error.keyword === 'additionalProperties'
      ? ` ("${(error.params as { additionalProperty: string }).additionalProperty}")`
      : '';
  return `${where} ${error.message ?? 'is wrong'}${allowed}${extra}`;
}
