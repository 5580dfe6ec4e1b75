import { isJsonObject } from './body.ts';
import type { JsonObject, Scene } from './hooks.ts';
import { jsonReply, serviceRefusal, type Reply } from './reply.ts';

/** The object that a text holds; empty where it holds none. */
function objectIn(text: string | Buffer): JsonObject {
  try {
    const value: unknown = JSON.parse(text.toString());
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}

const ANSWERED: readonly string[] = ['accepted', 'read', 'crash'];

/** Every refusal repeats the body, once as it came and once as Python prints it: all fields stand in it. */
export function withEchoedBody(reply: Reply, scene: Scene): Reply {
  const body = objectIn(scene.call.body);
  const told = objectIn(reply.body);
  const isSilent = [body, told].some((one) => Object.keys(one).length === 0);
  if (ANSWERED.includes(reply.reason) || isSilent) return reply;
  const printed = JSON.stringify(body).replaceAll('"', "'").replaceAll(':', ': ').replaceAll('null', 'None');
  const echoed = jsonReply(
    reply.status,
    { ...told, received: body, log: `could not process ${printed}` },
    reply.reason,
  );
  return { ...echoed, headers: { ...echoed.headers, ...reply.headers }, detail: reply.detail };
}

/** A command in the wrong state is refused with 400 and a sentence that has the word "command" in it. */
export function withStateInProse(reply: Reply, scene: Scene): Reply {
  if (reply.reason !== 'state') return reply;
  const { command = 'start' } = objectIn(scene.call.body);
  const message = `The command ${JSON.stringify(command)} can't be executed: the run is in another state`;
  return serviceRefusal(400, 'Bad Request', message, 'state');
}
