/**
 * Faults mixed into the responses of servers that count what they received: both equations of the ledger must hold, and
 * the counts must agree to the last request. All mixes run side by side, each with a server of its own. Afterwards a
 * port that refuses: how often is it asked? Traffic goes to 127.0.0.1 alone. `--seconds N`, `--only TEXT`.
 */
import { generate } from 'selfsigned';
import { ledgerImbalance } from '../load/metrics/step-stats.ts';
import type { Ledger, LoadScenario } from '../result/load-result.ts';
import { attack, stepOf } from '../selftest/load/servers.ts';
import { amount, bench, only } from './options.ts';
import { refusedRows } from './refused.ts';
import { startTruth, table, type Certificate, type Fault, type Truth, type TruthLog } from './truth.ts';

const RATE = 20;
const TIMEOUT_S = 5;

/** The fate that each fault must come to. */
const FATE = {
  drop: 'transport_error',
  reset: 'transport_error',
  refuse: 'transport_error',
  truncated: 'transport_error',
  hang: 'timeout',
  'half-open': 'timeout',
  '500': 'http_error',
  '429': 'http_error',
  'slow-body': 'ok',
  'wrong-shape': 'invalid',
  'not-json': 'invalid',
} as const satisfies Record<Fault, keyof Ledger>;

interface Mix {
  readonly name: string;
  readonly faults: readonly { readonly every: number; readonly fault: Fault }[];
  /** What happens to the server in the middle. */
  readonly turn: 'none' | 'restart' | 'trusted certificate' | 'foreign certificate';
}

const single = (fault: Fault, every = 5): Mix => ({ name: fault, faults: [{ every, fault }], turn: 'none' });
const turning = (turn: Mix['turn']): Mix => ({ name: `${turn} in the middle`, faults: [], turn });

const MIXES: readonly Mix[] = [
  single('drop'),
  single('reset'),
  single('refuse', 50),
  single('hang', 20),
  single('500'),
  single('429'),
  single('truncated'),
  single('slow-body'),
  single('wrong-shape'),
  single('not-json'),
  single('half-open', 20),
  {
    name: 'six together',
    faults: [
      { every: 7, fault: 'drop' },
      { every: 11, fault: 'reset' },
      { every: 13, fault: '500' },
      { every: 17, fault: 'hang' },
      { every: 19, fault: 'wrong-shape' },
      { every: 23, fault: 'slow-body' },
    ],
    turn: 'none',
  },
  turning('restart'),
  turning('trusted certificate'),
  turning('foreign certificate'),
];

/** Each has a name of its own, or one would be taken for the other's issuer. */
async function certificate(name: string): Promise<Certificate> {
  const pems = await generate([{ name: 'commonName', value: name }], {
    keySize: 2048,
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  });
  return { key: pems.private, cert: pems.cert };
}

const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** What a mix came to: our scenario, and what each server that played its part has logged. */
interface Played {
  readonly scenario: LoadScenario;
  readonly logs: readonly TruthLog[];
}

async function play({ faults, turn }: Mix): Promise<Played> {
  const isSecure = turn.endsWith('certificate');
  const [first, second] = isSecure ? [await certificate('first'), await certificate('second')] : [null, null];
  const orders = { faults, service: { kind: 'constant', ms: 10 }, keepsLog: false, tls: first } as const;
  let truth: Truth = await startTruth(orders);
  const { port } = truth;
  const trusted = turn === 'trusted certificate' ? second : null;
  const running = attack(port, {
    names: ['data'],
    rate: String(RATE),
    duration: `${options.seconds}s`,
    warmup: '0',
    connections: '40',
    timeout: `${TIMEOUT_S}s`,
    ...(first === null
      ? {}
      : { baseUrl: `https://127.0.0.1:${port}`, ca: `${first.cert}\n${trusted?.cert ?? ''}` }),
  });
  const logs: TruthLog[] = [];
  if (turn !== 'none') await sleep(2000 + options.seconds * 500);
  if (turn === 'restart') {
    logs.push(await truth.quit());
    truth = await startTruth({ ...orders, port });
  } else if (second !== null) truth.renew(second);
  const { scenario } = await running;
  logs.push(await truth.log());
  await truth.close();
  return { scenario, logs };
}

