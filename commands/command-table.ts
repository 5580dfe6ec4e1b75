import { CAPACITY, SCENARIO_NAMES } from '../load/scenario/scenario.ts';
import type { CommandRow, Operands } from '../options/program.ts';
import { guarded } from './guarded.ts';

/** The commands of the command line. Each loads what it runs when it is called, so that none waits for the others. */
export const COMMAND_ROWS: readonly CommandRow[] = [
  {
    name: 'start',
    help: 'everything: contract tests, then load scenarios',
    takes: ['start'],
    examples: [
      ['npm start', 'against the configured target, or the embedded sandbox'],
      ['npm start -- --plan', 'what it would send and spend; sends nothing'],
    ],
    run: (_, texts) => guarded(async () => (await import('./profile-commands.ts')).start(texts)),
  },
  {
    name: 'nightly',
    help: 'what a profile lists for each night: contract tests, then load scenarios',
    takes: ['nightly'],
    examples: [
      ['npm run nightly', 'as config/nightly.yaml says'],
      [
        'npm run nightly -- --config our-nightly.yaml --plan',
        'what another profile would send; sends nothing',
      ],
    ],
    run: (_, texts) => guarded(async () => (await import('./profile-commands.ts')).nightly(texts)),
  },
  {
    name: 'release',
    help: 'what a profile lists before a release: strict contract tests, load scenarios, a capacity search; never on the sandbox',
    takes: ['release'],
    examples: [
      ['npm run release', 'as config/release.yaml says; also writes release.json'],
      ['npm run release -- --plan', 'what it would send and spend; sends nothing'],
      [
        'npm run release -- --against last-release',
        'also compare with the last release, by config/release-policy.yaml',
      ],
      ['npm run release -- --verify reports/runs/one', 'check that a release is unchanged'],
    ],
    run: (_, texts) =>
      guarded(async () => {
        const { verify } = texts;
        if (typeof verify === 'string') return (await import('./verify-release.ts')).verifyRelease(verify);
        return (await import('./profile-commands.ts')).release(texts);
      }),
  },
  {
    name: 'contract',
    help: 'the contract tests',
    takes: ['contract'],
    examples: [
      ['npm run contract -- --budget-runs 40', 'start at most 40 workflow runs'],
      ['npm run contract -- --replay negative/workflow_id/length-23 --seed 1', 'one case again'],
      ['npm run contract -- --fault resume-new-id', 'see a fault of the sandbox found'],
    ],
    run: (_, texts) => guarded(async () => (await import('./commands.ts')).contract(texts)),
  },
  {
    name: 'load',
    help: `load scenarios: ${SCENARIO_NAMES.join(', ')}; or the search ${CAPACITY}`,
    takes: ['load', 'capacity'],
    operands: [{ syntax: '[names...]', help: 'the scenarios, one after the other' }],
    examples: [
      ["npm run load -- start --rate 5 --duration 30s --threshold 'latency_ms_p95 < 800'", 'open model'],
      ['npm run load -- mixed --concurrency 20 --duration 1m', 'closed model'],
      ["npm run load -- capacity --slo 'latency_ms_p95 < 800' --max-rate 20", 'highest rate that keeps it'],
    ],
    run: ([names], texts) => guarded(async () => (await import('./commands.ts')).load(wordsOf(names), texts)),
  },
  {
    name: 'doctor',
    help: 'check what stands between these settings and a run: one line per check, with what to do',
    takes: ['doctor'],
    examples: [
      ['npm run doctor', 'everything; starts one workflow run and stops it'],
      ['npm run doctor -- --free', 'what can be checked without starting a run'],
      ['npm run doctor -- --share', 'the same for a ticket, hosts and ids shortened'],
    ],
    run: (_, texts) => guarded(async () => (await import('./doctor.ts')).doctor(texts)),
  },
  {
    name: 'sweep',
    help: 'stop the workflow runs that interrupted or killed runs of this tool have left behind, as recorded in their ledgers',
    takes: ['sweep'],
    operands: [{ syntax: '[dir]', help: 'the folder of a run, or of several (default: reports/runs)' }],
    examples: [
      ['npm run sweep', 'what is left behind at the configured target; stops nothing'],
      ['npm run sweep -- --yes', 'stop it'],
    ],
    run: ([dir], texts) => guarded(async () => (await import('./sweep.ts')).sweep(wordOf(dir), texts)),
  },
  {
    name: 'merge',
    help: 'join the shards of one load into one result',
    takes: ['merge'],
    operands: [{ syntax: '[dirs...]', help: 'the folders of the runs with --shard' }],
    examples: [['npm run merge -- reports/runs/one reports/runs/two', 'judge both shards as one load']],
    run: ([dirs], texts) => guarded(async () => (await import('./merge.ts')).merge(wordsOf(dirs), texts)),
  },
  {
    name: 'history',
    help: 'the recorded nights: verdicts, trends, missing nights',
    takes: ['history'],
    operands: [{ syntax: '[runs...]', help: 'with --import: more runs to take in' }],
    examples: [
      ['npm run history', 'the latest nights of each target'],
      ['npm run history -- --check', 'exit code 3 where no night was judged for 36 hours'],
      ['npm run history -- --import reports/runs', 'import runs from before there was a history'],
    ],
    run: ([runs], texts) =>
      guarded(async () => (await import('./history.ts')).history(wordsOf(runs), texts, new Date())),
    commands: [
      {
        name: 'label',
        help: 'say of the alarm of a night that the change was real, or that it was a false alarm',
        takes: ['label'],
        operands: [
          { syntax: '<night>', help: 'its id, or its day' },
          { syntax: '<label>', help: 'real or false' },
          { syntax: '<why>', help: 'what was found, in one sentence' },
        ],
        examples: [["npm run history -- label 2026-11-25 false 'a backup ran'", 'a false alarm']],
        run: ([night, label, why], texts) =>
          guarded(async () => {
            const { labelNight } = await import('./history.ts');
            return labelNight(wordOf(night) ?? '', wordOf(label) ?? '', wordOf(why) ?? '', texts, new Date());
          }),
      },
    ],
  },
  {
    name: 'compare',
    help: 'compare two runs: findings, percentiles with intervals, and what else differs',
    takes: ['compare'],
    operands: [
      {
        syntax: '[runs...]',
        help: 'two of: the folder of a run, a result.json, a day, an id, a revision, last, "last GO", "last release"',
      },
    ],
    examples: [
      ["npm run compare -- 'last GO' last", 'what changed since the last GO'],
      [
        'npm run compare -- --live https://a.example https://b.example',
        'the same load on two deployments in turn',
      ],
      ['npm run compare -- reports/runs/one reports/runs/two --json', 'two folders, for a machine'],
    ],
    run: ([runs], texts) =>
      guarded(async () => {
        if (texts['live'] === true)
          return (await import('./compare-live.ts')).compareLive(wordsOf(runs), texts, process.env);
        return (await import('./compare.ts')).compare(wordsOf(runs), texts);
      }),
  },
  {
    name: 'accept',
    help: 'accept drift of a saved run as expected: by fingerprint, with a reason, until a day',
    takes: ['accept'],
    operands: [
      { syntax: '[run]', help: 'the folder of the run, or its result.json' },
      { syntax: '[fingerprints...]', help: 'the drift, by the fingerprints of its report' },
    ],
    examples: [
      ["npm run accept -- reports/runs/one 527dbed6be84 --reason 'announced for May'", 'one kind of drift'],
      ['npm run accept -- --list', 'what is accepted, and until when'],
    ],
    run: ([run, fingerprints], texts) =>
      guarded(async () =>
        (await import('./accept.ts')).accept(wordOf(run), wordsOf(fingerprints), texts, new Date()),
      ),
  },
  {
    name: 'report',
    help: 'judge and render a saved result.json again',
    takes: ['report'],
    operands: [{ syntax: '<file>', help: 'the result.json' }],
    examples: [
      ['npm run report -- reports/runs/one/result.json', 'one run'],
      ['npm run report -- index reports/runs', 'one page over all runs'],
    ],
    run: ([file], texts) =>
      guarded(async () => (await import('./report.ts')).report(wordOf(file) ?? '', texts)),
    commands: [
      {
        name: 'index',
        help: 'write one page over all runs in a folder',
        takes: ['index'],
        operands: [{ syntax: '<dir>', help: 'the folder that holds the runs' }],
        examples: [['npm run report -- index reports/runs', 'every run that is kept, the latest first']],
        run: ([dir]) => guarded(async () => (await import('./report.ts')).reportIndex(wordOf(dir) ?? '')),
      },
    ],
  },
];

function wordOf(operand: Operands[number]): string | undefined {
  return typeof operand === 'object' ? operand[0] : operand;
}

function wordsOf(operand: Operands[number]): readonly string[] {
  return operand === undefined ? [] : [operand].flat();
}
