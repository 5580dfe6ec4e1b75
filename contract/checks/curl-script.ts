import type { AddressedRun, CallResult, WireRequest } from '../../api/exchange.ts';
import { jsonBody } from '../../api/request-body.ts';
import { runIdOf } from '../../api/response.ts';
import { curlOf, isCutIn } from './curl.ts';

/** Takes the id of a run out of a response: the first `_id`, whatever stands around it. */
const TAKE_ID = `tr ',{' '\\n\\n' | sed -n 's/^ *"_id" *: *"\\([^"]\\{24\\}\\)".*/\\1/p' | head -n 1`;
const WORKFLOW_ID = /^[0-9a-f]{24}$/;
/** Stands for the id of the run until it is the variable. */
const RUN_MARK = '{run}';
/** What refuses a call for the state of its run, which may still be at work. */
const BY_STATE: readonly number[] = [409, 423, 425];
const AGAIN = [
  `again() { n=0; while OUT=$("$@"); n=$((n + 1)); [ "$n" -lt 5 ] && printf '%s\\n' "$OUT" | head -n 1 | grep -q ' \\(409\\|423\\|425\\)'`,
  `  do sleep 1; done; printf '%s\\n' "$OUT"; }`,
];

/**
 * The call of a finding as lines for a POSIX shell. A call to a run of ours finds that run stopped by now, so its lines
 * start another one, bring it to where it was, send the call and stop the run. A call that was accepted and started a run
 * stops that one; any other call is its curl line alone.
 */
export function shellLinesOf({ request, response, evidence, run }: CallResult): string {
  const line = curlOf(request, evidence.request);
  if (isCutIn(request, evidence.request)) return line;
  if (run === undefined) return withStop({ request, response, evidence }, line);
  if (isCutIn(run.start.request, run.start.evidence)) return line;
  const isRepeatable = line.startsWith('curl') && !BY_STATE.includes(response?.status ?? 0);
  return [
    '# start a run, and take its id',
    `RUN=$(${curlOf(run.start.request, run.start.evidence).replace('curl -sS -i', 'curl -sS')} | ${TAKE_ID}); echo "run $RUN"`,
    '# sends a call again while the run is at work and refuses it for that',
    ...AGAIN,
    ...(run.commands.length === 0 ? [] : ['# bring it to where it was']),
    ...run.commands.map((command) => `again ${commandLine(run, command)} > /dev/null`),
    '# the call that the finding is about',
    `${isRepeatable ? 'again ' : ''}${withRun(line, run.id)}`,
    '# stop the run',
    `again ${commandLine(run, 'stop')} > /dev/null`,
  ].join('\n');
}

/** What only reads starts nothing. */
const READING: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** The call, and what stops the run that it started where it is accepted. */
function withStop({ request, response, evidence }: CallResult, line: string): string {
  if (runIdOf(response) === null || READING.includes(request.method)) return line;
  const workflow = jsonBody(request)?.['workflow_id'];
  const body = JSON.stringify({
    ...(typeof workflow === 'string' && WORKFLOW_ID.test(workflow) ? { workflow_id: workflow } : {}),
    workflow_run_id: RUN_MARK,
    command: 'stop',
  });
  const { path, credential } = request;
  const stop = curlOf(
    {
      method: 'POST',
      path,
      credential: credential.kind === 'other-team' ? credential : { kind: 'valid' },
      headers: [['content-type', 'application/json']],
      body,
    },
    { ...evidence.request, body },
  );
  return [
    '# the call that the finding is about, which starts a run where it is accepted',
    `OUT=$(${line}); printf '%s\\n' "$OUT"`,
    '# stop that run',
    `RUN=$(printf '%s\\n' "$OUT" | ${TAKE_ID})`,
    ...AGAIN,
    `[ -z "$RUN" ] || again ${withRun(stop, RUN_MARK)} > /dev/null`,
  ].join('\n');
}

/** A command to the run as its start is written: the same place, headers and workflow. */
function commandLine({ id, start }: AddressedRun, command: string): string {
  const workflow = jsonBody(start.request)?.['workflow_id'];
  const body = JSON.stringify({ workflow_id: workflow, workflow_run_id: id, command });
  const request: WireRequest = { ...start.request, body };
  return withRun(curlOf(request, { ...start.evidence, body }), id);
}

/** A line that names the run by the variable; where its id stands, it stands in single quotes. */
function withRun(line: string, id: string): string {
  return line.replaceAll(id, () => `'"$RUN"'`);
}
