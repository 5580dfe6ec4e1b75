import { seededRandom } from '../load/arrivals/random.ts';
import { poissonPace } from '../load/arrivals/pacer.ts';
import { attack, stepOf } from '../selftest/load/servers.ts';
import { serviceTimes } from './services.ts';
import { quantileOf, startTruth, type Service } from './truth.ts';

/** A single server with random arrivals: constant service times (M/D/1) or exponential ones (M/M/1). */
export interface Queue {
  readonly name: string;
  readonly service: Service & { readonly kind: 'constant' | 'exponential' };
  readonly load: number;
}

const MEAN_MS = 50;
export const QUEUES: readonly Queue[] = [0.5, 0.8].flatMap((load) => [
  { name: `M/D/1 at ${load * 100} %`, service: { kind: 'constant', ms: MEAN_MS }, load },
  { name: `M/M/1 at ${load * 100} %`, service: { kind: 'exponential', ms: MEAN_MS }, load },
]);

const ARRIVAL_SEED = 11;
/** Another one, or long services would come with long gaps. */
const SERVICE_SEED = 2029;
const BATCHES = 20;
const CLOSE = 0.02;
const STANDARD_ERRORS = 4;

/** Response times by Lindley's recursion: what one server makes of these arrivals and service times. */
function lindley(arrivalsMs: readonly number[], servicesMs: readonly number[]): readonly number[] {
  let freeAtMs = 0;
  return arrivalsMs.map((atMs, n) => {
    freeAtMs = Math.max(freeAtMs, atMs) + (servicesMs[n] ?? 0);
    return freeAtMs - atMs;
  });
}

/** Share of response times over `ms` in theory, for a queue of this load and mean service time. */
function shareOver({ service, load }: Queue, ms: number): number {
  if (service.kind === 'exponential') return Math.exp((-ms * (1 - load)) / service.ms);
  return 1 - waitAtMost(load, (ms - service.ms) / service.ms);
}

/** Erlang's distribution of the wait in M/D/1; the wait is in service times. */
function waitAtMost(load: number, wait: number): number {
  if (wait < 0) return 0;
  let sum = 0;
  for (let k = 0; k <= Math.floor(wait); k += 1) {
    const x = load * (k - wait);
    let term = Math.exp(-x);
    for (let i = 1; i <= k; i += 1) term *= x / i;
    sum += term;
  }
  return (1 - load) * sum;
}

function meanInTheory({ service, load }: Queue): number {
  return service.kind === 'exponential'
    ? service.ms / (1 - load)
    : service.ms * (1 + load / (2 * (1 - load)));
}

function p99InTheory(queue: Queue): number {
  let [low, high] = [0, 100 * queue.service.ms];
  for (let i = 0; i < 60; i += 1) {
    const middle = (low + high) / 2;
    if (shareOver(queue, middle) > 0.01) low = middle;
    else high = middle;
  }
  return high;
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

/** How many standard errors the mean of a series lies from a value; batch means, as neighbours are alike. */
function errorsFrom(series: readonly number[], expected: number): number {
  const size = Math.floor(series.length / BATCHES);
  const means = Array.from({ length: BATCHES }, (_, i) => meanOf(series.slice(i * size, (i + 1) * size)));
  const centre = meanOf(means);
  const variance = means.reduce((sum, x) => sum + (x - centre) ** 2, 0) / (BATCHES - 1) / BATCHES;
  return Math.abs(meanOf(series) - expected) / Math.sqrt(variance);
}

/** One row: mean and p99 in theory, by the recursion and as measured. */
export async function queueRow(queue: Queue, seconds: number): Promise<readonly string[]> {
  const rate = (queue.load * 1000) / MEAN_MS;
  const truth = await startTruth({
    service: queue.service,
    isQueue: true,
    seed: SERVICE_SEED,
    keepsLog: false,
  });
  const { scenario } = await attack(truth.port, {
    names: ['data'],
    rate: String(rate),
    arrivals: 'poisson',
    seed: String(ARRIVAL_SEED),
    duration: `${seconds}s`,
    warmup: '0',
    connections: '100',
  });
  await truth.close();
  const { latency_us: latency } = stepOf(scenario, 'data');
  const pacer = poissonPace([{ fromRate: rate, toRate: rate, durationMs: seconds * 1000 }], ARRIVAL_SEED);
  const next = serviceTimes(queue.service, seededRandom(SERVICE_SEED));
  const arrivals = Array.from({ length: pacer.count }, (_, n) => pacer.dueMs(n));
  const truthMs = lindley(
    arrivals,
    arrivals.map(() => next()),
  );
  const [mean, p99] = [(latency.mean ?? NaN) / 1000, (latency.p99 ?? NaN) / 1000];
  const [trueMean, trueP99] = [meanOf(truthMs), quantileOf(truthMs, 0.99)];
  const [theoryMean, theoryP99] = [meanInTheory(queue), p99InTheory(queue)];
  const fromMean = errorsFrom(truthMs, theoryMean);
  const fromP99 = errorsFrom(
    truthMs.map((ms) => (ms > theoryP99 ? 1 : 0)),
    0.01,
  );
  const isMet =
    Math.max(Math.abs(mean / trueMean - 1), Math.abs(p99 / trueP99 - 1)) <= CLOSE &&
    Math.max(fromMean, fromP99) <= STANDARD_ERRORS;
  return [
    queue.name,
    String(latency.count),
    ...[theoryMean, trueMean, mean].map((ms) => ms.toFixed(2)),
    ...[theoryP99, trueP99, p99].map((ms) => ms.toFixed(1)),
    `${fromMean.toFixed(1)}, ${fromP99.toFixed(1)}`,
    isMet ? 'met' : 'missed',
  ];
}
