import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { examine, type Examined } from '../../commands/doctor.ts';
import type { CheckResult } from '../../doctor/check.ts';
import { NETWORK, type Network } from '../../doctor/network.ts';
import { KEY, WORKFLOW } from './stand-in.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The settings for a target, and nothing of this machine's. */
export function settingsFor(url: string, more: Environment = {}): Environment {
  return {
    HARNESS_ENV_FILE: 'none',
    INTERACTLY_BASE_URL: url,
    INTERACTLY_API_KEY: KEY,
    INTERACTLY_WORKFLOW_ID: WORKFLOW,
    ...more,
  };
}

/** Examines within this process, with a folder of runs of its own. */
export async function examined(
  own: Environment,
  {
    free = false,
    share = false,
    network = {},
    clock,
    runsDir = null,
  }: {
    readonly free?: boolean;
    readonly share?: boolean;
    readonly network?: Partial<Network>;
    readonly clock?: { readonly nowMs: () => number };
    /** Where earlier runs have left their folders; null for a folder of its own. */
    readonly runsDir?: string | null;
  } = {},
): Promise<Examined> {
  const ownDir = mkdtempSync(join(tmpdir(), 'doctor-'));
  const silent = { began: () => undefined, checking: () => undefined, checked: () => undefined };
  try {
    const environment = { own, network: { ...NETWORK, ...network }, runsDir: runsDir ?? ownDir };
    return await examine(
      { free, share },
      clock === undefined ? environment : { ...environment, clock },
      silent,
    );
  } finally {
    rmSync(ownDir, { recursive: true, force: true });
  }
}

/** The ids of the results in a state. */
export function idsIn(results: readonly CheckResult[], state: CheckResult['state']): readonly string[] {
  return results.filter((result) => result.state === state).map(({ id }) => id);
}

/** The ids of the results that were skipped for the sake of a failed one, and of which. */
export function skippedFor(results: readonly CheckResult[], id: string): readonly string[] {
  return results
    .filter(({ state, evidence }) => state === 'skipped' && evidence['because'] === id)
    .map((one) => one.id);
}

export function resultOf(results: readonly CheckResult[], id: string): CheckResult {
  const found = results.find((result) => result.id === id);
  if (found === undefined) throw new Error(`no result ${id}`);
  return found;
}
