import { COMMON_OPTIONS } from '../../options/common.ts';
import { list, single, toggle, type CommandName, type Parsed, type ValuesOf } from '../../options/option.ts';
import {
  decimal,
  duration,
  oneOf,
  orIssue,
  percentage,
  valid,
  wholeNumber,
  invalid,
} from '../../options/values.ts';
import { COMMANDS } from '../scenario/request-bodies.ts';
import { CONTROL_CONNECTIONS, DEFAULT_BREAKER, type ScenarioPlan } from '../scenario/plan.ts';
import { readData, type Row } from '../scenario/data-file.ts';
import { parseWeights, type Weights } from '../scenario/mix.ts';
import { DEFAULT_SAMPLING, parseSampling, type Sampling } from '../scenario/sampling.ts';
import { parseShape, RATE_MAX, type Shape, type Arrival, peakPerSecondOf } from '../arrivals/rate-profile.ts';
import { parseShard, parseStartAt, PROCESSES_MAX } from './shares.ts';
import { parseThink, type ThinkTime } from '../arrivals/think-time.ts';
import { parseThreshold, type Threshold } from '../scenario/threshold.ts';
import { WHOLE } from '../arrivals/shard.ts';
import { requestsOf, type Scenario } from '../scenario/scenario.ts';
import { arrivalOf } from './arrivals.ts';
import type { HostLimits } from './host-limits.ts';

const HOUR_MS = 3_600_000;
const PROBE_MS_MAX = 600_000;
const LOAD: readonly CommandName[] = ['load'];
const CAPACITY: readonly CommandName[] = ['capacity'];
const BOTH: readonly CommandName[] = ['load', 'capacity'];

const ARRIVALS = 'When requests are sent:';
const SENT = 'What is sent:';
const TIME = 'How long:';
const CONNECTIONS = 'Connections:';
const JUDGED = 'What is judged:';
const EARLY_END = 'When a load ends early:';
const SHARED = 'Several processes and machines:';
const SEARCH = 'Search for the capacity (load capacity):';

