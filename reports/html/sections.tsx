import type { VNode } from 'preact';
import { isAcceptedFailure } from '../../result/accepted.ts';
import { causesOf, rankedCauses, type Cause, type RankedCause } from '../../result/causes.ts';
import { count, counted } from '../../result/format.ts';
import type { RunResult } from '../../result/result.ts';
import { breakingChanges } from '../../result/shape-verdict.ts';
import { verdictMark, type Mark } from '../../result/wording.ts';
import { acceptCommandOf } from '../accept-command.ts';
import { replayOf } from '../replay.ts';
import { AcceptedFailures } from './accepted-failures.tsx';
import { CausesSection } from './causes.tsx';
import { ContractSection } from './contract.tsx';
import { DriftTable } from './drift.tsx';
import { chooseShown, type FindingChoice } from './finding-choice.ts';
import type { Told } from './findings.tsx';
import { FirstScreen } from './first-screen.tsx';
import { HistorySection, historyTone } from './history.tsx';
import { LoadSection } from './load.tsx';
import { ShapeChanges } from './shape-changes.tsx';
import { SpendSection } from './spend.tsx';

/** A part of the page, with its line in the column of contents. */
export interface PageSection {
  /** Id of its element. */
  readonly id: string;
  readonly title: string;
  /** How much it holds; empty for nothing to count. */
  readonly count: string;
  readonly tone: Mark['tone'];
  readonly view: VNode;
}

/** What several sections need of the findings. */
export interface Found {
  readonly open: readonly RankedCause[];
  readonly known: readonly Cause[];
  readonly all: readonly Cause[];
  readonly choice: FindingChoice;
  readonly told: Told;
}

/** The sections of the page in their order. A new one takes its place here, and has its line in the contents by that. */
export function sectionsOf(result: RunResult): readonly PageSection[] {
  const found = foundIn(result);
  return [
    {
      id: 'verdict',
      title: verdictMark(result.verdict).word,
      count: '',
      tone: verdictMark(result.verdict).tone,
      view: <FirstScreen result={result} choice={found.choice} />,
    },
    ...(result.contract === null ? [] : findingSections(result, found)),
    ...(result.contract === null
      ? []
      : [
          {
            id: 'contract',
            title: 'Contract',
            count: counted(result.contract.cases.total, 'case'),
            tone: 'none' as const,
            view: <ContractSection contract={result.contract} choice={found.choice} />,
          },
        ]),
    ...(result.load === null
      ? []
      : [
          {
            id: 'load',
            title: 'Load',
            count: counted(result.load.scenarios.length, 'scenario'),
            tone: 'none' as const,
            view: <LoadSection load={result.load} />,
          },
        ]),
    ...(result.history === undefined
      ? []
      : [
          {
            id: 'history',
            title: 'History',
            count: counted(result.history.nights.length, 'night'),
            tone: historyTone(result.history),
            view: <HistorySection history={result.history} />,
          },
        ]),
    {
      id: 'spend',
      title: 'Spend',
      count: counted(result.spend.workflow_runs_started, 'run'),
      tone: result.spend.ended_by.left_running > 0 ? 'warn' : 'none',
      view: <SpendSection spend={result.spend} />,
    },
  ];
}

function findingSections(result: RunResult, found: Found): readonly PageSection[] {
  const { open, known, all, choice, told } = found;
  const notes = result.contract?.acceptance_notes ?? [];
  const listed = open.filter(({ severity }) => severity !== 'drift');
  const drift = all.filter(({ severity }) => severity === 'drift');
  return [
    {
      id: 'causes',
      title: 'Causes',
      count: count(listed.length),
      tone: listed.some(({ severity }) => severity === 'failure')
        ? 'bad'
        : listed.length > 0
          ? 'warn'
          : 'good',
      view: (
        <CausesSection
          causes={open}
          choice={choice}
          hasAccepted={known.length > 0}
          hasDrift={drift.length > 0}
          told={told}
        />
      ),
    },
    ...(known.length + notes.length === 0
      ? []
      : [
          {
            id: 'accepted',
            title: 'Accepted',
            count: count(known.length),
            tone: 'none' as const,
            view: <AcceptedFailures causes={known} notes={notes} />,
          },
        ]),
    ...(drift.length === 0
      ? []
      : [
          {
            id: 'drift',
            title: 'Drift',
            count: count(drift.length),
            tone: 'drift' as const,
            view: <DriftTable run={result.run} causes={all} linked={choice.anchors} told={told} />,
          },
        ]),
    ...shapeSections(result),
  ];
}

/** Told where something could be held against, or something could not. */
function shapeSections({ contract }: RunResult): readonly PageSection[] {
  const comparison = contract?.shape_comparison;
  const isTold = comparison?.references.some(
    ({ reference, state }) => reference !== 'description' && state !== 'skipped',
  );
  if (comparison === undefined || isTold !== true) return [];
  return [
    {
      id: 'shape',
      title: 'Changes',
      count: count(comparison.changes.length),
      tone: breakingChanges(contract).length > 0 ? 'bad' : comparison.changes.length > 0 ? 'drift' : 'none',
      view: <ShapeChanges comparison={comparison} />,
    },
  ];
}

function foundIn(result: RunResult): Found {
  const { contract, run } = result;
  const findings = contract?.findings ?? [];
  const fresh = new Set(result.since_last?.appeared);
  const all = causesOf(findings);
  const open = rankedCauses(findings.filter((one) => !isAcceptedFailure(one)));
  return {
    all,
    open,
    known: all.filter(({ first }) => isAcceptedFailure(first)),
    choice: chooseShown(open),
    told: {
      replay: (caseId: string, fingerprint: string) =>
        replayOf(run, caseId, contract?.strict ?? false, fingerprint),
      accept: (fingerprints: readonly string[]) => acceptCommandOf(run, fingerprints),
      isSandbox: result.target.is_sandbox,
      isNew: (fingerprint: string) => fresh.has(fingerprint),
      nightsBroken: (fingerprint: string) => result.history?.nights_broken[fingerprint] ?? null,
    },
  };
}
