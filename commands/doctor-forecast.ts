import type { NightlyForecast } from '../doctor/context.ts';
import { readHostLimits } from '../load/options/host-limits.ts';
import type { Operation } from '../openapi/registry.ts';
import type { Environment } from '../target/settings.ts';
import type { Target } from '../target/target.ts';
import { contractChoice } from './commands.ts';
import { expectedSpend, planContract } from './plan.ts';
import { shipped } from './profile-commands.ts';
import { readProfile } from './profile/file.ts';
import { contractTexts, loadOf } from './profile/parts.ts';

const SEED = '1';

/** What `npm run nightly` would come to with these settings, by the profile that comes with this tool. */
export function forecastNightly(
  operation: Operation,
  target: Target,
  own: Environment,
): NightlyForecast | { readonly why: string } {
  const read = readProfile(shipped('nightly'));
  if (!read.ok) return { why: read.issues.join(' ') };
  const { profile } = read.value;
  const { plan: load, issues } = loadOf(read.value, SEED, readHostLimits(own));
  const contract =
    profile.contract === undefined ? null : contractChoice(contractTexts(read.value, { seed: SEED }));
  const wrong = [...issues, ...(contract?.issues ?? [])];
  if (wrong.length > 0) return { why: wrong.join(' ') };
  const plan =
    contract === null
      ? null
      : planContract({ target, stateDir: '', options: { seed: Number(SEED) } }, contract.choice);
  const most = profile['max-runs'] ?? null;
  const cap = target.maxRuns === null ? most : Math.min(most ?? target.maxRuns, target.maxRuns);
  return {
    ...expectedSpend(operation, plan, load),
    cap,
    loadAllowed: load === null || target.loadAllowed,
  };
}
