import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import autocannon from 'autocannon';
import { openAttack } from '../load/attack/attack.ts';
import { attack, operation, targetAt } from '../selftest/load/servers.ts';

const SECONDS = 10;
const BARE_SECONDS = 1;
/** After the first attempt at least 50, 100, 200, 400, 800, 1,600, 2,500, 2,500 ms pass: in ten seconds, nine more. */
const ATTEMPTS_MAX = 1 + 9;

/** Connections of this machine that were refused so far, by the kernel's own count; null where it keeps none. */
function refusedSoFar(): number | null {
  try {
    const [names = '', counts = ''] = readFileSync('/proc/net/snmp', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('Tcp:'));
    const at = names.split(' ').indexOf('AttemptFails');
    return at === -1 ? null : Number(counts.split(' ')[at]);
  } catch {
    return null;
  }
}

/** A port on which nobody listens. */
async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

async function counted(
  name: string,
  seconds: number,
  most: number | null,
  attempt: (port: number) => Promise<number | null>,
): Promise<readonly string[]> {
  const before = refusedSoFar();
  const own = await attempt(await closedPort());
  const after = refusedSoFar();
  const kernel = before === null || after === null ? null : after - before;
  const seen = Math.max(own ?? 0, kernel ?? 0);
  return [
    name,
    String(seconds),
    own === null ? '–' : String(own),
    kernel === null ? '–' : String(kernel),
    most === null ? '' : `at most ${most}: ${seen <= most ? 'met' : 'missed'}`,
  ];
}

/** One connection of the engine alone, without the breaker that would end the run. */
async function engineAlone(port: number): Promise<number> {
  let attempts = 0;
  const target = targetAt(`http://127.0.0.1:${port}`);
  const connection = openAttack(
    target,
    operation.path,
    { ceiling: 1, initial: 1, keepsAlive: true, timeoutMs: 1000 },
    {
      free: () => undefined,
      connected: () => undefined,
      connectFailed: () => (attempts += 1),
    },
  );
  await new Promise((done) => setTimeout(done, SECONDS * 1000));
  await connection.close();
  return attempts;
}

/** A whole run: the breaker opens after three attempts of each connection, thirty at most. */
async function wholeRun(port: number): Promise<number | null> {
  const options = { names: ['data'], rate: '50', duration: `${SECONDS}s`, warmup: '0', connections: '40' };
  const { scenario } = await attack(port, options);
  const found = /^(\d+) attempts/.exec(scenario.inconclusive?.sentence ?? '');
  return found === null ? null : Number(found[1]);
}

async function bare(port: number): Promise<number | null> {
  await autocannon({ url: `http://127.0.0.1:${port}`, connections: 1, duration: BARE_SECONDS });
  return null;
}

/** How often a port that refuses is asked, by our own count and by the kernel's. */
export async function refusedRows(): Promise<readonly (readonly string[])[]> {
  return [
    await counted('the engine, one connection', SECONDS, ATTEMPTS_MAX, engineAlone),
    await counted('a whole run, 40 connections', SECONDS, 40 + 30, wholeRun),
    await counted('bare autocannon, one connection', BARE_SECONDS, null, bare),
  ];
}
