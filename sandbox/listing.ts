import { FAULTS, FAULT_CLASSES, type Fault, type FaultClass } from './faults.ts';
import { PROFILES } from './profiles.ts';

/** All faults by class and all profiles, one line each. */
export function listing(): string {
  return [...FAULT_CLASSES.flatMap(classLines), `Profiles (${PROFILES.length})`, ...profileLines(), ''].join(
    '\n',
  );
}

function classLines(name: FaultClass): readonly string[] {
  const faults = FAULTS.filter((fault) => fault.class === name);
  return [`Faults: ${name} (${faults.length})`, ...faults.map(faultLine), ''];
}

function faultLine({ name, rule, weight, line }: Fault): string {
  const mark = weight === 'failure' ? '' : ` [${weight}]`;
  return `  ${name.padEnd(NAME_WIDTH)}  ${rule.padEnd(RULE_WIDTH)}  ${line}${mark}`;
}

function profileLines(): readonly string[] {
  return PROFILES.map(({ name, line }) => `  ${name.padEnd(PROFILE_WIDTH)}  ${line}`);
}

const NAME_WIDTH = Math.max(...FAULTS.map(({ name }) => name.length));
const RULE_WIDTH = Math.max(...FAULTS.map(({ rule }) => rule.length));
const PROFILE_WIDTH = Math.max(...PROFILES.map(({ name }) => name.length));
