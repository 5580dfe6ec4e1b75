import type { Job, Peer, Said } from './peers.ts';
import { inOrder, printTable, quantileOf, startTruth, type TruthLog } from './truth.ts';

const show = (ms: number | null): string => (ms === null ? '–' : ms.toFixed(2));

/**
 * A timer of 5 ms ends half a millisecond later, on average. A stop that began just when a request is due would move
 * all percentiles by one gap or not, by chance, so it begins between two.
 */
const STALL = { rate: 100, everyMs: 10_000, forMs: 1000, phaseMs: 7.5, serviceMs: 5.5 };
const STALL_SECONDS = 20;
/** More than wait at the longest. */
const STALL_CONNECTIONS = 160;
const STALL_CLOSE = 0.02;
const STALL_CLOSE_MS = 0.5;

/** What the schedule says: in each ten seconds, 100 of 1,000 requests wait for what is left of the stall. */
function stallByHand(): readonly number[] {
  const { rate, everyMs, forMs, phaseMs, serviceMs } = STALL;
  return Array.from(
    { length: (rate * everyMs) / 1000 },
    (_, n) => Math.max(0, phaseMs + forMs - ((n + 1) * 1000) / rate) + serviceMs,
  );
}

/**
 * What each request of the schedule had to wait until its response, by the server's own clock; the schedule is where the
 * arrival that was least late puts it. After its stop the server reads what has piled up, some 15 ms long.
 */
function stallByLog({ arrivalsMs, responsesMs }: TruthLog): readonly number[] {
  const dueMs = (n: number): number => (n * 1000) / STALL.rate;
  const originMs = Math.min(...inOrder(arrivalsMs).map((at, n) => at - dueMs(n)));
  return inOrder(responsesMs).map((at, n) => at - originMs - dueMs(n));
}

const STALL_QUANTILES = [
  ['p50', 0.5],
  ['p95', 0.95],
  ['p99', 0.99],
] as const;

async function stallRow(name: string, measure: (job: Job) => Promise<Said>): Promise<readonly string[]> {
  const { rate, everyMs, forMs, phaseMs, serviceMs } = STALL;
  const truth = await startTruth({
    service: { kind: 'constant', ms: serviceMs },
    freeze: { everyMs, forMs, phaseMs },
  });
  const seen = await measure({
    port: truth.port,
    rate,
    connections: STALL_CONNECTIONS,
    seconds: STALL_SECONDS,
    meanMs: 10,
  });
  const log = await truth.log();
  await truth.close();
  const isWhole = Math.abs(log.responses - rate * STALL_SECONDS) <= 1;
  const waitsMs = isWhole ? stallByLog(log) : stallByHand();
  const isMet = STALL_QUANTILES.every(([at, share]) => {
    const [value, right] = [seen[at], quantileOf(waitsMs, share)];
    return value !== null && Math.abs(value - right) <= right * STALL_CLOSE + STALL_CLOSE_MS;
  });
  return [
    name,
    ...STALL_QUANTILES.flatMap(([at, share]) => [show(quantileOf(waitsMs, share)), show(seen[at])]),
    `${log.responses} answered, ${isWhole ? "by the server's log" : 'by hand'}`,
    isMet ? 'met' : 'missed',
  ];
}

/** A server that stops for a second in every ten: what each tool says of it, beside what was true in its own run. */
export async function stallTable(tools: readonly Peer[]): Promise<void> {
  const each = STALL_QUANTILES.flatMap(([at]) => [`${at} true`, 'said']);
  const print = printTable(['1 s stall in 10 s, 100/s', ...each, 'truth', 'goal: 2 % + 0.5 ms']);
  const byHand = STALL_QUANTILES.flatMap(([, share]) => [show(quantileOf(stallByHand(), share)), '–']);
  print(['by hand from the schedule', ...byHand, '', '']);
  for (const { name, measure } of tools)
    print(
      measure === null
        ? [name, ...each.map(() => '–'), 'not installable here', '']
        : await stallRow(name, measure),
    );
}
