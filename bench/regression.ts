/**
 * `npm run bench:regression`: how often the decisions of a night are wrong, and what they see, on series whose truth is known;
 * with the rules that others use beside them, on the same series. Judged on seeds of its own: the limits of
 * `history/statistics/decide.ts` were set on seeds below 10,000,000, this uses those above.
 * Options: `--series N` (2,000), `--cells 0,1,others,otava,harder,power` (a row of the first table, or a part); with OTAVA=path of a Python that has apache-otava 0.8.0, that one too.
 */
import { parseArgs } from 'node:util';
import { decideSpeed, isCapacityFallen, isErrorsRisen } from '../history/statistics/decide.ts';
import type { ChangeState } from '../result/history-view.ts';
import { errorScore } from '../history/statistics/errors.ts';
import { judgeFamily } from '../history/statistics/family.ts';
import { powerOf } from '../history/statistics/power.ts';
import { normal, randomFrom, simulate, type Nights, type World } from './nights.ts';
import { otavaRow } from './regression-otava.ts';

const JUDGED_FROM = 10_000_000;
const WHOLE_RUN = 116;
const LEARNED_AT = 66;
const FIRST_JUDGED = 15;
const REJOIN_NIGHTS = 7;

const { values } = parseArgs({
  options: { series: { type: 'string', default: '2000' }, cells: { type: 'string' } },
});
const SERIES = Number(values.series);

const PLAIN: World = { sigma: 0.05, controls: null };
const PAIRED: World = { sigma: 0.05, controls: { share: 0.7, own: 0.01 } };
const CELLS: readonly {
  readonly name: string;
  readonly world: World;
  readonly shifts: readonly (readonly [number, number])[];
}[] = [
  {
    name: 'joint, no controls',
    world: PLAIN,
    shifts: [
      [0.2, 3],
      [0.1, 7],
    ],
  },
  {
    name: 'controls that cancel 70 %',
    world: PAIRED,
    shifts: [
      [0.2, 3],
      [0.1, 7],
      [0.1, 3],
    ],
  },
  {
    name: 'the same at 10 % noise',
    world: { ...PAIRED, sigma: 0.1 },
    shifts: [
      [0.2, 3],
      [0.1, 7],
    ],
  },
  {
    name: 'controls that share nothing',
    world: { sigma: 0.05, controls: { share: 0, own: 0.01 } },
    shifts: [
      [0.2, 3],
      [0.1, 7],
    ],
  },
  {
    name: 'one metric of four shifts',
    world: { ...PLAIN, shifted: 1 },
    shifts: [
      [0.2, 5],
      [0.1, 7],
    ],
  },
];

/** Whether each night of a whole run, with every decision of it, is confirmed. */
function decisionsOf(nights: Nights, from: number, to: number): readonly boolean[] {
  const speed = judgeFamily(nights);
  const capacity = judgeFamily({
    metrics: [nights.capacity.map((value) => -value)],
    controls: null,
    weekdays: nights.weekdays,
  });
  let state: ChangeState = 'quiet';
  let errors = false;
  let fallen = false;
  return Array.from({ length: to - from }, (_, i) => {
    const night = from + i;
    ({ state } = decideSpeed(speed(night), state));
    errors = isErrorsRisen(errorScore(nights.errors, night), errors);
    fallen = isCapacityFallen(capacity(night)?.joint ?? null, fallen);
    return state === 'confirmed' || errors || fallen;
  });
}

/** Beginnings of alarms; one that is back within a week of its end is the same. */
function onsets(alarms: readonly boolean[]): number {
  let quiet = REJOIN_NIGHTS + 1;
  let count = 0;
  for (const alarm of alarms) {
    if (alarm && quiet > REJOIN_NIGHTS) count += 1;
    quiet = alarm ? 0 : quiet + 1;
  }
  return count;
}

function share(count: number, of: number): string {
  return `${((100 * count) / of).toFixed(1)} %`;
}

function falseAlarms(world: World, offset: number): { readonly begun: number; readonly nights: number } {
  let begun = 0;
  for (let s = 0; s < SERIES; s += 1)
    begun += onsets(
      decisionsOf(simulate(world, JUDGED_FROM + offset + s, WHOLE_RUN), FIRST_JUDGED, WHOLE_RUN),
    );
  return { begun, nights: SERIES * (WHOLE_RUN - FIRST_JUDGED) };
}

