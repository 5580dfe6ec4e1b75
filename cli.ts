import { Command } from 'commander';
import { accept } from './commands/accept.ts';
import type { AcceptTexts } from './commands/accept-options.ts';
import { contract, guarded, load, start } from './commands/commands.ts';
import { outliveReaders } from './commands/console.ts';
import { merge } from './commands/merge.ts';
import { report, reportIndex } from './commands/report.ts';
import { CAPACITY } from './load/capacity/capacity-plan.ts';
import { SCENARIO_NAMES } from './load/scenario.ts';

outliveReaders();

const collect = (value: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  value,
];

/** A command with the options that all have. */
function command(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--out <dir>', 'where the report goes (default: reports/runs/<UTC time>-<id>)')
    .option('--seed <n>', 'repeats the values of an earlier run')
    .option('--plan', 'print target, plan and caps; send nothing')
    .option('--json', 'print one JSON line at the end, everything else on standard error')
    .option('--quiet', 'print the verdict and the report alone')
    .option('--fault <name>', 'switch a fault of the embedded sandbox on (repeatable)', collect)
    .option('--profile <name>', 'another conforming way of the embedded sandbox to answer')
    .option('--latency <time>', 'how long the embedded sandbox takes to answer, like 25ms');
}

function withContractOptions(on: Command): Command {
  return on
    .option('--budget-runs <n>', 'most workflow runs that the contract part may start')
    .option('--budget-requests <n>', 'most requests that the contract part may send')
    .option('--only <pattern>', 'only the cases whose id or title holds this')
    .option('--strict', 'what an RFC says is a failure too');
}

const program = new Command('harness')
  .description('Contract tests and load tests for POST /workflows/v1/workflow-runs')
  .exitOverride((error) => {
    process.exit(error.exitCode === 0 ? 0 : 2);
  });

program.addCommand(
  withContractOptions(command('start', 'the whole night: contract tests, then load scenarios')).action(
    (options: Parameters<typeof start>[0]) => guarded(() => start(options)),
  ),
);

program.addCommand(
  withContractOptions(command('contract', 'the contract tests'))
    .option('--replay <case>', 'only the case of this id')
    .action((options: Parameters<typeof contract>[0]) => guarded(() => contract(options))),
);

program.addCommand(
  command('load', `load scenarios: ${SCENARIO_NAMES.join(', ')}; or ${CAPACITY}`)
    .argument('[names...]', 'the scenarios, one after the other')
    .option('--rate <n>', 'arrivals per second (open model)')
    .option('--concurrency <n>', 'how many at a time (closed model)')
    .option('--duration <time>', 'measured time, like 30s')
    .option('--warmup <time>', 'time before it that is not measured, like 5s')
    .option('--connections <n>', 'connections at most')
    .option('--timeout <time>', 'longest wait for one answer')
    .option('--threshold <expression>', "a limit, like 'latency_ms_p95 < 250' (repeatable)", collect)
    .option('--shape <shape>', 'constant, soak, ramp:10..100, stairs:10..50/5 or spike:200/5s (open model)')
    .option('--arrivals <how>', 'even or poisson (open model)')
    .option(
      '--think <time>',
      'wait between an answer and the next request, like 200ms or 100ms..2s (closed model)',
    )
    .option('--mix <weights>', 'weights of the scenario mixed, like start=1,data=6,resume=3')
    .option('--slo <expression>', "capacity: an objective, like 'latency_ms_p95 < 500' (repeatable)", collect)
    .option('--command <scenario>', 'capacity: what is sent (default: start)')
    .option('--min-rate <n>', 'capacity: the lowest rate that is tried (default: 1)')
    .option('--max-rate <n>', 'capacity: the highest rate that is tried (default: 200)')
    .option('--probe-duration <time>', 'capacity: how long a rate is tried (default: 5s)')
    .option(
      '--soak-duration <time>',
      'capacity: how long the rate found is confirmed (default: three probes)',
    )
    .option('--precision <share>', 'capacity: how near the answer is to be (default: 5%)')
    .option('--data <file>', 'CSV or JSON whose rows fill {{data.COLUMN}} in the run input')
    .option('--new-connections', 'a connection of its own for each request')
    .option('--processes <n>', 'how many processes share the load')
    .option('--shard <i/n>', 'send only this share of the load, like 1/4; merge the results afterwards')
    .option('--start-at <time>', 'when the load begins, like 2030-01-31T22:15:00Z')
    .option(
      '--breaker-failures <share>',
      'failures among the last 100 requests that end the load (default: 50%)',
    )
    .option('--breaker-connects <n>', 'failed connections in a row that end the load (default: 30)')
    .option('--validate <share>', 'answers whose schema is checked: all, 1% (default: up to 200 a second)')
    .action((names: readonly string[], options: Parameters<typeof load>[1]) =>
      guarded(() => load(names, options)),
    ),
);

program.addCommand(
  new Command('merge')
    .description('make one result of the shards of one load')
    .argument('<dirs...>', 'the folders of the runs with --shard')
    .option('--out <dir>', 'where the report goes (default: reports/runs/<UTC time>-<id>)')
    .action((dirs: readonly string[], options: { readonly out?: string }) =>
      guarded(() => merge(dirs, options)),
    ),
);

program.addCommand(
  new Command('accept')
    .description('write drift of a saved run down as expected: by name, with a reason, until a day')
    .argument('[run]', 'the folder of the run, or its result.json')
    .argument('[fingerprints...]', 'the drift, by the fingerprints of its report')
    .option('--all', 'all drift of the run that is not accepted yet')
    .option('--reason <text>', 'why it is expected, in a sentence')
    .option('--until <day>', 'the last day on which that holds, like 2026-11-25 (default: in 90 days)')
    .option('--list', 'show what is accepted, and what has expired')
    .option('--remove <fingerprint>', 'accept it no longer (repeatable)', collect)
    .action((run: string | undefined, fingerprints: readonly string[], options: AcceptTexts) =>
      guarded(() => accept(run, fingerprints, options, new Date())),
    ),
);

program.addCommand(
  new Command('report')
    .description('judge and render a saved result.json again')
    .argument('<file>', 'the result.json')
    .option('--out <dir>', 'where the report goes (default: beside the file)')
    .action((file: string, options: { readonly out?: string }) => guarded(() => report(file, options)))
    .addCommand(
      new Command('index')
        .description('write one page over all runs in a folder')
        .argument('<dir>', 'the folder that holds the runs')
        .action((dir: string) => guarded(() => reportIndex(dir))),
    ),
);

for (const sub of program.commands.flatMap((one) => [one, ...one.commands]))
  sub.exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

await program.parseAsync();
