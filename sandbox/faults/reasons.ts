import { isJsonObject } from '../body.ts';
import type { Hooks, JsonObject, Scene } from '../hooks.ts';
import { jsonReply, refusal, serviceRefusal, type Reply } from '../reply.ts';
import { MAP_FIELDS } from '../validation.ts';
import { faultsOf } from './fault.ts';

/** Freedoms of the page that are refused by a server whose refusals do not say, or say in prose, what they are for. */
export const REASON_FAULTS = faultsOf('acceptance', 'positive-data-acceptance', [
  {
    name: 'maps-required-unsaid',
    line: 'a body without one of the four maps is refused with 400 and "Bad Request"',
    hooks: refusing(
      (body) => absentMaps(body).length > 0,
      () => refusal(400, 'Bad Request', 'reference'),
    ),
  },
  {
    name: 'maps-required-in-prose',
    line: 'a body without one of the four maps is refused with 400 and a list of sentences',
    hooks: refusing(
      (body) => absentMaps(body).length > 0,
      (body) =>
        jsonReply(400, { message: absentMaps(body).map((name) => `${name} must be an object`) }, 'reference'),
    ),
  },
  {
    name: 'one-map-required',
    line: 'a start with neither dynamic_variables nor runtime_variables is refused with 400',
    hooks: refusing(
      (body) => ['dynamic_variables', 'runtime_variables'].every((name) => body[name] === undefined),
      () => serviceRefusal(400, 'Bad Request', 'Nothing to work on', 'reference'),
    ),
  },
  {
    name: 'null-run-id-unsaid',
    line: 'workflow_run_id null is refused with 400, and the refusal repeats the body',
    hooks: refusing(
      (body) => body['workflow_run_id'] === null,
      (body) => jsonReply(400, { message: 'Invalid request body', received: body }, 'reference'),
    ),
  },
  {
    name: 'non-ascii-unsaid',
    line: 'a body with characters beyond Latin-1 is refused with 400 and a page of HTML',
    hooks: refusing(
      (body) => /[^\u0000-\u00ff]/.test(JSON.stringify(body['dynamic_variables'] ?? null)),
      () => ({
        ...refusal(400, '', 'reference'),
        headers: { 'content-type': 'text/html' },
        body: '<html><body><h1>400 Bad Request</h1></body></html>',
      }),
    ),
  },
]);

function absentMaps(body: JsonObject): readonly string[] {
  return MAP_FIELDS.filter((name) => body[name] === undefined);
}

function refusing(breaks: (body: JsonObject) => boolean, say: (body: JsonObject) => Reply): Hooks {
  return {
    forbid: (refused: Reply | undefined, { call }: Scene) => {
      const body: unknown = refused === undefined ? JSON.parse(call.body.toString()) : undefined;
      return isJsonObject(body) && breaks(body) ? say(body) : refused;
    },
  };
}
