/** One closed-model load on a port, for a bench that measures this whole process from outside: PORT SECONDS VALIDATE. */
import { attack, stepOf } from '../selftest/load/servers.ts';

const [port = '', seconds = '', validate = ''] = process.argv.slice(2);
const { scenario } = await attack(Number(port), {
  names: ['data'],
  duration: `${seconds}s`,
  warmup: '0',
  concurrency: '64',
  validate,
});
const { ledger } = stepOf(scenario, 'data');
process.stdout.write(`${JSON.stringify({ sent: ledger.sent, ok: ledger.ok })}\n`);
