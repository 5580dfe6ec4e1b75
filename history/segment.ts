import type { NightRecord } from './night.ts';

/** What has to be the same for two nights to be measurements of one thing; null stands for what an old record does not tell. */
type Setting = readonly [name: string, value: string | number | null];

/** Why two nights are not of one segment, in words; null where they are. A new revision of the target is no reason: it is what is looked for. */
export function splitBetween(one: NightRecord, other: NightRecord): string | null {
  return splitIn(settingsOf(one), settingsOf(other));
}

/** Why two runs were measured by different means, whatever they sent; null where they were not. */
export function meansSplitBetween(one: NightRecord, other: NightRecord): string | null {
  return splitIn(meansOf(one), meansOf(other));
}

function splitIn(one: readonly Setting[], other: readonly Setting[]): string | null {
  const before = new Map(one);
  const differs = other.filter(([name, value]) => {
    const was = before.get(name);
    return was !== undefined && was !== null && value !== null && was !== value;
  });
  const [first] = differs;
  if (first === undefined) return null;
  const [name, value] = first;
  const more = differs.length === 1 ? '' : `, and ${differs.length - 1} more`;
  return `${name} was ${String(before.get(name))} and is ${String(value)}${more}`;
}

function meansOf({ surroundings }: NightRecord): readonly Setting[] {
  const { cpu, cores, platform, node, measures, workflow, processes, shards } = surroundings;
  return [
    ['the processor', cpu],
    ['the number of cores', cores],
    ['the platform', platform],
    ['the major version of Node', /^v?(\d+)/.exec(node)?.[1] ?? null],
    ['the way of measuring', measures],
    ['the workflow', workflow],
    ['the number of processes', processes],
    ['the number of shards', shards],
  ];
}

function settingsOf(night: NightRecord): readonly Setting[] {
  return [
    ...meansOf(night),
    ...(night.load?.scenarios ?? []).flatMap(
      ({ name, model, warmup_ms: warmup, capacity, steps }): readonly Setting[] =>
        capacity !== null
          ? []
          : [
              [`the model of ${name}`, model],
              [`the warm-up of ${name}`, warmup],
              ...steps.map((step): Setting => [
                `the rate of ${name}, ${step.name}`,
                step.rate_per_second ?? step.concurrency,
              ]),
            ],
    ),
  ];
}
