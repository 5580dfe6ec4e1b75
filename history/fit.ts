import type { NightContract, NightRecord, NightScenario, NightStep } from './night.ts';

/** Most bytes of a record, however bad the night was. */
export const RECORD_BYTES_MAX = 60 * 1024;

/** Of all scenarios together. */
const STEPS_MAX = 48;
const TITLE_SHORT = 80;
const KEPT_SHORT = 20;
const FINGERPRINTS_MAX = 1500;

/** The record within its size: what says least is left out first, and what is left out is counted. */
export function fitted(record: NightRecord): NightRecord {
  let fitting = record;
  for (const reduce of REDUCTIONS) {
    if (bytesOf(fitting) <= RECORD_BYTES_MAX) return fitting;
    fitting = reduce(fitting);
  }
  return fitting;
}

export function bytesOf(record: NightRecord): number {
  return Buffer.byteLength(JSON.stringify(record));
}

type Reduce = (record: NightRecord) => NightRecord;

const REDUCTIONS: readonly Reduce[] = [
  eachStep((step) => ({ ...step, curve: [] })),
  eachStep((step) => ({ ...step, bands: [] })),
  ofContract((contract) => ({
    ...contract,
    packed_shape: contract.packed_shape?.filter((one) => one.refused_with === undefined),
  })),
  ofContract((contract) => ({ ...contract, packed_shape: undefined })),
  ofContract((contract) => ({
    ...contract,
    causes: contract.causes.map((cause) => ({ ...cause, title: cause.title.slice(0, TITLE_SHORT) })),
  })),
  ofContract((contract) => ({
    ...contract,
    not_passed: contract.not_passed.slice(0, KEPT_SHORT),
    not_passed_more: contract.not_passed_more + Math.max(0, contract.not_passed.length - KEPT_SHORT),
  })),
  ofContract((contract) => ({
    ...contract,
    causes: contract.causes.map((cause) => ({ ...cause, cases: null })),
  })),
  ofContract((contract) => ({
    ...contract,
    causes: contract.causes.slice(0, KEPT_SHORT),
    more_causes: [
      ...contract.causes.slice(KEPT_SHORT).map(({ fingerprint }) => fingerprint),
      ...contract.more_causes,
    ].slice(0, FINGERPRINTS_MAX),
  })),
  fewerSteps,
  (record) => ({ ...record, reasons: record.reasons.slice(0, 2) }),
];

function fewerSteps(record: NightRecord): NightRecord {
  const each = Math.max(1, Math.floor(STEPS_MAX / Math.max(1, record.load?.scenarios.length ?? 1)));
  return eachScenario((scenario) => ({
    ...scenario,
    steps: scenario.steps.slice(0, each),
    steps_more: scenario.steps_more + Math.max(0, scenario.steps.length - each),
    thresholds: scenario.thresholds.slice(0, each),
  }))(record);
}

function ofContract(change: (contract: NightContract) => NightContract): Reduce {
  return (record) => (record.contract === null ? record : { ...record, contract: change(record.contract) });
}

function eachScenario(change: (scenario: NightScenario) => NightScenario): Reduce {
  return (record) =>
    record.load === null
      ? record
      : { ...record, load: { ...record.load, scenarios: record.load.scenarios.map(change) } };
}

function eachStep(change: (step: NightStep) => NightStep): Reduce {
  return eachScenario((scenario) => ({ ...scenario, steps: scenario.steps.map(change) }));
}
