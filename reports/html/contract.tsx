import type { VNode } from 'preact';
import { acceptCommandOf } from '../accept-command.ts';
import { causesOf } from '../../result/causes.ts';
import { count, counted, duration } from '../../result/format.ts';
import type { CaseCounts, ContractResult } from '../../result/contract-result.ts';
import type { RunResult } from '../../result/result.ts';
import { isAcceptedFailure } from '../../result/accepted.ts';
import { replayOf } from '../replay.ts';
import { narrowedTo, OUTCOMES } from '../../result/wording.ts';
import { AcceptedFailures } from './accepted-failures.tsx';
import { AnswerMatrix } from './answer-matrix.tsx';
import { AssumptionTable } from './assumptions.tsx';
import { CaseTables } from './cases.tsx';
import { ConstraintMatrix } from './constraint-matrix.tsx';
import { CoverageTables } from './coverage.tsx';
import { DriftTable } from './drift.tsx';
import { chooseShown } from './finding-choice.ts';
import { Findings, type Told } from './findings.tsx';
import { CheckMatrix } from './matrix.tsx';
import { Marked } from './parts.tsx';

interface SectionProps {
  readonly result: RunResult;
}

interface ContractProps {
  readonly run: RunResult['run'];
  readonly contract: ContractResult;
  readonly told: Told;
}

/** Everything about the contract: counts, matrix, findings by cause, assumptions, coverage, cases. */
export function ContractSection({ result }: SectionProps): VNode {
  const { contract, run } = result;
  const fresh = new Set(result.since_last?.appeared);
  const told = {
    replay: (caseId: string) => replayOf(run, caseId, contract?.strict ?? false),
    accept: (fingerprint: string) => acceptCommandOf(run, fingerprint),
    isSandbox: result.target.is_sandbox,
    isNew: (fingerprint: string) => fresh.has(fingerprint),
  };
  return (
    <section id="contract" aria-labelledby="contract-title">
      <h2 id="contract-title">Contract</h2>
      {contract === null ? (
        <p>Contract tests were not asked for.</p>
      ) : (
        <Contract run={run} contract={contract} told={told} />
      )}
    </section>
  );
}

function Contract({ run, contract, told }: ContractProps): VNode {
  const causes = causesOf(contract.findings);
  const open = causes.filter(({ first }) => !isAcceptedFailure(first));
  const known = causes.filter(({ first }) => isAcceptedFailure(first));
  const choice = chooseShown(open);
  const only = narrowedTo(contract);
  return (
    <>
      <div class="stack">
        <Counts cases={contract.cases} />
        <p class="muted">
          {`${counted(contract.requests_sent, 'request')} in ${duration(contract.duration_ms)}`}
          {contract.strict ? '; strict: what an RFC says counts as a failure' : ''}
          {'. '}
          {only === null ? '' : `${only}.`}
        </p>
        {contract.inconclusive === null ? null : <p>{contract.inconclusive.sentence}</p>}
      </div>
      <Findings causes={open} choice={choice} hasAccepted={known.length > 0} told={told} />
      <AcceptedFailures causes={known} notes={contract.acceptance_notes ?? []} />
      <DriftTable run={run} causes={causes} linked={choice.anchors} told={told} />
      <CheckMatrix coverage={contract.coverage} findings={contract.findings} linked={choice.anchors} />
      <AnswerMatrix coverage={contract.coverage} linked={choice.anchors} />
      <ConstraintMatrix contract={contract} linked={choice.anchors} />
      <AssumptionTable assumptions={contract.assumptions} />
      <CoverageTables coverage={contract.coverage} />
      <CaseTables outcomes={contract.outcomes} />
    </>
  );
}

const COUNTED = ['passed', 'failed', 'warned', 'skipped', 'inconclusive'] as const;

function Counts({ cases }: { readonly cases: CaseCounts }): VNode {
  return (
    <p class="counts">
      <strong>{counted(cases.total, 'case')}</strong>{' '}
      {COUNTED.map((outcome) => (
        <Marked mark={cases[outcome] === 0 ? { ...OUTCOMES[outcome], tone: 'none' } : OUTCOMES[outcome]}>
          {count(cases[outcome])} {outcome}
        </Marked>
      ))}
    </p>
  );
}
