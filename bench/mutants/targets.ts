/** A file of the pure core and the quick tests that must notice any change of it. */
export interface Target {
  readonly file: string;
  readonly tests: readonly string[];
}

const contract = (names: string): readonly string[] => below('contract', names);
const load = (names: string): readonly string[] => below('load', names);
const target = (names: string): readonly string[] => below('target', names);

function below(folder: string, names: string): readonly string[] {
  return names.split(' ').map((name) => `selftest/${folder}/${name}.test.ts`);
}

const RUN_CHECKS = contract('run-views run-history');
const CASES = contract('case-list');
const LEDGER = load('exact-figures step-book');
const VERDICT = below('verdict', 'reasons verdict next-steps');
const HISTORY = below('history', 'changes since');

/** The pure core: what decides over findings, figures and the verdict, and what keeps the key. */
export const TARGETS: readonly Target[] = [
  { file: 'contract/checks/accepted-response.ts', tests: contract('response-checks checks') },
  { file: 'contract/checks/any-response.ts', tests: contract('response-checks checks') },
  { file: 'contract/checks/creation-clock.ts', tests: contract('response-checks creation-clock') },
  { file: 'contract/checks/expectation.ts', tests: contract('intents checks') },
  { file: 'contract/checks/input-echo.ts', tests: RUN_CHECKS },
  { file: 'contract/checks/violation.ts', tests: contract('response-checks checks') },
  { file: 'contract/checks/run-history.ts', tests: RUN_CHECKS },
  { file: 'contract/cases/case.ts', tests: CASES },
  { file: 'contract/cases/catalogue.ts', tests: CASES },
  { file: 'contract/cases/each-command.ts', tests: CASES },
  { file: 'contract/cases/edges.ts', tests: CASES },
  { file: 'contract/cases/envelope.ts', tests: CASES },
  { file: 'contract/cases/negative.ts', tests: CASES },
  { file: 'contract/cases/open-questions.ts', tests: CASES },
  { file: 'contract/cases/pairwise.ts', tests: CASES },
  { file: 'contract/cases/positive.ts', tests: CASES },
  { file: 'contract/cases/transport.ts', tests: CASES },
  { file: 'contract/cases/values.ts', tests: CASES },
  { file: 'contract/checks/control.ts', tests: contract('control-reasons') },
  { file: 'contract/refusal/refusal.ts', tests: contract('refusal-words refusal') },
  { file: 'contract/refusal/echo.ts', tests: contract('refusal-echo') },
  { file: 'contract/refusal/message.ts', tests: contract('refusal-words refusal') },
  { file: 'contract/refusal/places.ts', tests: contract('refusal-places refusal') },
  { file: 'contract/refusal/text.ts', tests: contract('refusal-words refusal-places refusal') },
  { file: 'openapi/timestamp.ts', tests: below('openapi', 'calendar timestamp') },
  { file: 'result/acceptance.ts', tests: below('openapi', 'calendar drift') },
  { file: 'load/arrivals/rate-profile.ts', tests: load('shapes') },
  { file: 'load/arrivals/pacer.ts', tests: load('shapes') },
  { file: 'load/arrivals/think-time.ts', tests: load('shapes') },
  { file: 'load/arrivals/schedule.ts', tests: load('schedule core-share') },
  { file: 'load/arrivals/shard.ts', tests: load('shapes') },
  { file: 'load/scenario/mix.ts', tests: load('shapes') },
  { file: 'load/metrics/quantile.ts', tests: load('quantile') },
  { file: 'load/metrics/clustering.ts', tests: load('design-effect') },
  { file: 'load/metrics/latency-recorder.ts', tests: load('recorder metrics') },
  { file: 'load/metrics/timeline.ts', tests: load('seconds time-span') },
  { file: 'load/metrics/step-stats.ts', tests: LEDGER },
  { file: 'load/metrics/wait-recorders.ts', tests: load('step-book') },
  { file: 'load/engine/circuit-breaker.ts', tests: load('breaker') },
  { file: 'load/metrics/generator-health.ts', tests: load('generator') },
  { file: 'load/metrics/exceedances.ts', tests: load('exceedance-counts') },
  { file: 'load/judge/share-beyond.ts', tests: load('share-beyond') },
  { file: 'load/judge/error-rate.ts', tests: load('error-outcome') },
  { file: 'load/scenario/threshold.ts', tests: load('threshold-text exceedance-counts') },
  { file: 'load/judge/thresholds.ts', tests: load('threshold-outcome threshold-counts') },
  { file: 'load/scenario/validate.ts', tests: load('threshold-reach') },
  { file: 'load/capacity/search.ts', tests: load('capacity-costs capacity-search') },
  { file: 'load/capacity/conclusion.ts', tests: load('probe-judgement') },
  { file: 'load/capacity/judge-probe.ts', tests: load('probe-judgement') },
  { file: 'result/load-failures.ts', tests: VERDICT },
  { file: 'result/verdict.ts', tests: VERDICT },
  { file: 'result/next-steps.ts', tests: VERDICT },
  { file: 'history/since.ts', tests: HISTORY },
  { file: 'history/change.ts', tests: HISTORY },
  { file: 'result/causes.ts', tests: below('verdict', 'causes') },
  { file: 'target/settings.ts', tests: target('limits settings') },
  { file: 'target/retry-after.ts', tests: target('limits') },
  { file: 'target/redaction.ts', tests: target('redaction') },
  { file: 'target/secret-search.ts', tests: target('secret-spans secret-search') },
  { file: 'target/spellings.ts', tests: target('secret-spans') },
];