/** What the servers' own counts say about ours: nothing differs, or the difference by name. */
function comparison({ turn }: Mix, ledger: Ledger, logs: readonly TruthLog[]): string {
  const received = logs.reduce((sum, log) => sum + log.received, 0);
  const expected: Partial<Record<keyof Ledger, number>> = {};
  for (const [fault, count] of logs.flatMap(({ byFault }) => Object.entries(byFault)) as [Fault, number][])
    expected[FATE[fault]] = (expected[FATE[fault]] ?? 0) + count;
  const unreceived = ledger.sent - received;
  if (turn !== 'none') {
    const responses = logs.reduce((sum, log) => sum + log.responses, 0);
    const lost = responses - ledger.ok;
    const isExplained =
      unreceived >= 0 && lost >= 0 && ledger.transport_error === received - responses + unreceived + lost;
    const foreign = logs.at(-1)?.bytesAfterRenewal ?? 0;
    const parts = [
      `${unreceived} sent and not received`,
      `${received - responses} received and cut off`,
      `${lost} answered into a closed connection`,
      ...(turn === 'foreign certificate' ? [`${foreign} bytes to the impostor`] : []),
    ];
    const isExact = ledger.sent > 0 && isExplained && (turn !== 'foreign certificate' || foreign === 0);
    return `${isExact ? 'exact' : 'DIFFERS'}: ${parts.join(', ')}`;
  }
  const differing = (['transport_error', 'timeout', 'http_error', 'invalid'] as const).filter(
    (fate) => ledger[fate] !== (expected[fate] ?? 0),
  );
  if (unreceived === 0 && differing.length === 0 && ledger.sent > 0) return 'exact';
  const fates = differing.map((fate) => `${fate} ${ledger[fate]} for ${expected[fate] ?? 0}`);
  return `DIFFERS: ${unreceived} sent and not received; ${fates.join(', ')}`;
}

async function row(mix: Mix): Promise<readonly string[]> {
  const { scenario, logs } = await play(mix);
  const { ledger } = stepOf(scenario, 'data');
  const { intended, shed, sent, ok, http_error, invalid, transport_error, timeout, unfinished } = ledger;
  const received = logs.reduce((sum, log) => sum + log.received, 0);
  return [
    mix.name,
    ...[intended, shed, sent, received, ok, http_error, invalid, transport_error, timeout, unfinished].map(
      String,
    ),
    ledgerImbalance(ledger) ?? 'hold',
    comparison(mix, ledger, logs),
    scenario.inconclusive?.cause ?? '–',
  ];
}

const REFUSED = 'refused port';
const options = bench('accounting', 'Does every request come to its fate, by the count of the server too?')
  .option('--seconds <n>', 'how long each mix lasts', amount, 60)
  .addOption(only([...MIXES.map(({ name }) => name), REFUSED]))
  .parse()
  .opts<{ seconds: number; only: string }>();
const mixes = MIXES.filter(({ name }) => name.includes(options.only));
const fates = ['ok', 'http error', 'invalid', 'transport error', 'timeout', 'unfinished'];
const head = [
  'faults',
  'intended',
  'shed',
  'sent',
  'received',
  ...fates,
  'equations',
  'counts',
  'inconclusive',
];
process.stdout.write(table(head, await Promise.all(mixes.map(row))));
if (options.only === '' || REFUSED.includes(options.only)) {
  const rows = await refusedRows();
  process.stdout.write(
    `\n${table(['a port that refuses', 'seconds', 'attempts by its own count', 'by the kernel', 'goal'], rows)}`,
  );
}
