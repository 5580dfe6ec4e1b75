import { headerOf, type CallResult } from '../api/exchange.ts';
import { absent, failed, passed, unseen, type CheckRow, type Facts, type Outcome } from './check.ts';
import { isKeyLookedAt } from './access.ts';
import { accessOf, probesOf, targetOf, type DoctorContext } from './context.ts';
import { findDeployment, type Deployment } from './deployment.ts';
import { exchangeToOwner, requestIdOf } from './owner.ts';

/** The questions whether the operation is there, and what time it is there. */
export const PATH_CHECKS: readonly CheckRow<DoctorContext>[] = [
  {
    id: 'path',
    title: 'Operation deployed',
    needs: ['settings', 'base-url', 'name', 'tcp', 'tls'],
    cost: 'free',
    check: checkPath,
  },
  {
    id: 'clock',
    title: 'Clock',
    needs: ['settings', 'base-url', 'name', 'tcp', 'tls'],
    cost: 'free',
    check: checkClock,
  },
];

/** What is known of an exchange, for machines. */
export function factsOf(result: CallResult): Facts {
  return {
    status: result.response?.status ?? null,
    failure: result.evidence.failure?.kind ?? null,
    request_id: requestIdOf(result),
  };
}

async function checkPath(context: DoctorContext): Promise<Outcome> {
  const probes = probesOf(context);
  const { result: withoutKey } = await probes.send('refused-without-key');
  const deployment = await findDeployment(
    context.operation,
    withoutKey,
    async () => (await probes.send('refused-with-key')).result,
    async () => (await probes.send('no-such-path')).result,
  );
  if (deployment.kind === 'shut') return everyPathRefused(context, withoutKey, deployment.by);
  if (deployment.kind !== 'deployed') return notDeployed(context, deployment);
  const statuses = [withoutKey, deployment.by].map(({ response }) => response?.status ?? 0);
  return passed(
    `${context.operation.method} ${context.operation.path} refuses an unknown command: ${statuses[0] ?? 0} without the key, ${statuses[1] ?? 0} with it`,
    { ...factsOf(deployment.by), status_without_key: statuses[0] ?? null },
  );
}

/**
 * Every path is refused alike, so that nothing shows whether the operation is there. Where the refusal shows that the key
 * or the headers beside it were looked at, their lines say so; else a gateway may stand before the API.
 */
async function everyPathRefused(
  context: DoctorContext,
  withoutKey: CallResult,
  by: CallResult,
): Promise<Outcome> {
  const access = await accessOf(context);
  const status = by.response?.status ?? 0;
  const isAboutHeaders = access.headers === 'missing' || access.headers === 'wrong';
  if (access.key !== 'refused' || isAboutHeaders || isKeyLookedAt(context.operation, withoutKey, by))
    return unseen(
      `not shown: every path is refused with ${status}, also one that does not exist`,
      factsOf(by),
    );
  const scheme = /^[\w-]{1,30}/.exec(
    by.response === null ? '' : (headerOf(by.response, 'www-authenticate') ?? ''),
  );
  const wanted = scheme === null ? '' : `, and ${scheme[0]} credentials are wanted`;
  return failed(
    `every path is refused with ${status}, also one that does not exist, with the key as without it${wanted}: a gateway before the API, or an API to which this key is none`,
    exchangeToOwner(
      `${targetOf(context).baseUrl} responds with ${status} on every path, with a bearer key as without one${wanted}; please let this machine through to the API, or say which key it takes`,
      by,
      new Date(context.nowMs()),
    ),
    factsOf(by),
  );
}

/** Why the operation can't be asked, each with the one who can mend it. */
function notDeployed(
  context: DoctorContext,
  { kind, by }: Exclude<Deployment, { kind: 'deployed' | 'shut' }>,
): Outcome {
  const { operation } = context;
  const { isLoopback } = targetOf(context);
  const status = by.response?.status ?? 0;
  const call = `${operation.method} ${operation.path}`;
  const owner = (message: string): string => exchangeToOwner(message, by, new Date(context.nowMs()));
  const facts = factsOf(by);
  switch (kind) {
    case 'silent': {
      const why = by.evidence.failure?.message ?? 'no response';
      return failed(
        `the connection stands, but no response came (${why})`,
        isLoopback
          ? 'Look at the server in INTERACTLY_BASE_URL: it takes connections and does not respond over HTTP.'
          : owner(`${call} takes the connection and does not respond (${why})`),
        facts,
      );
    }
    case 'throttled':
      return failed(`throttled from the first call on: 429${retryText(by)}`, retryAdvice(by), facts);
    case 'down':
    case 'server-error':
      return failed(`${call} responds with ${status}`, owner(`${call} responds with ${status}`), facts);
    case 'not-found':
    case 'no-such-method':
      return failed(
        `${call} is not deployed there: ${status}, ${kind === 'not-found' ? 'as any path that does not exist' : 'for POST'}`,
        owner(`${call} is not deployed (it responds with ${status}); is it to be there?`),
        facts,
      );
    case 'redirect':
      return redirected(context, by, owner);
    case 'page':
      return failed(
        `${call} gets a page for people (${status}, ${typeOf(by)}): a gateway, a login or a captive portal stands before the API`,
        owner(
          `${call} with a bearer key gets a page (${status}, ${typeOf(by)}) in place of the API; let it through`,
        ),
        facts,
      );
    case 'success':
      return failed(
        `${call} responds with ${status} to an unknown command, and without a key: this is not the API, or one that checks nothing`,
        'Correct the host or the path prefix in INTERACTLY_BASE_URL.',
        facts,
      );
  }
}

