import type { Known } from '../drift/assess.ts';
import { compareRules, type KnownRule } from '../drift/compare-rules.ts';
import type { ObservedRule } from '../drift/observed-file.ts';
import { acceptedOver, shapeOver } from '../drift/over-nights.ts';
import type { NightRecord } from '../history/night.ts';
import { nightsOf, rulesOver, shapeOfNight } from '../history/observed.ts';
import { markChanges, type AcceptedDrift } from '../result/acceptance.ts';
import type { Assumption, ContractResult } from '../result/contract-result.ts';
import { counted } from '../result/format.ts';
import type { ObservedCommand, ShapeReference } from '../result/shape.ts';
import { readEnvironment, type Environment } from '../target/settings.ts';
import { withAcceptanceNotes } from './accepted.ts';
import { acceptedRules, readObserved, withObserved } from './observed.ts';
import { acceptedShape, withShape, type AcceptedShape } from './shape.ts';
import { servedHash } from './target-revision.ts';

/** What somebody accepted of a target, read before anything is sent. */
export interface AcceptedBaseline {
  readonly shape: AcceptedShape | null;
  readonly rules: readonly ObservedRule[];
}

export const NOTHING_ACCEPTED: AcceptedBaseline = { shape: null, rules: [] };

/** @throws UsageError for a file that can't be used. */
export function readBaseline(target: string, environment: Environment): AcceptedBaseline {
  const own = readEnvironment(environment);
  return { shape: acceptedShape(target, own), rules: readObserved(own) };
}

/** What a contract part is held against: what was accepted, and what earlier runs have seen. */
export interface Reference {
  readonly target: string;
  readonly baseline: AcceptedBaseline;
  readonly accepted: readonly AcceptedDrift[];
  readonly nights: readonly NightRecord[];
  readonly startedAt: Date;
}

/** The contract part with its shape, its served schemas and its ledger held against all that is known. */
export function withKnown(contract: ContractResult, reference: Reference): ContractResult {
  const { target, baseline, accepted, startedAt } = reference;
  const nights = nightsOf(reference.nights, target);
  const own = withObserved(withNightCounts(contract, nights), target, baseline.rules);
  const shaped = knownShapes(contract.shape ?? [], baseline.shape, nights);
  const compared = withShape(own, shaped.known);
  const { shape_comparison: shape } = compared;
  const rules = compareRules(own.assumptions, [
    ...acceptedRules(target, baseline.rules),
    ...rulesOfNights(own.assumptions, nights),
  ]);
  const noted = (result: ContractResult): ContractResult =>
    withAcceptanceNotes(result, accepted, { startedAt, target, nights });
  if (shape === undefined && rules.reference.state === 'skipped') return noted(compared);
  const { references = [], changes = [], notes = [], ...rest } = shape ?? {};
  return noted({
    ...compared,
    shape_comparison: {
      ...rest,
      references: [...references.map(withServed(contract, nights)), rules.reference],
      changes: markChanges([...rules.changes, ...changes], accepted, startedAt, target),
      notes: [...notes, ...shaped.notes, ...clockNotes(reference, nights)],
    },
  });
}

/** Two machines may be apart by so much. */
const CLOCKS_APART_MS = 60_000;

/** What is dated after this run was written by a clock that was ahead, or this one was set back. */
function clockNotes({ baseline, startedAt }: Reference, nights: readonly NightRecord[]): readonly string[] {
  const now = startedAt.getTime() + CLOCKS_APART_MS;
  const acceptedAt = baseline.shape?.acceptedAt ?? '';
  const later = nights.filter(({ started_at: at }) => Date.parse(at) > now);
  return [
    ...(Date.parse(acceptedAt) > now
      ? [
          `The accepted shape is dated ${acceptedAt.slice(0, 19)}Z, after the start of this run: a clock has jumped, so no run adds to its counts until then; set the clock, or accept the shape again.`,
        ]
      : []),
    ...(later.length === 0
      ? []
      : [
          `${counted(later.length, 'earlier run')} in the history dated after the start of this run, up to ${later.at(-1)?.started_at.slice(0, 19) ?? ''}Z: a clock has jumped; each keeps its place by its own date.`,
        ]),
  ];
}

/** Records of nights keep a hash of the served schemas alone: it tells whether they are the same, and not what has changed. */
function withServed(
  contract: ContractResult,
  nights: readonly NightRecord[],
): (reference: ShapeReference) => ShapeReference {
  const now = servedHash(contract);
  const before = nights.findLast(({ revision: { schema_sha256: hash } }) => hash !== null);
  return (reference) => {
    if (reference.reference !== 'live-schema' || reference.state !== 'skipped') return reference;
    if (now === null || before === undefined) return reference;
    const from = `those of the run of ${before.started_at.slice(0, 10)}`;
    return before.revision.schema_sha256 === now
      ? { ...reference, state: 'compared', why: `they are ${from}, by their hash` }
      : {
          ...reference,
          state: 'not-compared',
          why: `they are other ones than ${from}, of which a hash alone is kept; npm run accept -- RUN --shape keeps the schemas to compare with`,
        };
  };
}

function withNightCounts(contract: ContractResult, nights: readonly NightRecord[]): ContractResult {
  const assumptions = contract.assumptions.map((row): Assumption => {
    const before = rulesOver(nights, row.id);
    return { ...row, over_runs: { ...before, [row.state]: before[row.state] + 1 } };
  });
  return { ...contract, assumptions };
}

/** So many earlier runs must have confirmed a rule, and none refuted it, before one that refutes it is a change. */
const NIGHTS_LEAST = 3;

function rulesOfNights(ledger: readonly Assumption[], nights: readonly NightRecord[]): readonly KnownRule[] {
  return ledger.flatMap(({ id, accepted, is_drift: isDrift }) => {
    const { confirmed, refuted } = rulesOver(nights, id);
    if (accepted !== undefined || isDrift === true || refuted > 0 || confirmed < NIGHTS_LEAST) return [];
    return [
      { id, standing: 'observed' as const, source: `confirmed on ${confirmed} nights, refuted on none` },
    ];
  });
}

/** The accepted shape with the counts of the nights since, and what the nights since have seen by themselves. */
function knownShapes(
  now: readonly ObservedCommand[],
  accepted: AcceptedShape | null,
  nights: readonly NightRecord[],
): { readonly known: readonly Known[]; readonly notes: readonly string[] } {
  const since = accepted === null ? '' : accepted.acceptedAt;
  const shapes = nights
    .filter(({ started_at: at }) => at > since)
    .flatMap((night) => {
      const shape = shapeOfNight(night);
      return shape === null || shape.length === 0 ? [] : [shape];
    });
  const over = accepted === null ? null : acceptedOver(accepted.known.shape.commands, shapes, now);
  const own = shapes.length === 0 ? null : shapeOver(shapes, now);
  return {
    known: [
      ...(accepted === null || over === null
        ? []
        : [{ ...accepted.known, shape: { ...accepted.known.shape, commands: over.commands } }]),
      ...(own === null
        ? []
        : [
            {
              shape: {
                commands: own.commands,
                live_schema: { state: 'absent' as const, why: 'records of nights keep none' },
              },
              standing: 'observed' as const,
              source: `what ${counted(shapes.length, 'earlier run')} saw`,
            },
          ]),
    ],
    notes: [...new Set([...(over?.notes ?? []), ...(own?.notes ?? [])])],
  };
}
