import type { Operation } from '../openapi/registry.ts';
import type { Parsed } from '../options/option.ts';
import type { Environment, Settings } from '../target/settings.ts';
import type { OpenLedger, RunsAtATime } from '../target/run-folder.ts';
import type { Target } from '../target/target.ts';
import { findAccess, type AccessShown } from './access.ts';
import type { Address, Network } from './network.ts';
import type { Probes } from './probes.ts';
import type { Trial } from './trial.ts';

/** Runs that an earlier run of this tool has left at this target. */
export type Leftover = Pick<OpenLedger, 'folder' | 'open' | 'unknownStarts' | 'isAtWork'>;

/** What a nightly with these settings would come to. */
export interface NightlyForecast {
  readonly runs: number;
  readonly requests: number;
  /** Most runs that it may start; null for no cap. */
  readonly cap: number | null;
  readonly loadAllowed: boolean;
}

/** What the questions are asked with. */
export interface DoctorContext {
  /** The environment of the process, without the file. */
  readonly own: Environment;
  readonly settings: Parsed<Settings>;
  readonly fileIssues: readonly string[];
  readonly operation: Operation;
  /** Null while the settings name none that can be asked. */
  readonly target: Target | null;
  readonly network: Network;
  readonly probes: Probes | null;
  /** Ledgers of earlier runs against this target that have open runs. */
  readonly leftovers: () => readonly Leftover[];
  /** What earlier runs against this target have shown of how many runs at a time it allows. */
  readonly runsAtATime: () => RunsAtATime;
  /** Starts, reads and stops one workflow run. */
  readonly tryRun: () => Promise<Trial>;
  /** Null where no plan can be made, with the reason. */
  readonly nightly: () => NightlyForecast | { readonly why: string };
  /** Epoch milliseconds. */
  readonly nowMs: () => number;
  readonly memory: Memory;
}

/** What a check has seen that later ones build on. */
export interface Memory {
  addresses: readonly Address[];
  live: readonly Address[];
  access: AccessShown | null;
  /** Active runs of the workflow in the target's list; null where it shows none. */
  activeListed: number | null;
  trial: Trial | null;
}

export function emptyMemory(): Memory {
  return { addresses: [], live: [], access: null, activeListed: null, trial: null };
}

/** The target, for checks that are asked only where there is one. */
export function targetOf({ target }: DoctorContext): Target {
  if (target === null) throw new Error('there is no target to ask');
  return target;
}

/** The requests, for checks that are asked only where there is a target. */
export function probesOf({ probes }: DoctorContext): Probes {
  if (probes === null) throw new Error('there is no target to ask');
  return probes;
}

/** What free calls show of key and headers; asked once, whichever check needs it first. */
export async function accessOf(context: DoctorContext): Promise<AccessShown> {
  const probes = probesOf(context);
  context.memory.access ??= await findAccess(
    context.operation,
    targetOf(context).extraHeaders.length > 0,
    async (name) => (await probes.send(name)).result,
  );
  return context.memory.access;
}
