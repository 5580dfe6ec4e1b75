import type { TestDetails } from '@playwright/test';
import { controlEntry, outlineOf, type OutlineEntry } from '../contract/run/outline.ts';
import { readPlan } from '../contract/run/plan.ts';
import { loadOperation } from '../openapi/registry.ts';

/** The description that the specs follow. */
export const operation = loadOperation();

/** The specs; each entry of the suite stands in exactly one. */
type Spec =
  | 'authentication'
  | 'request-body'
  | 'protocol'
  | 'commands'
  | 'lifecycle'
  | 'stored-values'
  | 'properties'
  | 'open-questions';

/** A test: one rule, and the entries of the suite that look at it, which are its steps. */
export interface RuleTest {
  /** The rule's own sentence. */
  readonly title: string;
  /** Tags and annotations. */
  readonly details: TestDetails;
  readonly entries: readonly OutlineEntry[];
}

const ENTRIES = [controlEntry(operation), ...outlineOf(operation, readPlan(process.env))];

/** What a spec shows, in the order of asking. */
export function entriesOf(spec: Spec): readonly OutlineEntry[] {
  return ENTRIES.filter((entry) => specOf(entry) === spec);
}

/** One test for each rule. */
export function rulesOf(entries: readonly OutlineEntry[]): readonly RuleTest[] {
  return [...new Set(entries.map(({ rule }) => rule))].map((id) => {
    const own = entries.filter(({ rule }) => rule === id);
    return { title: operation.rule(id).text, details: detailsOf(id, own), entries: own };
  });
}

function specOf({ group, rule }: OutlineEntry): Spec {
  switch (group) {
    case 'authentication':
    case 'protocol':
      return group;
    case 'negative':
    case 'positive':
    case 'body':
      return 'request-body';
    case 'control':
    case 'command':
      return 'commands';
    case 'lifecycle':
      return ABOUT_WHAT_IS_STORED.includes(rule) ? 'stored-values' : 'lifecycle';
    case 'value':
      return 'stored-values';
    case 'property':
    case 'model':
      return 'properties';
    case 'open-question':
      return 'open-questions';
    default:
      throw new Error(`no spec shows the group ${group}`);
  }
}

const ABOUT_WHAT_IS_STORED: readonly string[] = ['input-echo', 'history-conservation'];

function detailsOf(id: string, entries: readonly OutlineEntry[]): TestDetails {
  const { evidence } = operation.rule(id);
  const sources = new Set([evidence.source, ...entries.map(({ source }) => source)]);
  const tags = entries.flatMap(({ group, level, commands }) => [group, level, ...commands]);
  return {
    tag: [...new Set([id, evidence.level, ...tags])].map((tag) => `@${tag}`),
    annotation: [
      { type: 'rule', description: id },
      ...[...sources].map((source) => ({ type: 'source', description: source })),
    ],
  };
}
