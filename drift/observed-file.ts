import { isRecord, type JsonRecord } from '../result/json.ts';
import { parseVersioned } from './versioned-file.ts';

/** A rule that was confirmed at an environment and accepted: evidence of the level `observed`. */
export interface ObservedRule {
  readonly id: string;
  readonly text: string;
  readonly evidence: 'observed';
  /** The environment that it holds for, by the name of its target. */
  readonly target: string;
  /** The run that confirmed it, and the day of its acceptance, in UTC. */
  readonly run: string;
  readonly accepted_at: string;
}

export const OBSERVED_VERSION = 1;
const TEXTS = ['id', 'text', 'target', 'run', 'accepted_at'] as const;

/** Reads the text of a file of observed rules. @returns the sentence that says what is wrong with it, where it can't be used. */
export function parseObserved(text: string, path: string): readonly ObservedRule[] | string {
  const parsed = parseVersioned(text, path, 'observed_version', OBSERVED_VERSION);
  if (typeof parsed === 'string') return parsed;
  const rules = isRecord(parsed.value) ? parsed.value['rules'] : undefined;
  if (!parsed.isThisVersion || !Array.isArray(rules))
    return `${path} is not a file of observed rules: it has no observed_version ${OBSERVED_VERSION} with a list of rules.`;
  const broken = rules.findIndex((rule: unknown) => !isRule(rule));
  if (broken !== -1)
    return `${path} is not a file of observed rules: /rules/${broken} lacks one of ${TEXTS.join(', ')}; restore it from version control.`;
  const read = rules as readonly ObservedRule[];
  const targets = [...new Set(read.map(({ target }) => target))].sort();
  if (targets.length > 1)
    return `${path} holds rules of ${targets.length} environments (${targets.slice(0, 3).join(', ')}); one file is for one environment, so take the others out.`;
  const twice = read.find(({ id }, i) => read.findIndex((other) => other.id === id) < i);
  if (twice !== undefined) return `${path} holds the rule ${twice.id} twice; take one of them out.`;
  return read;
}

function isRule(value: unknown): value is ObservedRule {
  if (!isRecord(value) || value['evidence'] !== 'observed') return false;
  return TEXTS.every((name) => isText(value, name));
}

function isText(value: JsonRecord, name: string): boolean {
  const at = value[name];
  return typeof at === 'string' && at.trim() !== '';
}

/** The file as text, sorted by rule, in one order of keys. */
export function renderObserved(rules: readonly ObservedRule[]): string {
  const sorted = [...rules]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, text, evidence, target, run, accepted_at }) => ({
      id,
      text,
      evidence,
      target,
      run,
      accepted_at,
    }));
  return `${JSON.stringify({ observed_version: OBSERVED_VERSION, rules: sorted }, null, 2)}\n`;
}
