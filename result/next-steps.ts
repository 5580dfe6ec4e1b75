import type { Inconclusive } from './exchange.ts';

/** What makes a run that could not be judged one that can, by what was in the way; null where another cause says it. */
const STEP_BY_CAUSE: Readonly<Record<Inconclusive['cause'], string | null>> = {
  'environment-down':
    'See that the target is up and can be reached from here (npm run doctor), then repeat the run.',
  'tls-not-verified':
    'Name the authority that signed the certificate in HARNESS_CA_FILE, or have the certificate put right, then repeat the run.',
  'proxy-failed':
    'Run npm run doctor, whose line Proxy says what HTTPS_PROXY or NO_PROXY needs, then repeat the run.',
  'key-refused':
    'Set a valid INTERACTLY_API_KEY (within quotes in .env), and INTERACTLY_HEADERS where the target wants more, then repeat the run.',
  'operation-not-deployed':
    'Check INTERACTLY_BASE_URL with its path prefix, and INTERACTLY_WORKFLOW_ID, then repeat the run.',
  throttled:
    'Have the limit for this key raised, or ask for less (a lower --rate, --budget-requests N), then repeat the run.',
  'run-input-refused':
    'Name a file with the input that this workflow needs in INTERACTLY_RUN_INPUT, then repeat the run.',
  'not-an-api':
    'Point INTERACTLY_BASE_URL at the API itself, past the login or gateway, then repeat the run.',
  'unreadable-response':
    'Have the target, or the gateway before it, keep to Accept-Encoding (identity, or gzip, deflate, br), then repeat the run.',
  'nothing-compared':
    'See in the failures and skipped cases of the report what kept good responses away, then repeat the run.',
  'coverage-incomplete':
    'Ask for all of it: leave out or raise --budget-runs and --budget-requests; under Cases the report says what else was in the way.',
  'not-certified':
    'See in the report which rows of the policy were not evaluated: measure longer, ask for the missing part, or hold it against a run with the same settings.',
  'commands-not-accepted':
    'Choose a workflow that waits for input, or narrow the claim with --commands to those that were accepted.',
  limited:
    'Have the limit of runs at a time raised for this workflow, see that no other runs of it are active, then repeat the run.',
  'too-few-samples':
    'Measure longer (--duration) or at a higher --rate: more responses make the interval narrower.',
  'generator-saturated':
    'Lower the --rate, share the load with --processes N, or send it from a machine with less to do.',
  'too-few-connections':
    'Allow more connections (--connections N, HARNESS_MAX_CONNECTIONS), as many as the note of the step names, or lower the --rate.',
  'runs-ended':
    'Set INTERACTLY_WORKFLOW_ID to a workflow whose runs wait for input, and do not end by themselves, then repeat the run.',
  'runs-not-ready':
    'Lower the --rate, so that runs can be prepared and brought back beside the load, then repeat the run.',
  'budget-exhausted':
    'Raise the cap that was reached (HARNESS_MAX_RUNS, HARNESS_MAX_REQUESTS or HARNESS_MAX_DURATION), or ask for less.',
  'shares-incomplete':
    'Give npm run merge each shard of one load once; where one is incomplete, send all of them again with a new --start-at.',
  'circuit-broken':
    'See in the failures of the report what the target answered, then repeat the run at a lower rate.',
  interrupted: 'Repeat the run, and let it end.',
  'harness-error': 'Report the failure to the owners of this tool, with result.json.',
  'not-run': null,
};

const STEPS_MAX = 3;

/**
 * What to do so that the next run comes to a verdict, for what was in the way of this one, each thing once. After an
 * interruption there is one thing to do, whatever else is unknown.
 */
export function nextSteps(unknown: readonly Inconclusive[]): readonly string[] {
  const interrupted = unknown.filter(({ cause }) => cause === 'interrupted');
  const told = interrupted.length > 0 ? interrupted : unknown;
  const steps = told.flatMap(({ cause, next_step }) => next_step ?? STEP_BY_CAUSE[cause] ?? []);
  return [...new Set(steps)].slice(0, STEPS_MAX);
}
