import type { ObservedCommand } from './shape.ts';

/** The responses that are counted and compared together, in words: those to one command, or its refusals with one status. */
export function shapeGroup(one: {
  readonly command: string;
  readonly refused_with?: number | undefined;
}): string {
  return one.refused_with === undefined ? one.command : `${one.command}, refused with ${one.refused_with}`;
}

/** The groups of accepted responses. */
export function acceptedGroups(shape: readonly ObservedCommand[]): readonly ObservedCommand[] {
  return shape.filter((one) => one.refused_with === undefined);
}
