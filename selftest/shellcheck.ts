import { aptInstall, installed, thisMachine, type Machine } from './apt.ts';

/** Path of shellcheck: the installed one, else one is installed; null where none can be had. */
export async function findShellcheck(machine: Machine = thisMachine()): Promise<string | null> {
  return (
    installed(['shellcheck'], machine) ??
    ((await aptInstall('shellcheck', machine)) ? installed(['shellcheck'], machine) : null)
  );
}
