import { readEnvironment, type Environment } from '../target/settings.ts';
import type { Target } from '../target/target.ts';
import type { CommonTexts } from './options.ts';

/** What a profile says of the target, and of what may be spent and waited for. */
export interface Limits {
  /** When the embedded sandbox may stand in for a target that is not configured. */
  readonly sandbox: 'always' | 'outside-ci' | 'never';
  /** The command, as a message names it. */
  readonly command: string;
  /** The file of the profile; null for none. */
  readonly profile: string | null;
  /** Most workflow runs; null leaves it to HARNESS_MAX_RUNS. */
  readonly maxRuns: number | null;
  /** Longest wait for one workflow run; null leaves it to HARNESS_PATIENCE. */
  readonly patienceMs: number | null;
}

export const NO_LIMITS: Limits = {
  sandbox: 'always',
  command: '',
  profile: null,
  maxRuns: null,
  patienceMs: null,
};

/** True on a machine of a CI system, all of which set this variable. */
export function isCi(environment: Environment): boolean {
  return !['', '0', 'false'].includes((environment['CI'] ?? '').toLowerCase());
}

const PLACEHOLDER = 'not-configured.invalid';
const PLACEHOLDER_URL = `https://${PLACEHOLDER}`;
const TO_SET = 'set INTERACTLY_BASE_URL, INTERACTLY_API_KEY and INTERACTLY_WORKFLOW_ID';

/** Why nothing can be asked although no setting is wrong: there is no target, and the sandbox may not stand in for it. */
export function targetIssues(
  { sandbox, command, profile }: Limits,
  { plan, fault, profile: how, latency, sandbox: isPlanned }: CommonTexts & { readonly sandbox?: unknown },
  environment: Environment,
): readonly string[] {
  const url = environment['INTERACTLY_BASE_URL'];
  const hasBaseUrl = url !== undefined && url !== PLACEHOLDER_URL;
  if (isPlanned === true && sandbox === 'never')
    return [
      `--sandbox asks the embedded sandbox, which ${profile ?? ''} rules out (sandbox: never); leave it out, or name another profile.`,
    ];
  if (isPlanned === true && hasBaseUrl)
    return ['--sandbox asks the embedded sandbox; leave it out, or unset INTERACTLY_BASE_URL.'];
  if (url !== undefined || sandbox === 'always') return [];
  if (sandbox === 'never')
    return [
      `INTERACTLY_BASE_URL is not set, and ${command} never asks the embedded sandbox (${profile ?? ''}); ${TO_SET}.`,
    ];
  const isWanted = isPlanned === true || [fault, how, latency].some((text) => text !== undefined);
  if (!isCi(environment) || isWanted || plan === true) return [];
  return [
    `INTERACTLY_BASE_URL is not set, and ${command} does not ask the embedded sandbox in CI (CI is set; ${profile ?? ''} says sandbox: outside-ci); ${TO_SET} as secrets or variables of the job, or ask for the sandbox with --sandbox.`,
  ];
}

/** What says how many workflow runs may be started, as a message names it. */
export function runsCapName(target: Pick<Target, 'maxRuns'>, { maxRuns, profile }: Limits): string {
  const isLowered = maxRuns !== null && maxRuns < (target.maxRuns ?? Infinity);
  return isLowered ? `max-runs in ${profile ?? ''}` : 'HARNESS_MAX_RUNS';
}

/** The target within the limits: they lower the cap of runs and never raise it; the environment's patience wins. */
export function limited(target: Target, { maxRuns, patienceMs }: Limits, environment: Environment): Target {
  return {
    ...target,
    maxRuns: maxRuns === null ? target.maxRuns : Math.min(maxRuns, target.maxRuns ?? maxRuns),
    patienceMs:
      patienceMs === null || environment['HARNESS_PATIENCE'] !== undefined ? target.patienceMs : patienceMs,
  };
}

/**
 * The environment for a plan of a command that never asks the sandbox, where no target is configured: that of any target
 * outside loopback, so that the plan is told with its caps. Nothing is sent to it.
 */
export function environmentOfPlan(
  own: Environment,
  { sandbox }: Limits,
  { plan }: Pick<CommonTexts, 'plan'>,
): Environment {
  const resolved = readEnvironment(own);
  if (plan !== true || sandbox !== 'never' || resolved['INTERACTLY_BASE_URL'] !== undefined) return own;
  return {
    ...own,
    INTERACTLY_BASE_URL: PLACEHOLDER_URL,
    INTERACTLY_API_KEY: resolved['INTERACTLY_API_KEY'] ?? 'a-key-that-nobody-has',
    INTERACTLY_WORKFLOW_ID: resolved['INTERACTLY_WORKFLOW_ID'] ?? '0'.repeat(24),
  };
}

/** True for the target of such a plan. */
export function isPlaceholder(baseUrl: string): boolean {
  return new URL(baseUrl).hostname === PLACEHOLDER;
}