/** A redirect to the same path elsewhere is a wrong base URL; any other one is a login or a portal. */
function redirected(context: DoctorContext, by: CallResult, owner: (message: string) => string): Outcome {
  const { method, path } = context.operation;
  const call = `${method} ${path}`;
  const status = by.response?.status ?? 0;
  const to = locationOf(by, targetOf(context).baseUrl + path);
  const where = to === null ? '' : ` to ${to}`;
  return failed(
    `${call} is redirected with ${status}${where}: a login or another host stands before the API`,
    to?.endsWith(path) === true
      ? `Set INTERACTLY_BASE_URL=${to.slice(0, -path.length)}, where it is redirected to.`
      : owner(`${call} with a bearer key is redirected${where}; let it through to the API`),
    factsOf(by),
  );
}

function retryText({ response }: CallResult): string {
  const value = response === null ? null : headerOf(response, 'retry-after');
  return value === null ? '' : `, Retry-After: ${value.slice(0, 40)}`;
}

/** The thing to do about a 429. */
export function retryAdvice({ response }: CallResult): string {
  const value = response === null ? null : headerOf(response, 'retry-after');
  return value !== null && /^\d{1,6}$/.test(value)
    ? `Wait ${value} s, as Retry-After asks, and run npm run doctor again.`
    : 'Wait some minutes, run nothing else with this key, and run npm run doctor again.';
}

/** Where a redirect leads, without its query, which may hold a token. */
function locationOf({ response }: CallResult, from: string): string | null {
  const location = response === null ? null : headerOf(response, 'location');
  if (location === null || !URL.canParse(location, from)) return null;
  const { origin, pathname } = new URL(location, from);
  return `${origin}${pathname}`;
}

function typeOf({ response }: CallResult): string {
  const type = response === null ? null : headerOf(response, 'content-type');
  return type === null ? 'without a type' : (type.split(';')[0] ?? '').slice(0, 60);
}

/** Beyond this the contract tests can't compare creation times either. */
const OFFSET_MAX_MS = 120_000;
/** A step of this machine's clock between the request and the response. */
const JUMP_MS = 1000;
/** A Date has whole seconds: on average the clock was half a second further on. */
const DATE_STEP_MS = 1000;

async function checkClock(context: DoctorContext): Promise<Outcome> {
  const { result, sentMs, receivedMs, tookMs } = await probesOf(context).send('refused-without-key');
  const date = result.response === null ? null : headerOf(result.response, 'date');
  if (result.response === null) return unseen('no response came to read a Date from');
  const jumpMs = receivedMs - sentMs - tookMs;
  if (Math.abs(jumpMs) > JUMP_MS)
    return unseen(
      `not told: this machine's own clock jumped ${secondsText(Math.abs(jumpMs))} ${jumpMs < 0 ? 'back' : 'ahead'} while the request was under way; run npm run doctor again`,
      { jump_ms: Math.round(jumpMs) },
    );
  const dateMs = Date.parse(date ?? '');
  if (Number.isNaN(dateMs)) return absent('the target sends no Date');
  const offsetMs = dateMs + DATE_STEP_MS / 2 - (sentMs + receivedMs) / 2;
  const errorMs = (receivedMs - sentMs) / 2 + DATE_STEP_MS / 2;
  const facts = { offset_ms: Math.round(offsetMs), error_ms: Math.round(errorMs) };
  const apart = `the target's clock is ${secondsText(Math.abs(offsetMs))} ${offsetMs < 0 ? 'behind' : 'ahead of'} this machine's, ± ${secondsText(errorMs)}`;
  if (Math.abs(offsetMs) - errorMs <= OFFSET_MAX_MS)
    return passed(
      Math.abs(offsetMs) <= errorMs ? `the same as this machine's, ± ${secondsText(errorMs)}` : apart,
      facts,
    );
  return failed(
    apart,
    "Run timedatectl on this machine: if its clock is synchronized, tell the environment's owner that theirs is not.",
    facts,
  );
}

function secondsText(ms: number): string {
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.round(ms / 1000)} s`;
}
