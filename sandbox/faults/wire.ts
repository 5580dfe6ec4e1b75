import type { Hooks, Scene } from '../hooks.ts';
import { withHeaders, withoutHeader, type Delivery, type Reply } from '../reply.ts';
import type { Command } from '../run.ts';
import { faultsOf } from './fault.ts';

/** Defects in the bytes of a response, and responses that never come. */
export const WIRE_FAULTS = [
  ...faultsOf('wire', 'content-type-conformance', [
    {
      name: 'html-content-type',
      line: 'an accepted call is answered as text/html',
      hooks: accepted(typed('text/html; charset=utf-8')),
    },
    {
      name: 'text-content-type',
      line: 'an accepted call is answered as text/plain',
      hooks: accepted(typed('text/plain')),
    },
    {
      name: 'content-type-missing',
      line: 'an accepted call is answered without a content type',
      hooks: accepted((reply) => withoutHeader(reply, 'content-type')),
    },
    {
      name: 'html-page',
      line: "an accepted resume is answered with a gateway's HTML page",
      hooks: {
        reply: (reply, { input }) =>
          reply.reason === 'accepted' && input?.command === 'resume' ? htmlPage(reply) : reply,
      },
    },
  ]),
  ...faultsOf('wire', 'response-schema-conformance', [
    {
      name: 'empty-body',
      line: 'an accepted call is answered with an empty body',
      hooks: accepted((reply) => ({ ...reply, body: '' })),
    },
    {
      name: 'invalid-utf8',
      rule: 'content-type-conformance',
      line: 'an accepted response holds a byte that is not UTF-8',
      hooks: accepted(invalidUtf8),
    },
    {
      name: 'trailing-garbage',
      line: 'text follows the JSON of an accepted response',
      hooks: accepted(bytes((json) => `${json}\n<!-- served -->`)),
    },
    {
      name: 'json-cut',
      line: 'the JSON of an accepted response stops in the middle',
      hooks: accepted(bytes((json) => json.slice(0, -20))),
    },
    {
      name: 'json-nan',
      line: 'an accepted response holds NaN',
      hooks: accepted(bytes((json) => json.replace('"comments":', '"score":NaN,"comments":'))),
    },
    {
      name: 'utf16-body',
      line: 'an accepted response is written in UTF-16',
      hooks: accepted((reply) => ({ ...reply, body: Buffer.from(reply.body.toString(), 'utf16le') })),
    },
    {
      name: 'byte-order-mark',
      line: 'an accepted response begins with a byte order mark',
      hooks: accepted(bytes((json) => `\ufeff${json}`)),
    },
    {
      name: 'json-lines',
      line: 'an accepted response is two JSON values',
      hooks: accepted(bytes((json) => `${json}\n{"status":"ok"}`)),
    },
    {
      name: 'json-single-quotes',
      line: 'an accepted response is written in single quotes',
      hooks: accepted(bytes((json) => json.replaceAll('"', "'"))),
    },
    {
      name: 'length-too-small',
      line: 'content-length of accepted data is half of what it should be',
      hooks: {
        reply: (reply, { input }: Scene) =>
          reply.reason === 'accepted' && input?.command === 'data'
            ? { ...reply, delivery: 'short-length' }
            : reply,
      },
    },
    {
      name: 'unknown-encoding',
      rule: 'content-type-conformance',
      line: 'accepted responses are labelled with an encoding that nobody asked for',
      hooks: accepted((reply) => withHeaders(reply, { 'content-encoding': 'zstd' })),
    },
    {
      name: 'gzip-mislabelled',
      rule: 'content-type-conformance',
      line: 'plain JSON is labelled content-encoding: gzip',
      hooks: accepted((reply) => withHeaders(reply, { 'content-encoding': 'gzip' })),
    },
  ]),
  ...faultsOf('wire', 'answer-presence', [
    {
      name: 'body-cut-off',
      line: 'the connection ends half-way through an accepted response',
      hooks: accepted((reply) => ({ ...reply, delivery: 'cut' })),
    },
    { name: 'pause-reset', line: 'the connection is reset on pause', hooks: delivered('pause', 'reset') },
    { name: 'stop-reset', line: 'the connection is reset on stop', hooks: delivered('stop', 'reset') },
    { name: 'data-unanswered', line: 'data is never answered', hooks: delivered('data', 'never') },
    {
      name: 'resume-endless',
      line: 'the response to resume never ends',
      hooks: delivered('resume', 'endless-body'),
    },
    {
      name: 'pause-endless-headers',
      line: 'the headers of the response to pause never end',
      hooks: delivered('pause', 'endless-headers'),
    },
    {
      name: 'pause-other-protocol',
      line: 'pause is answered in another protocol than HTTP',
      hooks: delivered('pause', 'other-protocol'),
    },
    {
      name: 'stop-huge',
      line: 'the response to stop is 50 MB long',
      hooks: {
        reply: (reply, { input }: Scene) =>
          input?.command === 'stop' ? { ...reply, body: Buffer.alloc(50_000_000, ' ') } : reply,
      },
    },
    {
      name: 'invalid-body-reset',
      line: 'the connection is reset on a body that breaks a constraint',
      hooks: { reply: (reply) => (reply.reason === 'field' ? { ...reply, delivery: 'reset' } : reply) },
    },
  ]),
];

function accepted(change: (reply: Reply) => Reply): Hooks {
  return { reply: (reply) => (reply.reason === 'accepted' ? change(reply) : reply) };
}

function delivered(command: Command, delivery: Delivery): Hooks {
  return {
    reply: (reply, { input }: Scene) => (input?.command === command ? { ...reply, delivery } : reply),
  };
}

function typed(contentType: string): (reply: Reply) => Reply {
  return (reply) => withHeaders(reply, { 'content-type': contentType });
}

function bytes(change: (json: string) => string): (reply: Reply) => Reply {
  return (reply) => ({ ...reply, body: change(reply.body.toString()) });
}

function htmlPage(reply: Reply): Reply {
  return { ...typed('text/html')(reply), body: '<!doctype html><title>Welcome</title><p>It works.</p>' };
}

function invalidUtf8(reply: Reply): Reply {
  const mark = '"status":"';
  const text = reply.body.toString();
  const at = text.indexOf(mark) + mark.length;
  return {
    ...reply,
    body: Buffer.concat([Buffer.from(text.slice(0, at)), Buffer.from([0xff]), Buffer.from(text.slice(at))]),
  };
}
