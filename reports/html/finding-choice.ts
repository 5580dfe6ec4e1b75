import { anchors } from '../anchors.ts';
import type { RankedCause } from '../../result/causes.ts';
import type { Exchange } from '../../result/exchange.ts';
import type { Finding } from '../../result/contract-result.ts';
import { escapedBytes } from './within.ts';

/** Which causes are shown with their evidence, and under which element id each shown cause stands. */
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
  readonly cause: RankedCause;
  readonly id: string;
}

const FINDINGS_MAX = 200;
const WEIGHT_MAX = 320_000;

/** Chooses what the page shows: at most two hundred causes, and no more text than keeps the page light. */
export function chooseShown(causes: readonly RankedCause[]): FindingChoice {
  const ids = anchors(
    'finding',
    causes.map((cause) => cause.fingerprint),
  );
  const full = new Set<RankedCause>();
  let weight = 0;
  for (const cause of causes) {
    const own = weightOf(cause.first);
    if (full.size >= FINDINGS_MAX || weight + own > WEIGHT_MAX) continue;
    weight += own;
    full.add(cause);
  }
  const shown = causes.flatMap((cause, at) => {
    return full.has(cause) ? [{ cause, id: ids[at] ?? '' }] : [];
  });
  const leftOut = causes.filter((cause) => !full.has(cause));
  return {
    causes: shown,
    causesLeftOut: leftOut.length,
    findingsLeftOut: leftOut.reduce((sum, cause) => sum + cause.findings.length, 0),
    anchors: new Map(
      shown.flatMap(({ cause, id }) =>
        [...cause.consequences, cause].map(({ fingerprint }) => [fingerprint, id] as const),
      ),
    ),
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
