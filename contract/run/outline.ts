import { deriveCases } from '../cases/catalogue.ts';
import type { About } from '../cases/case.ts';
import { ranksByRequests } from '../budget/priority.ts';
import { commandFlow, flowOf, type FlowId, type FlowPlan } from '../budget/flows.ts';
import type { Operation } from '../../openapi/registry.ts';
import type { EvidenceLevel } from '../../result/exchange.ts';
import { isSelected, type ContractPlan } from './plan.ts';

/** One entry of the suite as the specs show it, without the way in which it is sent. */
export interface OutlineEntry extends About {
  /** The rule that it is there for. */
  readonly rule: string;
  readonly level: EvidenceLevel;
  /** Where that is written. */
  readonly source: string;
  /** The commands that it is about. */
  readonly commands: readonly string[];
}

/** A flow that the suite asks; the control comes before it. */
export type SuiteFlowId = Exclude<FlowId, 'control/start'>;

/**
 * When each flow is sent, in this order: what takes many calls one after the other begins first, so that the cases fill
 * the time beside it.
 */
const ASKED: Readonly<Record<SuiteFlowId, 'before the cases' | 'after the cases'>> = {
  'lifecycle/others': 'before the cases',
  'lifecycle/during-data': 'before the cases',
  'lifecycle/repeated': 'before the cases',
  'lifecycle/rest-data': 'before the cases',
  'lifecycle/rest-pause': 'before the cases',
  'lifecycle/rest-stop': 'before the cases',
  'lifecycle/rest-paused-resume': 'before the cases',
  'lifecycle/rest-paused-stop': 'before the cases',
  'lifecycle/parallel-starts': 'before the cases',
  'lifecycle/whole': 'before the cases',
  'lifecycle/twins': 'before the cases',
  'lifecycle/parallel': 'before the cases',
  'lifecycle/ended': 'before the cases',
  'team/commands': 'before the cases',
  'model/sequences': 'before the cases',
  'property/kept-maps': 'before the cases',
  'property/violations': 'before the cases',
  'lifecycle/history': 'after the cases',
  'lifecycle/later': 'after the cases',
};

/**
 * All that a plan asks, in the order of asking. Under a budget of requests the most telling comes first: what a bad
 * server needs looked at twice is taken from the least telling.
 */
export function outlineOf(operation: Operation, plan: ContractPlan): readonly OutlineEntry[] {
  const flows = (when: (typeof ASKED)[SuiteFlowId]): readonly OutlineEntry[] =>
    (Object.keys(ASKED) as SuiteFlowId[])
      .filter((id) => ASKED[id] === when)
      .map((id) => ofFlow(operation, flowOf(id)));
  const entries = [
    ...flows('before the cases'),
    ...deriveCases(operation).map(({ id, title, group, command, field, rule, evidence }): OutlineEntry => ({
      ...{ id, title, group, command, field, rule },
      level: evidence.level,
      source: evidence.source,
      commands: [command],
    })),
    ...operation.commands.map((command) => ofFlow(operation, commandFlow(command))),
    ...flows('after the cases'),
  ].filter((entry) => isSelected(plan, entry));
  if (plan.budgetRequests === null) return entries;
  const cases = deriveCases(operation).filter((one) => isSelected(plan, one));
  const rank = ranksByRequests(operation, cases);
  return entries.toSorted((a, b) => rank(a.id) - rank(b.id));
}

/** The positive control as the specs show it. */
export function controlEntry(operation: Operation): OutlineEntry {
  return { ...ofFlow(operation, flowOf('control/start')), commands: ['start'] };
}

function ofFlow(operation: Operation, flow: FlowPlan): OutlineEntry {
  const { id, title, group, command, field, rule, commands } = flow;
  const { level, source } = operation.rule(rule).evidence;
  return { id, title, group, command, field, rule, level, source, commands };
}
