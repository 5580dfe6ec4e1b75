import { spawnSync } from 'node:child_process';
import { simulate, type World } from './nights.ts';

/** Otava's own change points over one metric, night by night, as its users run it: an alarm is a change point that was not there. */
const PROGRAM = `
import json, sys
from otava.series import Series, Metric, AnalysisOptions
def points(values):
    s = Series("s", branch=None, time=list(range(len(values))), metrics={"m": Metric(-1, 1.0)}, data={"m": values}, attributes={})
    return {c.index for c in s.analyze(AnalysisOptions()).change_points["m"]}
job = json.load(sys.stdin)
wrong = judged = 0
for values in job["quiet"]:
    known = set()
    for end in range(42, len(values) + 1):
        judged += 1
        now = points(values[:end])
        if any(all(abs(n - k) > 3 for k in known) for n in now): wrong += 1
        known |= now
seen = 0
for values in job["shifted"]:
    at = job["at"]
    seen += any(c >= at - 2 for c in points(values))
print(json.dumps({"wrong": wrong, "judged": judged, "seen": seen, "of": len(job["shifted"])}))
`;

const AT = 66;
const QUIET_MOST = 200;

/** Its row of the table. It looks at a series anew each night, so fewer quiet ones are looked at than shifted ones. */
export function otavaRow(world: World, seeds: number, series: number): string {
  const python = process.env['OTAVA'];
  if (python === undefined)
    return '| Apache Otava 0.8.0 | not installed here (OTAVA names no Python that has it) | | |';
  const valuesOf = (seed: number, nights: number, shift = 0): readonly number[] =>
    [...(simulate(world, seed, nights, shift, AT).metrics[0] ?? [])].map((value) => 100 * Math.exp(value));
  const few = Math.min(QUIET_MOST, series);
  const job = {
    at: AT,
    quiet: Array.from({ length: few }, (_, s) => valuesOf(seeds + s, 116)),
    shifted: Array.from({ length: series }, (_, s) => valuesOf(seeds + 500_000 + s, AT + 7, 0.1)),
  };
  const ran = spawnSync(python, ['-c', PROGRAM], {
    input: JSON.stringify(job),
    encoding: 'utf8',
    timeout: 1_800_000,
  });
  if (ran.status !== 0)
    return `| Apache Otava 0.8.0 | did not run: ${ran.stderr.trim().split('\n').at(-1) ?? ''} | | |`;
  const { wrong, judged, seen, of } = JSON.parse(ran.stdout) as Readonly<Record<string, number>>;
  const percent = (one = 0, all = 1): string => `${((100 * one) / all).toFixed(1)} %`;
  return `| Apache Otava 0.8.0, ${few} and ${series} series | ${percent(wrong, judged)} | | ${percent(seen, of)} |`;
}
