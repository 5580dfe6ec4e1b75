import { AUTHENTICATION_FAULTS } from './faults/authentication.ts';
import { ECHO_FAULTS } from './faults/echo.ts';
import type { Fault, FaultClass } from './faults/fault.ts';
import { LIFECYCLE_FAULTS } from './faults/lifecycle.ts';
import { SHAPE_FAULTS } from './faults/shape.ts';
import { STATUS_FAULTS } from './faults/status.ts';
import { VALIDATION_FAULTS } from './faults/validation.ts';
import { WIRE_FAULTS } from './faults/wire.ts';

export type { Fault, FaultClass, Weight } from './faults/fault.ts';

/** Every defect that the sandbox can commit, class by class. */
export const FAULTS: readonly Fault[] = [
  ...SHAPE_FAULTS,
  ...STATUS_FAULTS,
  ...VALIDATION_FAULTS,
  ...AUTHENTICATION_FAULTS,
  ...LIFECYCLE_FAULTS,
  ...ECHO_FAULTS,
  ...WIRE_FAULTS,
];

/** The classes of faults, in the catalogue's order. */
export const FAULT_CLASSES: readonly FaultClass[] = [
  'shape',
  'status',
  'validation',
  'authentication',
  'lifecycle',
  'wire',
];
