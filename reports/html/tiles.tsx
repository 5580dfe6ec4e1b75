import type { ComponentChildren, VNode } from 'preact';
import { isAcceptedFailure } from '../../result/accepted.ts';
import { causesOf } from '../../result/causes.ts';
import { count, counted, duration, elapsedMs, more } from '../../result/format.ts';
import type { ContractResult } from '../../result/contract-result.ts';
import type { LoadResult } from '../../result/load-result.ts';
import type { RunResult, Spend } from '../../result/result.ts';
import { caseOutcomesText, narrowedTo } from '../../result/wording.ts';
import { Clock, Copied, Moment } from './parts.tsx';

const NAMED_MAX = 3;

/** The figures that the verdict rests on: what was asked, of whom, what was left out, what is accepted, what it cost. */
export function Tiles({ result }: { readonly result: RunResult }): VNode {
  const { run, spend, contract, load } = result;
  return (
    <dl class="facts">
      {contract === null ? null : <Tile name="Contract" {...contractTile(contract)} />}
      {load === null ? null : <Tile name="Load" {...loadTile(load)} />}
      <AcceptedTile contract={contract} />
      <Tile name="Left out" {...leftOutTile(result)} />
      <TargetTile target={result.target} />
      <Tile
        name="Time"
        value={<Moment iso={run.started_at} />}
        more={
          <>
            took {duration(elapsedMs(run.started_at, run.ended_at))}, until{' '}
            <Clock iso={run.ended_at} day={run.started_at} />
          </>
        }
      />
      <Tile name="Spend" value={spendOf(spend)} more={endedOf(spend)} />
      <Tile name="Seed" value={String(run.seed)} more={`run ${run.id}`} />
      <div class="wide">
        <dt>To repeat it</dt>
        <dd>
          <Copied id="command" what="the command" text={run.command} />
        </dd>
      </div>
    </dl>
  );
}

interface TileText {
  readonly value: ComponentChildren;
  readonly more: ComponentChildren;
}

function Tile({ name, value, more: small }: TileText & { readonly name: string }): VNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
      {small === '' ? null : <dd class="small muted">{small}</dd>}
    </div>
  );
}

function contractTile({ cases, findings }: ContractResult): TileText {
  const drift = causesOf(findings).filter(({ severity }) => severity === 'drift').length;
  const found = drift === 0 ? '' : `, ${count(drift)} drift`;
  return { value: counted(cases.total, 'case'), more: `${caseOutcomesText(cases)}${found}` };
}

function loadTile({ scenarios, duration_ms: ms }: LoadResult): TileText {
  const all = scenarios.flatMap(({ thresholds }) => thresholds);
  const met = all.filter(({ outcome }) => outcome === 'met').length;
  return {
    value:
      all.length === 0 ? 'no objective was set' : `${count(met)} of ${counted(all.length, 'objective')} met`,
    more: `${counted(scenarios.length, 'scenario')} in ${duration(ms)}`,
  };
}

/** The failures that somebody answers for, with the name and the last day. */
function AcceptedTile({ contract }: { readonly contract: ContractResult | null }): VNode | null {
  const known = causesOf(contract?.findings ?? []).filter(({ first }) => isAcceptedFailure(first));
  if (known.length === 0) return null;
  return (
    <div>
      <dt>Accepted risks</dt>
      <dd>
        <a href="#accepted">{counted(known.length, 'known failure')}</a>
      </dd>
      {known.slice(0, NAMED_MAX).map(({ first: { title, acceptance } }) => (
        <dd class="small muted">
          {`${title} ${acceptance?.by ?? 'unnamed'}, until ${acceptance?.expires_at ?? 'an unknown day'}`}
        </dd>
      ))}
      {known.length > NAMED_MAX ? <dd class="small muted">{more(known.length - NAMED_MAX)}</dd> : null}
    </div>
  );
}

/** What the verdict says nothing of. */
function leftOutTile({ contract, load }: RunResult): TileText {
  const unseen = (rows: readonly { readonly exercised: number }[] = []): number =>
    rows.filter(({ exercised }) => exercised === 0).length;
  const only = contract === null ? null : narrowedTo(contract);
  const rules = unseen(contract?.coverage.checks);
  const fields = unseen(contract?.coverage.response_fields);
  const cases = (contract?.cases.skipped ?? 0) + (contract?.cases.inconclusive ?? 0);
  const parts = [
    contract === null ? 'Contract tests were not asked for.' : '',
    load === null ? 'Load was not asked for.' : '',
  ].filter((part) => part !== '');
  const all = [
    ...(only === null ? [] : [only]),
    ...(cases === 0 ? [] : [`${counted(cases, 'case')} proved nothing`]),
    ...(rules === 0 ? [] : [`${counted(rules, 'rule')} not judged`]),
    ...(fields === 0 ? [] : [`${counted(fields, 'response field')} never seen`]),
  ];
  if (parts.length + all.length === 0) return { value: 'nothing', more: '' };
  return {
    value: parts.length === 0 ? (all[0] ?? '') : parts.join(' '),
    more: (parts.length === 0 ? all.slice(1) : all).join('; '),
  };
}

/** Whom the run has asked, and which build that was, as far as it is known. */
function TargetTile({ target }: Pick<RunResult, 'target'>): VNode {
  return (
    <div>
      <dt>Target</dt>
      <dd class="url">{target.base_url}</dd>
      <dd class="small muted">{target.is_sandbox ? 'the embedded sandbox' : 'a deployed API'}</dd>
      {buildsOf(target.revision).map((build) => (
        <dd class="small muted">{build}</dd>
      ))}
    </div>
  );
}

const BUILDS_MAX = 4;

/** Which build was asked: what the configuration says, and the headers of responses that name one. */
function buildsOf(revision: RunResult['target']['revision']): readonly string[] {
  const { declared = null, headers = {} } = revision ?? {};
  const named = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  const builds = [...(declared === null ? [] : [`revision ${declared}`]), ...named];
  const rest = builds.length - BUILDS_MAX;
  return rest > 0 ? [...builds.slice(0, BUILDS_MAX), more(rest)] : builds;
}

function spendOf(spend: Spend): string {
  const cap = spend.cap === null ? '' : ` of at most ${count(spend.cap)}`;
  return `${counted(spend.workflow_runs_started, 'workflow run')} started${cap}`;
}

function endedOf({ ended_by: ended, unknown_starts: unknown = 0 }: Spend): string {
  const perhaps = unknown === 0 ? '' : `; perhaps ${more(unknown)}, whose ids were never told`;
  const gone = ended.deleted === undefined ? '' : `${count(ended.deleted)} deleted, `;
  return `${count(ended.stopped)} stopped, ${count(ended.completed)} completed, ${gone}${count(ended.left_running)} left running${perhaps}`;
}
