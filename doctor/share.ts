import { withTexts, type CheckResult, type Facts } from './check.ts';

/** Ends of names that are files and no hosts. */
const FILE_ENDS = ['json', 'env', 'example', 'md', 'ndjson', 'pem', 'ts', 'yaml', 'yml', 'html'];
const HOST = /(?<![\w.-])(?:[a-z0-9*-]+\.)+[a-z][a-z0-9-]+(?![\w-])/gi;
const IPV4 = /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])/g;
const IPV6 = /(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:])/gi;
/** Ids of runs and workflows, UUIDs, and what else is long and of letters and digits. */
const ID =
  /\b(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?=[\w-]*\d)(?=[\w-]*[a-z])[\w-]{16,})\b/gi;
const KEPT = 4;

/**
 * Shortens hosts, addresses and ids in a text, so that it can stand in a ticket.
 * @param others texts that are to be shortened besides: ids and hosts that no pattern knows.
 */
export function shortened(text: string, others: readonly string[]): string {
  const named = [...new Set(others)]
    .filter((one) => one.length > KEPT && !one.includes('[redacted]'))
    .sort((a, b) => b.length - a.length)
    .reduce((rest, one) => rest.replaceAll(one, cut(one)), text);
  return named
    .replace(HOST, (host) => (isFile(host) ? host : cut(host)))
    .replace(IPV4, (address) => (address.startsWith('127.') ? address : `${address.split('.')[0] ?? ''}.…`))
    .replace(IPV6, (address) => (isLoopbackOrTime(address) ? address : `${address.split(':')[0] ?? ''}:…`))
    .replace(ID, (id) => (isVariable(id) ? id : cut(id)));
}

/** A result for a ticket. */
export function sharedResult(result: CheckResult, others: readonly string[]): CheckResult {
  const short = (text: string): string => shortened(text, others);
  const evidence: Facts = Object.fromEntries(
    Object.entries(result.evidence).map(([name, fact]) => [
      name,
      name === 'because' ? fact : withTexts(fact, short),
    ]),
  );
  return {
    ...result,
    what: short(result.what),
    next: result.next === null ? null : short(result.next),
    evidence,
  };
}

function cut(text: string): string {
  return `${text.slice(0, KEPT)}…`;
}

function isFile(name: string): boolean {
  return FILE_ENDS.includes(name.split('.').at(-1)?.toLowerCase() ?? '');
}

/** `12:30:15` looks like an address, and so does `::1`. */
function isLoopbackOrTime(text: string): boolean {
  return text === '::1' || /^\d\d:\d\d:\d\d$/.test(text) || !/[0-9a-f]/i.test(text);
}

/** Names of variables are told as they are. */
function isVariable(text: string): boolean {
  return /^[A-Z][A-Z_]+$/.test(text);
}
