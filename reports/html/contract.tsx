import type { VNode } from 'preact';
import { count, counted, duration } from '../../result/format.ts';
import type { CaseCounts, ContractResult } from '../../result/contract-result.ts';
import { narrowedTo, OUTCOMES } from '../../result/wording.ts';
import { ResponseMatrix } from './response-matrix.tsx';
import { AssumptionTable } from './assumptions.tsx';
import { CaseTables } from './cases.tsx';
import { ConstraintMatrix } from './constraint-matrix.tsx';
import { CoverageTables } from './coverage.tsx';
import type { FindingChoice } from './finding-choice.ts';
import { CheckMatrix } from './matrix.tsx';
import { Marked } from './parts.tsx';

interface SectionProps {
  readonly contract: ContractResult;
  readonly choice: FindingChoice;
}

/** What was asked of the contract: counts, what was judged by command, field and constraint, assumptions, cases. */
export function ContractSection({ contract, choice }: SectionProps): VNode {
  return (
    <section id="contract" aria-labelledby="contract-title">
      <h2 id="contract-title">Contract</h2>
      <Contract contract={contract} choice={choice} />
    </section>
  );
}

function Contract({ contract, choice }: SectionProps): VNode {
  const only = narrowedTo(contract);
  const linked = choice.anchors;
  return (
    <>
      <div class="stack">
        <CaseCountLine cases={contract.cases} />
        <p class="muted">
          {`${counted(contract.requests_sent, 'request')} in ${duration(contract.duration_ms)}`}
          {contract.strict ? '; strict: what an RFC says counts as a failure' : ''}
          {'. '}
          {only === null ? '' : `${only}.`}
        </p>
        {contract.inconclusive === null ? null : <p>{contract.inconclusive.sentence}</p>}
      </div>
      {wasJudged(contract) ? (
        <div class="folds">
          <CheckMatrix coverage={contract.coverage} findings={contract.findings} linked={linked} />
          <ResponseMatrix coverage={contract.coverage} linked={linked} />
          <ConstraintMatrix contract={contract} linked={linked} />
          <AssumptionTable assumptions={contract.assumptions} />
          <CoverageTables coverage={contract.coverage} />
          <CaseTables outcomes={contract.outcomes} />
        </div>
      ) : (
        <CaseTables outcomes={contract.outcomes} />
      )}
    </>
  );
}

/** Where nothing came to a judgement, tables of what was judged would all be empty. */
function wasJudged({ cases, findings }: ContractResult): boolean {
  return cases.passed + cases.failed + cases.warned > 0 || findings.length > 0;
}

const COUNTED = ['passed', 'failed', 'warned', 'skipped', 'inconclusive'] as const;

/** How many cases there were, and how they came out. */
export function CaseCountLine({ cases }: { readonly cases: CaseCounts }): VNode {
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
