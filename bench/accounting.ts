/**
 * Faults mixed into the answers of a server that counts what it received: both equations of the ledger must hold,
 * and its counts and ours must agree to the last request. Traffic goes to 127.0.0.1 alone.
 */
import { ledgerImbalance } from '../load/ledger.ts';
import type { Ledger } from '../reports/result.ts';
import { attack, stepOf } from '../selftest/load/servers.ts';
import { startTruth, table, type Fault, type TruthLog } from './truth.ts';

const RATE = 50;
const SECONDS = Number(process.argv[2] ?? '8');

interface Mix {
  readonly name: string;
  readonly faults: readonly { readonly every: number; readonly fault: Fault }[];
  readonly restarts?: boolean;
  /** The fate that each fault must come to. */
  readonly fate: Readonly<Partial<Record<Fault, keyof Ledger>>>;
}

const FATE = {
  drop: 'transport_error',
  reset: 'transport_error',
  truncated: 'transport_error',
  hang: 'timeout',
  'half-open': 'timeout',
  '500': 'http_error',
  '429': 'http_error',
  'slow-body': 'ok',
  'wrong-shape': 'invalid',
  'not-json': 'invalid',
} as const satisfies Record<Fault, keyof Ledger>;

const single = (fault: Fault, every = 5): Mix => ({ name: fault, faults: [{ every, fault }], fate: FATE });

const MIXES: readonly Mix[] = [
  ...(Object.keys(FATE) as Fault[]).map((fault) => single(fault)),
  {
    name: 'all together',
    faults: [
      { every: 7, fault: 'drop' },
      { every: 11, fault: 'reset' },
      { every: 13, fault: '500' },
      { every: 17, fault: 'hang' },
      { every: 19, fault: 'wrong-shape' },
      { every: 23, fault: 'slow-body' },
    ],
    fate: FATE,
  },
  { name: 'server restarted', faults: [], restarts: true, fate: {} },
];

async function run(mix: Mix): Promise<readonly string[]> {
  const orders = { faults: mix.faults, service: { kind: 'constant', ms: 10 }, keepsLog: false } as const;
  let truth = await startTruth(orders);
  const { port } = truth;
  const running = attack(port, {
    names: ['data'],
    rate: String(RATE),
    duration: `${SECONDS}s`,
    warmup: '0',
    connections: '40',
    timeout: '1s',
  });
  let before: TruthLog | null = null;
  if (mix.restarts === true) {
    await new Promise((done) => setTimeout(done, 3000 + SECONDS * 500));
    before = await truth.log();
    await truth.close();
    truth = await startTruth({ ...orders, port });
  }
  const { scenario } = await running;
  const log = await truth.log();
  await truth.close();
  return rowOf(mix, stepOf(scenario, 'data').ledger, log, before);
}

function rowOf(mix: Mix, ledger: Ledger, log: TruthLog, before: TruthLog | null): readonly string[] {
  const received = log.received + (before?.received ?? 0);
  const expected: Partial<Record<keyof Ledger, number>> = {};
  for (const [fault, count] of Object.entries(log.byFault) as [Fault, number][]) {
    const fate = mix.fate[fault] ?? 'ok';
    expected[fate] = (expected[fate] ?? 0) + count;
  }
  const differing = (['transport_error', 'timeout', 'http_error', 'invalid'] as const).filter(
    (fate) => ledger[fate] !== (expected[fate] ?? 0),
  );
  const unreceived = ledger.sent - received;
  const isExact = unreceived === 0 && differing.length === 0 && ledger.sent > 0;
  const verdict = isExact
    ? 'exact'
    : before !== null && unreceived >= 0 && unreceived <= ledger.transport_error
      ? `exact; ${unreceived} sent into the restart and never received`
      : `differs: ${unreceived} not received; ${differing.map((fate) => `${fate} ${ledger[fate]} for ${expected[fate] ?? 0}`).join(', ')}`;
  const { intended, shed, sent, ok, http_error, invalid, transport_error, timeout, unfinished } = ledger;
  return [
    mix.name,
    ...[intended, shed, sent, received, ok, http_error, invalid, transport_error, timeout, unfinished].map(
      String,
    ),
    ledgerImbalance(ledger) ?? 'hold',
    verdict,
  ];
}

const rows: (readonly string[])[] = [];
for (const mix of MIXES) rows.push(await run(mix));
process.stdout.write(
  table(
    [
      'faults',
      'intended',
      'shed',
      'sent',
      'received',
      'ok',
      'http error',
      'invalid',
      'transport error',
      'timeout',
      'unfinished',
      'equations',
      'counts',
    ],
    rows,
  ),
);
