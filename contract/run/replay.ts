import type { ContractResult, Finding } from '../../result/contract-result.ts';
import type { Exchange } from '../../result/exchange.ts';
import { ms } from '../../result/format.ts';
import { contractInProcess } from './in-process.ts';
import type { ContractPlan } from './plan.ts';
import type { ContractContext } from './playwright.ts';

/**
 * Asks one case again in this process, which takes no test runner: says each request with its response, the one that
 * matters in full, and whether the finding is still there.
 */
export async function replayInProcess(
  plan: ContractPlan,
  { target, signal, say }: ContractContext,
): Promise<ContractResult> {
  const exchanges: Exchange[] = [];
  const contract = await contractInProcess(plan, target, {
    signal,
    exchanged: (exchange) => {
      exchanges.push(exchange);
      say(lineOf(exchange));
    },
  });
  const finding = shownOf(contract.findings, plan.expect);
  const shown = finding?.exchange ?? exchanges.at(-1);
  for (const line of shown === undefined ? [] : linesOf(shown)) say(line);
  for (const line of outcomeLines(contract, plan)) say(line);
  return contract;
}

function shownOf(findings: readonly Finding[], expected: string | null): Finding | undefined {
  const weight = { failure: 0, warning: 1, drift: 2 };
  return (
    findings.find(({ fingerprint }) => fingerprint === expected) ??
    findings.toSorted((a, b) => weight[a.severity] - weight[b.severity])[0]
  );
}

function lineOf({ request, response, failure, duration_ms: took }: Exchange): string {
  const command = /"command": ?"([^"]{1,20})"/.exec(request.body ?? '')?.[1];
  const came = response === null ? `no response (${failure?.kind ?? 'unknown'})` : String(response.status);
  return `asked: ${request.method} ${command ?? request.url} -> ${came} in ${ms(took)} ms`;
}

function linesOf({ request, response, failure }: Exchange): readonly string[] {
  const headers = (pairs: Exchange['request']['headers']): readonly string[] =>
    pairs.map(([name, value]) => `  ${name}: ${value}`);
  return [
    `request: ${request.method} ${request.url}`,
    ...headers(request.headers),
    ...(request.body === null ? [] : [`  ${request.body}`]),
    response === null ? `response: none (${failure?.message ?? 'unknown'})` : `response: ${response.status}`,
    ...(response === null ? [] : [...headers(response.headers), `  ${response.body}`]),
  ];
}

/** What asking again has shown of the finding that was expected, or of the case. */
export function outcomeLines(
  { findings, outcomes, inconclusive }: Pick<ContractResult, 'findings' | 'outcomes' | 'inconclusive'>,
  { expect, replay }: Pick<ContractPlan, 'expect' | 'replay'>,
): readonly string[] {
  const there = findings.filter(({ fingerprint }) => expect === null || fingerprint === expect);
  if (there.length > 0)
    return [...new Map(there.map((one) => [one.fingerprint, one])).values()].map(
      ({ fingerprint, check, title }) => `finding ${fingerprint} is still there: ${check}: ${title}`,
    );
  const what = expect === null ? 'what it broke' : `finding ${expect}`;
  const open = outcomes.find(({ outcome }) => outcome === 'skipped' || outcome === 'inconclusive');
  const reason =
    inconclusive?.sentence ?? open?.reason ?? (outcomes.length === 0 ? 'nothing was asked' : null);
  if (reason !== null) return [`${what} could not be judged again: ${reason}`];
  const [other] = findings;
  const rest =
    other === undefined
      ? 'no check failed'
      : `it breaks something else now, finding ${other.fingerprint}: ${other.check}: ${other.title}`;
  return [`${what} is gone: ${replay ?? 'the case'} was sent again, and ${rest}`];
}
