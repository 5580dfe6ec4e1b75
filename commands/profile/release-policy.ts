import { z } from 'zod';
import { GATED, PARTS, type ReleasePolicy } from '../../history/release-gate.ts';
import type { Parsed } from '../../options/option.ts';
import { readYaml, type YamlFile } from './file.ts';

/** The rows of a policy as they stand in its file: what a release has to keep of an earlier run. */

const NOISE_DEFAULT = 0.05;
const LOSS_MOST = 10;

function share(most: number): z.ZodPipe<z.ZodString, z.ZodTransform<number, string>> {
  const takes = { error: `a percentage from 0% to ${most * 100}%, such as 10%` };
  return z
    .string(takes)
    .refine((text) => PERCENTAGE.test(text) && shareOf(text) <= most, takes)
    .transform(shareOf);
}

const PERCENTAGE = /^\d+(\.\d+)?%$/;

function shareOf(text: string): number {
  return Number(text.slice(0, -1)) / 100;
}

const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words): z.ZodType<Words[number]> =>
  z.enum(words, { error: `one of ${words.join(', ')}` });
const text = z.string({ error: 'a name' }).min(1, { error: 'a name' });
const OF_KEYS = { error: 'keys with their values' };

const row = z.strictObject(
  {
    metric: oneOf(GATED),
    scenario: text.optional(),
    step: text.optional(),
    loss: share(LOSS_MOST),
    'when-unsure': oneOf(['inconclusive', 'estimate']).optional(),
  },
  OF_KEYS,
);

export const releasePolicySchema = z.strictObject(
  {
    required: z.array(oneOf(PARTS), { error: `a list of ${PARTS.join(', ')}` }),
    'accepted-drift': oneOf(['allowed', 'refused']).optional(),
    noise: share(1).optional(),
    metrics: z.array(row, { error: 'a list of metrics with their loss' }).min(1, {
      error: 'at least one metric with its loss: a policy without one would hold a release against nothing',
    }),
  },
  OF_KEYS,
);

/** A policy with its file. */
export interface PolicyFile extends Omit<YamlFile<unknown>, 'value'> {
  readonly policy: ReleasePolicy;
}

/** Reads a policy; every issue in it is a sentence that names the file, the line and what to do. */
export function readReleasePolicy(path: string): Parsed<PolicyFile> {
  const read = readYaml(path, releasePolicySchema, { kind: 'a release policy', flag: '--policy' });
  if (!read.ok) return read;
  const { value, ...file } = read.value;
  const policy: ReleasePolicy = {
    required: value.required,
    acceptedDrift: value['accepted-drift'] ?? 'allowed',
    noise: value.noise ?? NOISE_DEFAULT,
    metrics: value.metrics.map((one) => ({
      metric: one.metric,
      scenario: one.scenario ?? null,
      step: one.step ?? null,
      loss: one.loss,
      whenUnsure: one['when-unsure'] ?? 'inconclusive',
    })),
  };
  return { ok: true, value: { ...file, policy } };
}
