import { ACCEPTANCE_FAULTS } from './faults/acceptance.ts';
import { AUTHENTICATION_FAULTS } from './faults/authentication.ts';
import { BY_COMMAND_FAULTS } from './faults/by-command.ts';
import { CONCURRENCY_FAULTS } from './faults/concurrency.ts';
import { CONVERSION_FAULTS } from './faults/conversions.ts';
import { ECHO_FAULTS } from './faults/echo.ts';
import type { Fault, FaultClass } from './faults/fault.ts';
import { LEAKAGE_FAULTS } from './faults/leakage.ts';
import { LIFECYCLE_FAULTS } from './faults/lifecycle.ts';
import { RARE_FAULTS } from './faults/rare.ts';
import { READING_FAULTS } from './faults/reading.ts';
import { REASON_FAULTS } from './faults/reasons.ts';
import { REQUEST_FAULTS } from './faults/requests.ts';
import { MEMORY_FAULTS } from './faults/memory.ts';
import { SHAPE_FAULTS } from './faults/shape.ts';
import { STATE_FAULTS } from './faults/state.ts';
import { STATUS_FAULTS } from './faults/status.ts';
import { TEAM_FAULTS } from './faults/teams.ts';
import { TIME_FAULTS } from './faults/time.ts';
import { VALUE_FAULTS } from './faults/values.ts';
import { VALIDATION_FAULTS } from './faults/validation.ts';
import { WIRE_FAULTS } from './faults/wire.ts';

export type { Fault, FaultClass, Weight } from './faults/fault.ts';

/** Every defect that the sandbox can commit, class by class. */
export const FAULTS: readonly Fault[] = [
  ...SHAPE_FAULTS,
  ...STATUS_FAULTS,
  ...VALIDATION_FAULTS,
  ...AUTHENTICATION_FAULTS,
  ...ACCEPTANCE_FAULTS,
  ...LIFECYCLE_FAULTS,
  ...TIME_FAULTS,
  ...ECHO_FAULTS,
  ...VALUE_FAULTS,
  ...CONVERSION_FAULTS,
  ...BY_COMMAND_FAULTS,
  ...CONCURRENCY_FAULTS,
  ...LEAKAGE_FAULTS,
  ...RARE_FAULTS,
  ...WIRE_FAULTS,
  ...REQUEST_FAULTS,
  ...REASON_FAULTS,
  ...STATE_FAULTS,
  ...MEMORY_FAULTS,
  ...READING_FAULTS,
  ...TEAM_FAULTS,
];

/** The classes of faults, in the catalogue's order. */
export const FAULT_CLASSES: readonly FaultClass[] = [
  'shape',
  'status',
  'wire',
  'validation',
  'acceptance',
  'authentication',
  'echo',
  'history',
  'identity',
  'time',
  'state',
  'teams',
  'concurrency',
  'leakage',
  'rare',
];
