import type { Hooks } from '../hooks.ts';
import type { Command } from '../run.ts';
import { jsonReply } from '../reply.ts';
import { documentOf } from '../run-response.ts';
import { faultsOf } from './fault.ts';

const COMMANDS: readonly Command[] = ['start', 'data', 'resume', 'pause', 'stop'];

/** A key of another team reaches runs that are not its own (OWASP API1:2023). */
export const TEAM_FAULTS = faultsOf('teams', 'team-isolation', [
  ...COMMANDS.map((command) => ({
    name: `other-team-reaches-${command}`,
    line: `${command} with a key of another team reaches a run of this one`,
    hooks: {
      forbid: (refused, { input, isOtherTeam }) =>
        isOtherTeam && input?.command === command ? undefined : refused,
      apply: (outcome, { input, isOtherTeam, store }) => {
        if (!isOtherTeam || input?.command !== command || 'run' in outcome) return outcome;
        const run = store.find(input.workflow_run_id ?? '');
        return run === undefined || command !== 'start' ? outcome : { run };
      },
    } satisfies Hooks,
  })),
  {
    name: 'other-team-sees-run',
    line: 'the refusal of a key of another team shows the run',
    hooks: {
      reply: (reply, { input, isOtherTeam, store }) => {
        const run = store.find(input?.workflow_run_id ?? '');
        if (!isOtherTeam || run === undefined || reply.status !== 404) return reply;
        const shown = { detail: 'This workflow run is of another team', run: documentOf(run, store) };
        return { ...jsonReply(403, shown, reply.reason), detail: reply.detail };
      },
    },
  },
]);
