import { keyRefusal, splitAuthorization } from '../admission.ts';
import { isJsonObject } from '../body.ts';
import type { Hooks, JsonObject, Scene } from '../hooks.ts';
import { refusal, withHeaders } from '../reply.ts';
import { faultsOf } from './fault.ts';

/** Keys that are not asked for, and a key that leaks. */
export const AUTHENTICATION_FAULTS = [
  ...faultsOf('authentication', 'ignored-auth', [
    {
      name: 'missing-key-accepted',
      line: 'a call without Authorization is let in',
      hooks: lets(({ call }) => call.authorization === undefined),
    },
    {
      name: 'wrong-key-accepted',
      line: 'any Bearer key is let in',
      hooks: lets((scene) => isBearer(scene) && presented(scene) !== ''),
    },
    {
      name: 'any-scheme-accepted',
      line: 'the key is let in under any scheme, such as Basic',
      hooks: lets((scene) => presented(scene) === scene.key),
    },
    {
      name: 'bare-key-accepted',
      line: 'the key is let in without the word Bearer',
      hooks: lets(({ call, key }) => call.authorization === key),
    },
    {
      name: 'key-prefix-accepted',
      line: 'a key is let in when the true key begins with it',
      hooks: lets(
        (scene) => isBearer(scene) && presented(scene) !== '' && scene.key.startsWith(presented(scene)),
      ),
    },
    {
      name: 'key-extended-accepted',
      line: 'a key is let in when it begins with the true key',
      hooks: lets((scene) => isBearer(scene) && presented(scene).startsWith(scene.key)),
    },
    {
      name: 'prefixed-key-accepted',
      line: 'a key is let in when it ends with the true key',
      hooks: lets((scene) => isBearer(scene) && presented(scene).endsWith(scene.key)),
    },
    {
      name: 'key-suffix-accepted',
      line: 'a key is let in when the true key ends with it',
      hooks: lets(
        (scene) => isBearer(scene) && presented(scene) !== '' && scene.key.endsWith(presented(scene)),
      ),
    },
    {
      name: 'query-key-accepted',
      line: 'the key is let in from the query',
      hooks: lets(({ call, key }) => call.query.includes(encodeURIComponent(key))),
    },
    {
      name: 'cookie-key-accepted',
      line: 'the key is let in from a cookie',
      hooks: lets(({ call, key }) => call.cookie?.includes(key) === true),
    },
    {
      name: 'empty-authorization-accepted',
      line: 'an empty Authorization header is let in',
      hooks: lets(({ call }) => call.authorization === ''),
    },
    {
      name: 'basic-accepted',
      line: 'anything is let in under Basic',
      hooks: lets(({ call }) => splitAuthorization(call.authorization ?? '').scheme === 'Basic'),
    },
    {
      name: 'key-case-ignored',
      line: 'upper and lower case of the key are the same',
      hooks: lets((scene) => isBearer(scene) && presented(scene).toLowerCase() === scene.key.toLowerCase()),
    },
    {
      name: 'empty-bearer-accepted',
      line: 'Bearer without a key is let in',
      hooks: lets((scene) => isBearer(scene) && presented(scene) === ''),
    },
  ]),
  ...faultsOf('authentication', 'key-echo', [
    {
      name: 'key-in-answer',
      line: 'run_input.miscellaneous of each pair holds the key',
      hooks: { pair: withKey },
    },
    {
      name: 'key-in-header',
      line: 'each response has the key in a header',
      hooks: { reply: (reply, { key }) => withHeaders(reply, { 'x-authenticated-as': key }) },
    },
    {
      name: 'key-in-unknown-run',
      line: 'the refusal of an unknown run holds the key',
      hooks: {
        reply: (reply, { key }) =>
          reply.reason === 'run' ? refusal(404, `No such run for ${key}`, 'run') : reply,
      },
    },
    {
      name: 'key-in-base64',
      line: 'each accepted response has the key, base64-encoded, in a header',
      hooks: {
        reply: (reply, { key }) => withHeaders(reply, { 'x-session': Buffer.from(key).toString('base64') }),
      },
    },
    {
      name: 'key-in-refusal',
      line: 'the refusal of an invalid body holds the key',
      hooks: {
        reply: (reply, { key }) =>
          reply.reason === 'field' ? { ...refusal(422, `Invalid body from ${key}`, 'field') } : reply,
      },
    },
  ]),
  ...faultsOf('authentication', 'command-acceptance', [
    {
      name: 'key-refused-on-resume',
      line: 'a valid key is answered with 401 on resume, and nothing is done',
      hooks: {
        forbid: (refused, { input }) =>
          input?.command === 'resume' ? keyRefusal('Invalid API key') : refused,
      },
    },
  ]),
];

function lets(passes: (scene: Scene) => boolean): Hooks {
  return { admit: (refused, scene) => (refused?.reason === 'key' && passes(scene) ? undefined : refused) };
}

function isBearer({ call }: Scene): boolean {
  return splitAuthorization(call.authorization ?? '').scheme.toLowerCase() === 'bearer';
}

function presented({ call }: Scene): string {
  return splitAuthorization(call.authorization ?? '').credentials;
}

function withKey(pair: JsonObject, { key }: Scene): JsonObject {
  const input = pair['run_input'];
  if (!isJsonObject(input) || !isJsonObject(input['miscellaneous'])) return pair;
  return { ...pair, run_input: { ...input, miscellaneous: { ...input['miscellaneous'], api_key: key } } };
}
