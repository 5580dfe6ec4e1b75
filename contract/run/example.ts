import { createHash } from 'node:crypto';
import type { Parameters } from 'fast-check';
import { replayedExample, type ContractPlan } from './plan.ts';

/** How fast-check is to try a property: so many examples of the seed, or the one that a replay names. */
export function checkOf(
  plan: ContractPlan,
  examples: number,
): Pick<Parameters, 'seed' | 'path' | 'numRuns' | 'endOnFailure'> {
  const path = replayedExample(plan);
  if (path === null) return { seed: plan.seed, numRuns: examples, endOnFailure: false };
  return { seed: plan.seed, path, numRuns: 1, endOnFailure: true };
}

/**
 * Counts the examples that a property was tried with. A replay asks one: fast-check goes on to what lies beside the
 * example that it was sent to, as it takes for granted that this one fails.
 */
export function examplesLeft(plan: ContractPlan): () => boolean {
  let tried = 0;
  return () => replayedExample(plan) === null || (tried += 1) <= 1;
}

/** The id under which `--replay`, with the same seed, asks one example of a property again. */
export function exampleId(propertyId: string, path: string | null): string {
  return path === null ? propertyId : `${propertyId}@${path}`;
}

/** An id of one example that follows from its value alone: its canaries do too, so it is sent again to the letter. */
export function exampleOf(propertyId: string, value: unknown): string {
  return `${propertyId}#${createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12)}`;
}
