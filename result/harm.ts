/** What a broken rule does to whoever calls the API, the worst first. */
export type Harm = 'access' | 'data' | 'availability' | 'validation' | 'form';

/** The kinds of harm in their order. */
export const HARMS: readonly Harm[] = ['access', 'data', 'availability', 'validation', 'form'];

/** How each kind is named. */
export const HARM_WORDS: Readonly<Record<Harm, string>> = {
  access: 'access or leak',
  data: 'lost or mixed data',
  availability: '500 or silence',
  validation: 'validation',
  form: 'form',
};

const HARM_BY_CHECK: Readonly<Record<string, Harm>> = {
  'ignored-auth': 'access',
  'team-isolation': 'access',
  'key-echo': 'access',
  'internals-exposure': 'access',
  'run-isolation': 'access',
  'run-identity': 'data',
  'run-uniqueness': 'data',
  'run-addressing': 'data',
  'fixed-fields': 'data',
  'history-conservation': 'data',
  'input-echo': 'data',
  'known-run': 'data',
  'misleading-success': 'data', // whoever goes by the status takes for kept what was refused
  'terminal-status': 'data',
  'pause-persistence': 'data',
  'server-error-absence': 'availability',
  'answer-presence': 'availability',
  'command-acceptance': 'availability',
  'valid-key-acceptance': 'availability',
  'positive-data-acceptance': 'validation',
  'negative-data-rejection': 'validation',
  'malformed-body-rejection': 'validation',
  'unsupported-method': 'validation',
  'json-number-conformance': 'validation',
  'body-framing': 'validation',
  'content-type-parameters': 'validation',
};

/** The harm of a broken rule; what only concerns how a response is written is form. */
export function harmOf(check: string): Harm {
  return HARM_BY_CHECK[check] ?? 'form';
}