/** The options of a load, and of a search for the capacity. */
export const LOAD_OPTIONS = {
  rate: single({
    placeholder: '<n>',
    help: 'requests due per second, whatever the responses do (open model)',
    group: ARRIVALS,
    commands: [...LOAD, 'compare'],
    parse: decimal({ least: 0.01, most: RATE_MAX }),
    sharedByShards: true,
  }),
  concurrency: single({
    placeholder: '<n>',
    help: 'number of clients, each sending its next request after the response to the last (closed model)',
    group: ARRIVALS,
    commands: LOAD,
    parse: wholeNumber({ least: 1, most: 2000 }),
    sharedByShards: true,
  }),
  shape: single<Shape, Shape>({
    placeholder: '<shape>',
    help: 'constant, soak, ramp:10..100, stairs:10..50/5 or spike:200/5s (open model)',
    group: ARRIVALS,
    commands: LOAD,
    parse: orIssue(parseShape),
    absent: { kind: 'constant' },
    defaultText: 'constant',
    sharedByShards: true,
  }),
  arrivals: single<'even' | 'poisson', 'even'>({
    placeholder: '<how>',
    help: 'even or poisson (open model)',
    group: ARRIVALS,
    commands: BOTH,
    parse: oneOf('even', 'poisson'),
    absent: 'even',
    defaultText: 'even',
    sharedByShards: true,
  }),
  think: single<ThinkTime, ThinkTime>({
    placeholder: '<time>',
    help: 'pause between a response and the next request, such as 200ms or 100ms..2s (closed model)',
    group: ARRIVALS,
    commands: LOAD,
    parse: orIssue(parseThink),
    absent: { leastMs: 0, mostMs: 0 },
    sharedByShards: true,
  }),
  mix: single({
    placeholder: '<weights>',
    help: 'weights of the scenario mixed, such as start=1,data=6,resume=3',
    group: SENT,
    commands: BOTH,
    parse: weights,
    sharedByShards: true,
  }),
  data: single<readonly Row[], readonly Row[]>({
    placeholder: '<file>',
    help: 'CSV or JSON file whose rows fill {{data.COLUMN}} in the run input',
    group: SENT,
    commands: BOTH,
    parse: rows,
    absent: [],
    sharedByShards: true,
  }),
  duration: single({
    placeholder: '<time>',
    help: 'measured time, such as 30s',
    group: TIME,
    commands: LOAD,
    parse: duration({ least: 100, most: 24 * HOUR_MS }),
    sharedByShards: true,
  }),
  warmup: single({
    placeholder: '<time>',
    help: 'time under the same load before the measurement begins, such as 5s',
    group: TIME,
    commands: BOTH,
    parse: duration({ least: 0, most: HOUR_MS }),
    sharedByShards: true,
  }),
  timeout: single({
    placeholder: '<time>',
    help: 'longest wait for one response',
    defaultText: 'HARNESS_TIMEOUT',
    group: TIME,
    commands: BOTH,
    parse: duration({ least: 10, most: 300_000 }),
    sharedByShards: true,
  }),
  connections: single({
    placeholder: '<n>',
    help: 'maximum number of connections; they open as needed',
    defaultText: 'rate × timeout, at most HARNESS_MAX_CONNECTIONS',
    group: CONNECTIONS,
    commands: BOTH,
    parse: wholeNumber({ least: 1, most: 65_535 }),
    sharedByShards: true,
  }),
  newConnections: toggle({
    help: 'open a new connection for each request',
    group: CONNECTIONS,
    commands: BOTH,
    sharedByShards: true,
  }),
  throughProxy: toggle({
    help: 'send the load through the proxy of HTTPS_PROXY, which is then measured too',
    group: CONNECTIONS,
    commands: BOTH,
    sharedByShards: true,
  }),
  threshold: list({
    placeholder: '<expression>',
    help: "a limit, such as 'latency_ms_p95 < 250' (repeatable)",
    group: JUDGED,
    commands: LOAD,
    parse: orIssue(parseThreshold),
    sharedByShards: true,
  }),
  validate: single<Sampling, Sampling>({
    placeholder: '<share>',
    help: 'responses whose schema is checked: all, or a share such as 1%',
    group: JUDGED,
    commands: BOTH,
    parse: orIssue(parseSampling),
    absent: DEFAULT_SAMPLING,
    defaultText: 'up to 200 per second',
    sharedByShards: true,
  }),
  breakerFailures: single<number, number>({
    placeholder: '<share>',
    help: 'share of failures among the last 100 requests that ends the load',
    group: EARLY_END,
    commands: BOTH,
    parse: percentage(
      { least: 0.01, most: 1 },
      'a share of the last hundred requests from 1% to 100%, like 50%; at 100% failures never end the load',
    ),
    absent: DEFAULT_BREAKER.failureShare,
    defaultText: `${DEFAULT_BREAKER.failureShare * 100}%`,
    sharedByShards: true,
  }),
  breakerConnects: single<number, number>({
    placeholder: '<n>',
    help: 'failed connections in a row that end the load',
    group: EARLY_END,
    commands: BOTH,
    parse: wholeNumber({ least: 1, most: 10_000 }),
    absent: DEFAULT_BREAKER.connectFailures,
    defaultText: String(DEFAULT_BREAKER.connectFailures),
    sharedByShards: true,
  }),
  processes: single<number, number>({
    placeholder: '<n>',
    help: 'processes on this machine that share the load',
    group: SHARED,
    commands: BOTH,
    parse: wholeNumber({ least: 1, most: PROCESSES_MAX }),
    absent: 1,
    defaultText: '1',
    inProfile: false,
  }),
  shard: single({
    placeholder: '<i/n>',
    help: 'send only this share of the load, such as 1/4; npm run merge joins the results',
    group: SHARED,
    commands: LOAD,
    parse: parseShard,
    inProfile: false,
  }),
  startAt: single({
    placeholder: '<time>',
    help: 'when the load begins, such as 2030-01-31T22:15:00Z',
    group: SHARED,
    commands: LOAD,
    parse: parseStartAt,
    sharedByShards: true,
    inProfile: false,
  }),
  seed: COMMON_OPTIONS.seed,
  slo: list({
    placeholder: '<expression>',
    help: "an objective, such as 'latency_ms_p95 < 500' (repeatable)",
    group: SEARCH,
    commands: CAPACITY,
    parse: orIssue(parseThreshold),
  }),
  command: single<string, string>({
    placeholder: '<scenario>',
    help: 'the scenario that is sent',
    group: SEARCH,
    commands: CAPACITY,
    parse: valid,
    absent: 'start',
    defaultText: 'start',
  }),
  minRate: single<number, number>({
    placeholder: '<n>',
    help: 'the lowest rate that is tried',
    group: SEARCH,
    commands: CAPACITY,
    parse: decimal({ least: 0.01, most: RATE_MAX }),
    absent: 1,
    defaultText: '1',
  }),
  maxRate: single({
    placeholder: '<n>',
    help: 'the highest rate that is tried',
    group: SEARCH,
    commands: CAPACITY,
    parse: decimal({ least: 0.01, most: RATE_MAX }),
    defaultText: '200',
  }),
  probeDuration: single<number, number>({
    placeholder: '<time>',
    help: 'how long each rate is tried',
    group: SEARCH,
    commands: CAPACITY,
    parse: duration({ least: 500, most: PROBE_MS_MAX }),
    absent: 5000,
    defaultText: '5s',
  }),
  soakDuration: single({
    placeholder: '<time>',
    help: 'how long the rate that was found is confirmed',
    group: SEARCH,
    commands: CAPACITY,
    parse: duration({ least: 500, most: HOUR_MS }),
    defaultText: 'three probes',
  }),
  precision: single<number, number>({
    placeholder: '<share>',
    help: 'how close the result must be',
    group: SEARCH,
    commands: CAPACITY,
    parse: percentage({ least: 0.005, most: 1 }, 'a share from 0.5% to 100%, like 5%'),
    absent: 0.05,
    defaultText: '5%',
  }),
};

