import { isUtf8 } from 'node:buffer';
import type { HeaderPair } from '../../result/exchange.ts';

const OPENING = '{'.charCodeAt(0);
const CLOSING = '}'.charCodeAt(0);

/**
 * What can be seen of a good response without parsing it: status 200, plain UTF-8 sent as JSON, one object from its
 * first byte to its last, and in it the `_id` of the run that was addressed. A response of which this is not seen is
 * not bad yet; it has to be read.
 */
export class QuickCheck {
  #headers: readonly HeaderPair[] | null = null;
  #isPlainJson = false;

  /** @param headers names in lower case; the same array for heads that are the same. */
  isGood(runId: string, status: number, headers: readonly HeaderPair[], body: Buffer): boolean {
    if (headers !== this.#headers) {
      this.#headers = headers;
      this.#isPlainJson = isPlainJson(headers);
    }
    return (
      status === 200 &&
      this.#isPlainJson &&
      body[0] === OPENING &&
      body[body.length - 1] === CLOSING &&
      body.includes(`"_id":"${runId}"`) &&
      isUtf8(body)
    );
  }
}

function isPlainJson(headers: readonly HeaderPair[]): boolean {
  const types = headers.filter(([name]) => name === 'content-type');
  return (
    types.length === 1 &&
    /^application\/json(?:\s*;\s*charset=utf-8)?$/i.test(types[0]?.[1] ?? '') &&
    !headers.some(([name]) => name === 'content-encoding')
  );
}
