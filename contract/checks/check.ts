import type { Operation } from '../../openapi/registry.ts';
import type { ApiResponse } from '../../api/exchange.ts';
import type { Violation } from './violation.ts';

/**
 * Every rule that can be broken, by its id in the description, and what is held against it: each response, each response
 * with success, a run over several responses, the call, the case that asks for it, or a flow of several commands.
 */
const CHECKED_AGAINST = {
  'server-error-absence': 'any response',
  'key-echo': 'any response',
  'www-authenticate-conformance': 'any response',
  'allow-header-conformance': 'any response',
  'internals-exposure': 'any response',
  'body-header-agreement': 'any response',
  'status-code-conformance': 'accepted response',
  'content-type-conformance': 'accepted response',
  'response-schema-conformance': 'accepted response',
  'timestamp-zone': 'accepted response',
  'known-values': 'accepted response',
  'undocumented-fields': 'accepted response',
  'misleading-success': 'accepted response',
  'run-identity': 'run',
  'timestamp-order': 'run',
  'creation-clock': 'run',
  'run-uniqueness': 'run',
  'fixed-fields': 'run',
  'history-conservation': 'run',
  'input-echo': 'call',
  'run-isolation': 'call',
  'answer-presence': 'call',
  'valid-key-acceptance': 'call',
  'known-run': 'call',
  'positive-data-acceptance': 'case',
  'negative-data-rejection': 'case',
  'malformed-body-rejection': 'case',
  'json-number-conformance': 'case',
  'body-framing': 'case',
  'content-type-parameters': 'case',
  'ignored-auth': 'case',
  'unsupported-method': 'case',
  'run-addressing': 'case',
  'command-acceptance': 'flow',
  'team-isolation': 'flow',
  'read-back': 'flow',
  'terminal-status': 'flow',
  'pause-persistence': 'flow',
} as const;

/** The id of a check, which is the id of its rule. */
export type CheckId = keyof typeof CHECKED_AGAINST;

/** The ids of the checks that are held against something of a kind. */
export type CheckOf<Kind extends (typeof CHECKED_AGAINST)[CheckId]> = {
  [Id in CheckId]: (typeof CHECKED_AGAINST)[Id] extends Kind ? Id : never;
}[CheckId];

/** One check: whether it has something to look at, and what it finds. */
export interface Check<Seen> {
  readonly applies: (seen: Seen) => boolean;
  readonly check: (seen: Seen) => readonly Violation[];
}

/** The checks of a kind, one for each rule of it: one that is missing or misspelt does not compile. */
export type Checks<Kind extends (typeof CHECKED_AGAINST)[CheckId], Seen> = Readonly<
  Record<CheckOf<Kind>, Check<Seen>>
>;

/** A response, for the checks that need nothing else. */
export interface SeenResponse {
  readonly operation: Operation;
  readonly response: ApiResponse;
}

/**
 * Puts what was seen through all checks that apply to it.
 * @param looked is told of each that had something to look at, whatever it found.
 * @throws when a check finds what is another's to find: a bug in this tool.
 */
export function runChecks<Seen>(
  checks: Readonly<Record<string, Check<Seen>>>,
  seen: Seen,
  looked: (id: CheckId) => void,
): readonly Violation[] {
  return Object.entries(checks).flatMap(([id, { applies, check }]) => {
    if (!isCheckId(id) || !applies(seen)) return [];
    looked(id);
    const found = check(seen);
    const other = found.find((violation) => violation.check !== id);
    if (other !== undefined) throw new Error(`the check ${id} found a violation of ${other.check}`);
    return found;
  });
}

/** True of an id that names a check. */
export function isCheckId(id: string): id is CheckId {
  return Object.hasOwn(CHECKED_AGAINST, id);
}

/** The rules of a description that can be broken and have no check, and the checks that it has no rule for. */
export function unmatched(operation: Operation): {
  readonly rulesWithoutCheck: readonly string[];
  readonly checksWithoutRule: readonly string[];
} {
  const rules = operation.rules.filter(({ evidence }) => evidence.level !== 'assumed').map(({ id }) => id);
  return {
    rulesWithoutCheck: rules.filter((id) => !isCheckId(id)),
    checksWithoutRule: Object.keys(CHECKED_AGAINST).filter((id) => !rules.includes(id)),
  };
}