/** How many series are alarmed about within so many nights of a shift, that were not the night before. */
function seen(world: World, shift: number, within: number, offset: number): number {
  let count = 0;
  for (let s = 0; s < SERIES; s += 1) {
    const nights = simulate(world, JUDGED_FROM + offset + s, LEARNED_AT + within, shift, LEARNED_AT);
    if (decisionsOf(nights, LEARNED_AT, LEARNED_AT + within).includes(true)) count += 1;
  }
  return count;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function table(): void {
  say(`| ${SERIES} series a cell | false alarms of the whole run | seen |`);
  say('| --- | --- | --- |');
  CELLS.forEach(({ name, world, shifts }, cell) => {
    if (values.cells !== undefined && !values.cells.split(',').includes(String(cell))) return;
    const { begun, nights } = falseAlarms(world, cell * 1_000_000);
    const told = shifts.map(
      ([shift, within], i) =>
        `+${shift * 100} % in ${within} nights: ${share(seen(world, shift, within, (cell * 10 + i + 1) * 100_000), SERIES)}`,
    );
    say(
      `| ${name} | ${begun} in ${nights} nights, 1 in ${Math.round(nights / Math.max(1, begun))} | ${told.join('; ')} |`,
    );
  });
}

interface Rule {
  readonly name: string;
  /** Whether it alarms about one metric in one night. */
  readonly alarms: (series: Float64Array, night: number, random: () => number) => boolean;
}

function meanAndSpread(values: Float64Array): readonly [number, number] {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return [mean, Math.sqrt(squares / (values.length - 1))];
}

function beyond(series: Float64Array, night: number, nights: number, sigmas: number): boolean {
  const [mean, spread] = meanAndSpread(series.slice(night - nights, night));
  return (series[night] ?? 0) - mean > sigmas * spread;
}

/** Welch's t on the samples within two runs, 180 each with a coefficient of variation of 0.4: they repeat one night's luck. */
function welch(series: Float64Array, night: number, random: () => number): boolean {
  const spread = 0.4 / Math.sqrt(180);
  const difference =
    (series[night] ?? 0) - (series[night - 1] ?? 0) + (normal(random) - normal(random)) * spread;
  return difference / (spread * Math.SQRT2) > 1.967;
}

const RULES: readonly Rule[] = [
  {
    name: 'last > previous + 10 %',
    alarms: (series, night) => (series[night] ?? 0) - (series[night - 1] ?? 0) > Math.log(1.1),
  },
  { name: 'mean + 3 sigma of 20', alarms: (series, night) => beyond(series, night, 20, 3) },
  { name: 'mean + 4 sigma of 40', alarms: (series, night) => beyond(series, night, 40, 4) },
  { name: 'Welch on within-run samples', alarms: welch },
];

function naive(): void {
  const count = Math.min(SERIES, 2000);
  say('\n| rule of others, one metric | false a night and metric | +20 % in 3 nights | +10 % in 7 nights |');
  say('| --- | --- | --- | --- |');
  for (const { name, alarms } of RULES) {
    const random = randomFrom(7);
    let wrong = 0;
    const hits = [0, 0];
    for (let s = 0; s < count; s += 1) {
      const quiet = simulate(PLAIN, JUDGED_FROM + s, WHOLE_RUN).metrics[0] ?? new Float64Array();
      for (let night = 41; night < WHOLE_RUN; night += 1) if (alarms(quiet, night, random)) wrong += 1;
      [[0.2, 3] as const, [0.1, 7] as const].forEach(([shift, within], i) => {
        const series = simulate(PLAIN, JUDGED_FROM + 500_000 + s, LEARNED_AT + within, shift, LEARNED_AT)
          .metrics[0];
        const within_ = Array.from({ length: within }, (_, n) => LEARNED_AT + n);
        if (series !== undefined && within_.some((night) => alarms(series, night, random)))
          hits[i] = (hits[i] ?? 0) + 1;
      });
    }
    const judged = count * (WHOLE_RUN - 41);
    say(
      `| ${name} | ${share(wrong, judged)} | ${share(hits[0] ?? 0, count)} | ${share(hits[1] ?? 0, count)} |`,
    );
  }
}

/** What is no step: printed, also where it is lost. */
function harder(): void {
  const shapes: readonly { readonly name: string; readonly world: World; readonly within: number }[] = [
    {
      name: 'drift of +1 % a week, in 4 weeks',
      world: { ...PLAIN, shape: (n) => (n < LEARNED_AT ? 0 : ((n - LEARNED_AT) / 7) * 0.01) },
      within: 28,
    },
    {
      name: 'drift of +1 % a week, in 12 weeks',
      world: { ...PLAIN, shape: (n) => (n < LEARNED_AT ? 0 : ((n - LEARNED_AT) / 7) * 0.01) },
      within: 84,
    },
    {
      name: '+20 % for two nights, gone again',
      world: { ...PLAIN, shape: (n) => (n === LEARNED_AT || n === LEARNED_AT + 1 ? Math.log(1.2) : 0) },
      within: 7,
    },
    {
      name: 'variance doubles (no change: false alarms in 28 nights)',
      world: { ...PLAIN, spread: (n) => (n < LEARNED_AT ? 1 : Math.SQRT2) },
      within: 28,
    },
    { name: 'nothing at all, in 28 nights', world: PLAIN, within: 28 },
  ];
  say('\n| what happens | alarmed about |');
  say('| --- | --- |');
  for (const { name, world, within } of shapes)
    say(`| ${name} | ${share(seen(world, 0, within, 8_000_000), SERIES)} |`);
}

/** What the baseline promises to see against what is seen. */
function power(): void {
  say('\n| promised and simulated | promised | simulated |');
  say('| --- | --- | --- |');
  for (const [name, world] of [
    ['no controls', PLAIN],
    ['controls that cancel 70 %', PAIRED],
    ['10 % noise', { ...PAIRED, sigma: 0.1 }],
  ] as const)
    for (const [shift, within] of [
      [0.07, 7],
      [0.1, 3],
      [0.1, 5],
      [0.1, 7],
      [0.15, 3],
    ] as const) {
      let promised = 0;
      for (let s = 0; s < 200; s += 1) {
        const judge = judgeFamily(simulate(world, JUDGED_FROM + 9_000_000 + s, LEARNED_AT));
        promised += powerOf(judge.baseline(LEARNED_AT), Math.log1p(shift), within) / 200;
      }
      const found = seen(world, shift, within, 9_500_000);
      say(
        `| ${name}, +${Math.round(shift * 100)} % in ${within} nights | ${(100 * promised).toFixed(0)} % | ${share(found, SERIES)} |`,
      );
    }
}

const parts = values.cells?.split(',') ?? null;
const isAsked = (part: string): boolean => parts === null || parts.includes(part);
if (parts === null || parts.some((one) => /^\d+$/.test(one))) table();
if (isAsked('others')) naive();
if (isAsked('others') || isAsked('otava')) say(otavaRow(PLAIN, JUDGED_FROM, SERIES));
if (isAsked('harder')) harder();
if (isAsked('power')) power();
