import { ACCESS_CHECKS } from './access-checks.ts';
import type { CheckRow } from './check.ts';
import type { DoctorContext } from './context.ts';
import { LEFTOVER_CHECK } from './leftovers.ts';
import { NETWORK_CHECKS } from './network-checks.ts';
import { PATH_CHECKS } from './path-checks.ts';
import { RELATED_CHECKS } from './related-checks.ts';
import { PROXY_CHECK } from './proxy-check.ts';
import { SETTINGS_CHECKS } from './settings-checks.ts';
import { TRIAL_CHECKS } from './trial-checks.ts';

/** The questions of `npm run doctor`, near before far and free before paid. */
export const CHECKS: readonly CheckRow<DoctorContext>[] = [
  ...SETTINGS_CHECKS,
  PROXY_CHECK,
  ...NETWORK_CHECKS,
  ...PATH_CHECKS,
  ...ACCESS_CHECKS,
  ...RELATED_CHECKS,
  LEFTOVER_CHECK,
  ...TRIAL_CHECKS,
];
