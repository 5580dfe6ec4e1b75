import type { Operation } from '../../openapi/registry.ts';
import type { HeaderPair } from '../../result/exchange.ts';
import { ORDINARY, type Case } from './case.ts';

const JSON_TYPE: HeaderPair = ['content-type', 'application/json'];

/** What ordinary clients send besides: a browser's or a library's headers, and every coding that they read. */
const CLIENT_HEADERS: readonly HeaderPair[] = [
  JSON_TYPE,
  ['user-agent', 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'],
  ['accept', '*/*'],
  ['accept-language', 'en-US,en;q=0.5'],
  ['accept-encoding', 'gzip, deflate, br'],
  ['cache-control', 'no-cache'],
  ['dnt', '1'],
];

/**
 * One ordinary call in each way in which HTTP may carry it: the same body must be accepted, and the response be the
 * promised one. They go to a live run, so that none costs a run.
 */
export function transportCases(operation: Operation): readonly Case[] {
  const keep = (what: string, title: string, ruleId: string, headers: readonly HeaderPair[]): Case => {
    const rule = operation.rule(ruleId);
    return {
      ...ORDINARY,
      id: `protocol/${what}`,
      title: `accepts ${title}`,
      group: 'protocol',
      command: 'data',
      intent: 'keep',
      rule: rule.id,
      constraint: `#/paths/${operation.path.replaceAll('/', '~1')}/post/x-rules/${rule.id}`,
      evidence: rule.evidence,
      spend: 'free',
      base: 'address',
      headers,
    };
  };
  const framing = 'body-framing';
  return [
    { ...keep('chunked', 'a body in chunks, without a length', framing, [JSON_TYPE]), framing: 'chunked' },
    keep('charset', 'the content type application/json; charset=utf-8', 'content-type-parameters', [
      ['content-type', 'application/json; charset=utf-8'],
    ]),
    keep('gzip', 'a call that asks for gzip, and answers it readably', framing, [
      JSON_TYPE,
      ['accept-encoding', 'gzip'],
    ]),
    keep('client-headers', 'a call with the headers of an ordinary client', framing, CLIENT_HEADERS),
  ];
}
