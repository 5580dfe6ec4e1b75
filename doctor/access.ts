import { headerOf, type CallResult } from '../api/exchange.ts';
import type { Operation } from '../openapi/registry.ts';
import { kindOf, saidIn } from './deployment.ts';
import type { ProbeName } from './probes.ts';

/** What free calls have shown of the key and of the extra headers. */
export type AccessShown = {
  readonly by: CallResult;
} & (
  | { readonly key: 'taken'; readonly headers: 'not-needed' | 'needed' | 'not-shown' }
  /** The refusals with and without the key are the same, and none is about the key. */
  | { readonly key: 'not-shown'; readonly headers: 'not-shown' }
  | { readonly key: 'refused'; readonly headers: 'not-shown' }
  /** Extra headers are missing or wrong: `key` tells whether the refusal differs from that without a key. */
  | { readonly key: 'recognised' | 'not-shown'; readonly headers: 'missing' | 'wrong' }
  /** No decision, because of what is not the key's doing. */
  | { readonly key: 'unanswered'; readonly headers: 'not-shown' }
);

/** True where a refusal of the key shows that the key was looked at: it says another thing without one, or asks for one. */
export function isKeyLookedAt(operation: Operation, without: CallResult, by: CallResult): boolean {
  return isBearerWanted(by) || saidIn(operation, without) !== saidIn(operation, by);
}

function isBearerWanted({ response }: CallResult): boolean {
  return response !== null && /\bbearer\b/i.test(headerOf(response, 'www-authenticate') ?? '');
}

type SendProbe = (name: ProbeName) => Promise<CallResult>;

/** Finds out, by calls that start nothing, whether the key is taken and whether extra headers are. */
export async function findAccess(
  operation: Operation,
  hasHeaders: boolean,
  send: SendProbe,
): Promise<AccessShown> {
  let [without, by] = [await send('refused-without-key'), await send('refused-with-key')];
  let isByRun = false;
  if (!isAuth(without) && !isAuth(by)) {
    // The body is looked at before the key: a body that is valid, for a run that does not exist, gets further.
    [without, by] = [await send('unknown-run-without-key'), await send('unknown-run-with-key')];
    isByRun = true;
  }
  if (isUnanswered(by)) return { by, key: 'unanswered', headers: 'not-shown' };
  if (!isAuth(by)) {
    if (!isAuth(without)) return { by, key: 'not-shown', headers: 'not-shown' };
    return { by, key: 'taken', headers: await headersTaken(hasHeaders, isByRun, send) };
  }
  return refusedBy(operation, { without, by, hasHeaders, isByRun }, send);
}

async function headersTaken(
  hasHeaders: boolean,
  isByRun: boolean,
  send: SendProbe,
): Promise<'not-needed' | 'needed' | 'not-shown'> {
  if (!hasHeaders) return 'not-needed';
  const bare = await send('refused-without-headers');
  if (isAuth(bare)) return 'needed';
  return isByRun || isUnanswered(bare) ? 'not-shown' : 'not-needed';
}

interface Refused {
  readonly without: CallResult;
  readonly by: CallResult;
  readonly hasHeaders: boolean;
  readonly isByRun: boolean;
}

/** A key that is refused: is it the key, or are it the headers beside it? The refusal itself, or another one, may tell. */
async function refusedBy(
  operation: Operation,
  { without, by, hasHeaders, isByRun }: Refused,
  send: SendProbe,
): Promise<AccessShown> {
  const said = saidIn(operation, by);
  const key = saidIn(operation, without) === said ? 'not-shown' : 'recognised';
  const headers = hasHeaders ? 'wrong' : 'missing';
  if (namesAHeader(by)) return { by, key, headers };
  // What was seen with a stop of an unknown run can't be compared with the other body.
  const other = isByRun
    ? null
    : await send(hasHeaders ? 'refused-without-headers' : 'refused-with-made-up-headers');
  const isAboutHeaders = other !== null && !isUnanswered(other) && saidIn(operation, other) !== said;
  return isAboutHeaders ? { by, key, headers } : { by, key: 'refused', headers: 'not-shown' };
}

function isAuth(result: CallResult): boolean {
  return result.response?.status === 401 || result.response?.status === 403;
}

function isUnanswered(result: CallResult): boolean {
  return ['silent', 'throttled', 'down'].includes(kindOf(result));
}

/** The headers that the vendor's own tools send besides the key, as refusals would name them. */
const HEADER_NAMES = /\b(x[-_])?(team|user|tenant|org(ani[sz]ation)?)[-_ ]?id\b|\buuid\b|\bx-interactly-/i;

function namesAHeader({ response }: CallResult): boolean {
  return response !== null && HEADER_NAMES.test(response.text.slice(0, 4096));
}
