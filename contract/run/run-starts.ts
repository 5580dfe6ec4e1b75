import { jsonBody } from '../../api/request-body.ts';
import { runIdOf } from '../../api/response.ts';
import type { AddressedRun, CallResult } from '../../api/exchange.ts';
import type { ApiClient } from '../../target/send.ts';

/** The commands that are kept of a run: as many as tell in which state the next one finds it. */
const COMMANDS_MAX = 6;

interface Known {
  readonly start: AddressedRun['start'];
  commands: readonly string[];
}

/** A client that notes with each call how the run that it addresses was started, and what it had accepted until then. */
export function rememberStarts(client: ApiClient): ApiClient {
  const runs = new Map<string, Known>();
  return {
    async send(request, travel) {
      const { command, workflow_run_id: id } = jsonBody(request) ?? {};
      const known = typeof id === 'string' ? runs.get(id) : undefined;
      const result = await client.send(request, travel);
      const isAccepted = result.response?.status === 200;
      if (known === undefined || typeof id !== 'string') {
        if (isAccepted) noteStart(runs, result);
        return result;
      }
      // Taken now: what the run accepted while this call was under way may have come before it.
      const { start, commands } = known;
      if (isAccepted && typeof command === 'string') known.commands = followed(commands, command);
      return { ...result, run: { id, start, commands } };
    },
    close: () => client.close(),
  };
}

function noteStart(runs: Map<string, Known>, { request, response, evidence }: CallResult): void {
  const id = runIdOf(response);
  if (id === null || request.credential.kind !== 'valid' || runs.has(id)) return;
  runs.set(id, { start: { request, evidence: evidence.request }, commands: [] });
}

/** A command that is sent twice in a row leaves a run where the first has brought it. */
function followed(before: readonly string[], command: string): readonly string[] {
  return before.at(-1) === command ? before : [...before, command].slice(-COMMANDS_MAX);
}
