import { failed, because, passed, unseen, type CheckRow, type Outcome } from './check.ts';
import { accessOf, targetOf, type DoctorContext } from './context.ts';
import type { AccessShown } from './access.ts';
import { kindOf } from './deployment.ts';
import { exchangeToOwner } from './owner.ts';
import { factsOf, retryAdvice } from './path-checks.ts';
import { USUAL_HEADERS } from './probes.ts';

const NEEDS = ['settings', 'base-url', 'name', 'tcp', 'tls', 'path'];

/** The questions about the key and the headers beside it, by calls that start nothing. */
export const ACCESS_CHECKS: readonly CheckRow<DoctorContext>[] = [
  { id: 'key', title: 'API key', needs: NEEDS, cost: 'free', check: checkKey },
  { id: 'headers', title: 'Extra headers', needs: [...NEEDS, 'key'], cost: 'free', check: checkHeaders },
];

async function checkKey(context: DoctorContext): Promise<Outcome> {
  return keyOutcome(context, await accessOf(context));
}

function keyOutcome(context: DoctorContext, { key, by }: AccessShown): Outcome {
  const status = by.response?.status ?? 0;
  const facts = factsOf(by);
  switch (key) {
    case 'taken':
      return passed(`accepted: ${status} with it, refused without it`, facts);
    case 'recognised':
      return passed(`recognised: ${status} with it is another refusal than without it`, facts);
    case 'not-shown':
      return unseen('not shown by free calls: the refusals are the same with and without it', facts);
    case 'refused':
      return failed(
        `refused with ${status}`,
        status === 403
          ? 'Set INTERACTLY_API_KEY to a key that may start runs of this workflow (dashboard, API Keys).'
          : 'Set INTERACTLY_API_KEY to a valid key of this environment (dashboard, API Keys).',
        facts,
      );
    case 'unanswered': {
      if (kindOf(by) === 'throttled') return failed('throttled: 429', retryAdvice(by), facts);
      const what = by.response === null ? (by.evidence.failure?.message ?? 'no response') : `${status}`;
      const message = `${context.operation.method} ${context.operation.path} with the key: ${what}`;
      return failed(message, exchangeToOwner(message, by, new Date(context.nowMs())), facts);
    }
  }
}

function checkHeaders(context: DoctorContext): Outcome {
  const { access } = context.memory;
  if (access === null) return because('key');
  const names = targetOf(context).extraHeaders.map(({ name }) => name);
  const facts = { ...factsOf(access.by), names };
  const status = access.by.response?.status ?? 0;
  switch (access.headers) {
    case 'needed':
      return passed(`${names.join(', ')} accepted: without them the key is refused`, facts);
    case 'not-needed':
      return passed(
        names.length === 0 ? 'none needed' : `${names.join(', ')} sent; the key is accepted without them too`,
        facts,
      );
    case 'not-shown':
      return unseen('not shown by free calls', facts);
    case 'missing':
      return failed(
        `the key is refused with ${status} for want of an extra header`,
        `Set INTERACTLY_HEADERS='{"${USUAL_HEADERS.join('":"…","')}":"…"}' to the ids of your team and user.`,
        facts,
      );
    case 'wrong':
      return failed(
        `the key is refused with ${status} because of an extra header (${names.join(', ')})`,
        `Correct the values in INTERACTLY_HEADERS: ${names.join(', ')} must fit the key.`,
        facts,
      );
  }
}
