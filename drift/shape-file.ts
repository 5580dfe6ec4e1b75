import { isRecord } from '../result/json.ts';
import type { ObservedCommand, ObservedShape } from '../result/shape.ts';
import { parseVersioned } from './versioned-file.ts';

/** The shape of one environment that somebody accepted: what it is held against from then on. */
export interface ShapeFile {
  readonly shape_version: 1;
  /** The environment that it is of, by the name of its target. */
  readonly target: string;
  readonly accepted_at: string;
  readonly run: string;
  readonly reason: string;
  readonly shape: ObservedShape;
}

export const SHAPE_VERSION = 1;

/** Reads the text of a shape file. @returns the sentence that says what is wrong with it, where it can't be used. */
export function parseShapeFile(text: string, path: string): ShapeFile | string {
  const parsed = parseVersioned(text, path, 'shape_version', SHAPE_VERSION);
  if (typeof parsed === 'string') return parsed;
  const { value } = parsed;
  if (!isRecord(value) || !parsed.isThisVersion || typeof value['target'] !== 'string')
    return `${path} is no file of an accepted shape: it has no shape_version ${SHAPE_VERSION} with a target.`;
  const shape = value['shape'];
  if (!isRecord(shape) || !areCommands(shape['commands']) || !isRecord(shape['live_schema']))
    return `${path} lacks the commands or the live_schema of its shape; accept the shape of a run again.`;
  return value as unknown as ShapeFile;
}

function areCommands(value: unknown): value is readonly ObservedCommand[] {
  return (
    Array.isArray(value) &&
    value.every(
      (one) =>
        isRecord(one) &&
        typeof one['command'] === 'string' &&
        typeof one['responses'] === 'number' &&
        Array.isArray(one['places']) &&
        one['places'].every((place) => isRecord(place) && typeof place['place'] === 'string'),
    )
  );
}

/** The file as text, in one order of keys. */
export function renderShapeFile({
  target,
  accepted_at,
  run,
  reason,
  shape,
}: Omit<ShapeFile, 'shape_version'>): string {
  return `${JSON.stringify({ shape_version: SHAPE_VERSION, target, accepted_at, run, reason, shape }, null, 2)}\n`;
}
