import { aptInstall, installed, thisMachine, type Machine } from './apt.ts';

/** Path of curl: the installed one, else one is installed. A report's curl lines can't be tried without it. */
export async function findCurl(machine: Machine = thisMachine()): Promise<string> {
  const found =
    installed(['curl'], machine) ??
    ((await aptInstall('curl', machine)) ? installed(['curl'], machine) : null);
  if (found === null) throw new Error('No curl was found and none could be installed: install one.');
  return found;
}
