import { batchesOf, type Case } from '../cases/case.ts';
import { deriveCases } from '../cases/catalogue.ts';
import { constraintsOf } from '../budget/coverage.ts';
import { flowsOf } from '../budget/flows.ts';
import type { Command, Operation } from '../../openapi/registry.ts';
import { afterRest } from './flows/after-rest.ts';
import { acceptsCommand } from './flows/commands.ts';
import { keepsDataBeside, leavesOthersAlone, tellsRepetitionsApart } from './flows/interference.ts';
import { lookLater } from './flows/late-inputs.ts';
import { afterTheEnd, areDistinct, areTwo, keepsAll, keepsItself } from './flows/lifecycle.ts';
import { fillUp } from './flows/long-history.ts';
import { keepsTheRules } from './flows/model.ts';
import { keepsAnyMaps, refusesAnyViolation } from './flows/properties.ts';
import { reachesNothing } from './flows/teams.ts';
import { outlineOf, type SuiteFlowId } from './outline.ts';
import type { ContractPlan } from './plan.ts';
import { runBatch } from './run-batch.ts';
import { runCase } from './run-case.ts';
import type { TestItem } from './test-item.ts';

/** How each flow is sent. A flow of the catalogue without an entry here does not compile. */
const FLOW_RUNS: Readonly<Record<SuiteFlowId, Pick<TestItem, 'conduct' | 'isExclusive' | 'usesLiveRun'>>> = {
  'lifecycle/others': { conduct: leavesOthersAlone, isExclusive: true },
  'lifecycle/during-data': { conduct: keepsDataBeside },
  'lifecycle/repeated': { conduct: tellsRepetitionsApart },
  'lifecycle/rest-data': { conduct: afterRest('lifecycle/rest-data') },
  'lifecycle/rest-pause': { conduct: afterRest('lifecycle/rest-pause') },
  'lifecycle/rest-stop': { conduct: afterRest('lifecycle/rest-stop') },
  'lifecycle/rest-paused-resume': { conduct: afterRest('lifecycle/rest-paused-resume') },
  'lifecycle/rest-paused-stop': { conduct: afterRest('lifecycle/rest-paused-stop') },
  'lifecycle/parallel-starts': { conduct: areDistinct },
  'lifecycle/whole': { conduct: keepsItself },
  'lifecycle/twins': { conduct: areTwo },
  'lifecycle/parallel': { conduct: keepsAll },
  'lifecycle/ended': { conduct: afterTheEnd },
  'lifecycle/history': { conduct: fillUp, usesLiveRun: true },
  'lifecycle/later': { conduct: lookLater },
  'team/commands': { conduct: reachesNothing },
  'model/sequences': { conduct: keepsTheRules },
  'property/kept-maps': { conduct: keepsAnyMaps, usesLiveRun: true },
  'property/violations': { conduct: refusesAnyViolation, usesLiveRun: true },
};

/** What comes after all cases: what they have sent to a live run is a part of its history, or still awaited. */
const AFTER_CASES: readonly string[] = ['lifecycle/history', 'lifecycle/later'] satisfies SuiteFlowId[];

/** The flow that leaves runs alive for those that address one. */
const LIVE_RUNS_FROM = ['lifecycle/twins'] satisfies SuiteFlowId[];

/** All that a plan asks, in the order of its outline, and how each entry is sent. */
export function suiteOf(operation: Operation, plan: ContractPlan): readonly TestItem[] {
  const cases = deriveCases(operation);
  const items = new Map(
    [...caseItems(operation, cases), ...flowItems(operation, cases)].map((item) => [item.about.id, item]),
  );
  return outlineOf(operation, plan).flatMap(({ id }) => items.get(id) ?? []);
}

function flowItems(operation: Operation, cases: readonly Case[]): readonly TestItem[] {
  return flowsOf(operation).flatMap((about): readonly TestItem[] => {
    const after = AFTER_CASES.includes(about.id) ? cases.map(({ id }) => id) : about.after;
    if (about.group === 'command')
      return [{ about, after, conduct: acceptsCommand(about.command as Command) }];
    return isPlanned(about.id) ? [{ about, after, ...FLOW_RUNS[about.id] }] : [];
  });
}

function isPlanned(id: string): id is SuiteFlowId {
  return Object.hasOwn(FLOW_RUNS, id);
}

/** A case that others carry has nothing to ask once one of them came through. */
function caseItems(operation: Operation, cases: readonly Case[]): readonly TestItem[] {
  const batches = batchesOf(cases);
  return cases.map((testCase): TestItem => {
    const parts = cases.filter((one) => testCase.carries.includes(one.id));
    return {
      about: testCase,
      usesLiveRun: testCase.base === 'address',
      after: [...(batches.get(testCase.id) ?? []), ...(testCase.base === 'address' ? LIVE_RUNS_FROM : [])],
      conduct: async (session, recorder) => {
        if (!session.carried.has(testCase.id))
          return parts.length === 0
            ? runCase(session, recorder, testCase)
            : runBatch(session, recorder, testCase, parts);
        recorder.lookedForCase(testCase.command, testCase.rule);
        recorder.judged(constraintsOf(operation, testCase));
        return null;
      },
    };
  });
}