function weights(text: string): Parsed<Weights> {
  const parsed = parseWeights(text, COMMANDS);
  return 'issues' in parsed ? invalid(...parsed.issues) : valid(parsed.weights);
}

function rows(path: string): Parsed<readonly Row[]> {
  const parsed = readData(path);
  return 'issue' in parsed ? invalid(parsed.issue) : valid(parsed.rows);
}

type LoadValues = ValuesOf<typeof LOAD_OPTIONS>;

/** What the connections of a load have to fit into. */
export interface ConnectionLimits extends HostLimits {
  readonly processes: number;
  /** How many processes, on all machines together, share the connections. */
  readonly shares: number;
}

/** What one scenario is to do by its defaults and by the options that were given. */
export function planOf(
  scenario: Scenario,
  values: LoadValues,
  limits: ConnectionLimits,
  issues: string[],
): ScenarioPlan {
  const { defaults } = scenario;
  const measured = new Set(measuredIn(scenario));
  const durationMs = values.duration ?? defaults.durationMs;
  const arrival = arrivalOf(values, { ...defaults, durationMs }, issues);
  const applicable = values.threshold.filter(({ command }) => command === null || measured.has(command));
  const own = limits.controls === true ? CONTROL_CONNECTIONS * limits.shares : 0;
  const left = { ...limits, connectionsMax: limits.connectionsMax - own };
  const connections = values.connections ?? connectionsFor(scenario, arrival, values.timeout, left);
  return {
    scenario,
    arrival,
    durationMs,
    warmupMs: values.warmup ?? defaults.warmupMs,
    connections,
    timeoutMs: values.timeout,
    thresholds: limitsOf(
      values.threshold.length === 0 ? null : applicable,
      thresholdsOf(defaults.thresholds),
    ),
    shard: WHOLE,
    sampling: values.validate,
    rows: values.data,
    keepsAlive: !values.newConnections,
    throughProxy: values.throughProxy,
    breaker: { failureShare: values.breakerFailures, connectFailures: values.breakerConnects },
    ...(limits.controls === true ? { controls: connections + own <= limits.connectionsMax } : {}),
  };
}

function thresholdsOf(expressions: readonly string[]): readonly Threshold[] {
  return expressions.flatMap((expression) => {
    const parsed = parseThreshold(expression);
    return 'issue' in parsed ? [] : [parsed];
  });
}

/** The limits asked for, else the scenario's own. Its limit on errors stays until another is given: fast is not enough. */
function limitsOf(
  requested: readonly Threshold[] | null,
  defaults: readonly Threshold[],
): readonly Threshold[] {
  if (requested === null) return defaults;
  const isOnErrors = ({ metric }: Threshold): boolean => metric.kind === 'error_rate';
  return requested.some(isOnErrors) ? requested : [...requested, ...defaults.filter(isOnErrors)];
}

/**
 * In the closed model one connection for each place. In the open one a ceiling: as many as there would be under way if
 * each response took as long as it may, within what is allowed and half of the files that this machine has left.
 */
function connectionsFor(
  scenario: Scenario,
  arrival: Arrival,
  timeoutMs: number | null,
  { connectionsMax, openFilesMax, processes, shares, timeoutMs: usualMs }: ConnectionLimits,
): number {
  if (arrival.model === 'closed') return arrival.concurrency;
  const perSecond = (peakPerSecondOf({ arrival, shard: WHOLE }) ?? 0) * requestsOf(scenario);
  const underWay = Math.ceil((perSecond * (timeoutMs ?? usualMs)) / 1000);
  const files = openFilesMax === null ? Infinity : Math.floor(openFilesMax / 2) * processes;
  return Math.max(shares, Math.min(Math.max(2, underWay), connectionsMax, files));
}

/** What has steps of its own in a scenario: its commands, and where there are several the whole of them. */
export function measuredIn({ commands, name }: Scenario): readonly string[] {
  return commands.length > 1 ? [...commands, name] : commands;
}
