import { anchors } from '../anchors.ts';
import type { Cause } from '../../result/causes.ts';
import type { Exchange } from '../../result/exchange.ts';
import type { Finding } from '../../result/contract-result.ts';
import { escapedBytes } from './within.ts';

/** Which findings are shown in full, and under which element id each shown cause stands. */
export interface FindingChoice {
  readonly causes: readonly ShownCause[];
  /** Causes that are only counted. */
  readonly causesLeftOut: number;
  /** Findings of those causes. */
  readonly findingsLeftOut: number;
  /** Element ids by fingerprint. */
  readonly anchors: ReadonlyMap<string, string>;
}

export interface ShownCause {
  readonly cause: Cause;
  readonly id: string;
  readonly inFull: readonly Finding[];
}

const FINDINGS_MAX = 200;
const IN_FULL_PER_CAUSE = 5;
const WEIGHT_MAX = 480_000;

/**
 * Chooses what the page shows: of each cause at most five findings in full, two hundred in all, and no more text than
 * keeps the page light. Causes come before the second finding of any of them.
 */
export function chooseShown(causes: readonly Cause[]): FindingChoice {
  const ids = anchors(
    'finding',
    causes.map((cause) => cause.fingerprint),
  );
  const full = new Map<Cause, Finding[]>();
  let weight = 0;
  let total = 0;
  for (let nth = 0; nth < IN_FULL_PER_CAUSE; nth += 1) {
    for (const cause of causes) {
      const finding = cause.findings[nth];
      if (finding === undefined || (nth > 0 && !full.has(cause))) continue;
      const own = weightOf(finding);
      if (total >= FINDINGS_MAX || weight + own > WEIGHT_MAX) continue;
      weight += own;
      total += 1;
      full.set(cause, [...(full.get(cause) ?? []), finding]);
    }
  }
  const shown = causes.flatMap((cause, at) => {
    const inFull = full.get(cause);
    return inFull === undefined ? [] : [{ cause, id: ids[at] ?? '', inFull }];
  });
  const leftOut = causes.filter((cause) => !full.has(cause));
  return {
    causes: shown,
    causesLeftOut: leftOut.length,
    findingsLeftOut: leftOut.reduce((sum, cause) => sum + cause.findings.length, 0),
    anchors: new Map(shown.map(({ cause, id }) => [cause.fingerprint, id])),
  };
}

/** Bytes that a finding takes on the page, about. */
function weightOf(finding: Finding): number {
  const texts = [
    finding.title,
    finding.rule,
    finding.case_title,
    finding.case_id,
    finding.case_id,
    finding.curl,
    ...textsOf(finding.exchange),
  ];
  return texts.reduce((sum, text) => sum + escapedBytes(text), 1000);
}

function textsOf(exchange: Exchange | null): readonly string[] {
  if (exchange === null) return [];
  const { request, response, failure } = exchange;
  return [
    request.url,
    ...request.headers.flat(),
    request.body ?? '',
    ...(response === null ? [] : [...response.headers.flat(), response.body]),
    failure?.message ?? '',
  ];
}
