import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { check_compat, initSync } from 'jsoncompat';
import { modelOf } from '../../drift/model.ts';
import { isWithin } from '../../drift/within.ts';
import { schemaPair } from './schema-pairs.ts';

/** A pair of schemas on which this tool and the independent one do not agree. */
export interface Disagreement {
  readonly seed: number;
  readonly ours: readonly [grows: boolean, shrinks: boolean];
  readonly theirs: readonly [grows: boolean, shrinks: boolean];
}

let isReady = false;

/**
 * Holds the direction of generated pairs against jsoncompat, which is written in another language by others. It takes
 * a field that an old writer did not name as unsent, and one that the new schema does not name as anything; the two
 * questions are asked of ours in the same way.
 */
export function disagreements(from: number, to: number): readonly Disagreement[] {
  if (!isReady) {
    const path = createRequire(import.meta.url).resolve('jsoncompat/jsoncompat_wasm_bg.wasm');
    initSync({ module: readFileSync(path) });
    isReady = true;
  }
  const found: Disagreement[] = [];
  for (let seed = from; seed <= to; seed += 1) {
    const { old, next } = schemaPair(seed);
    const [a, b] = [modelOf(old, old), modelOf(next, next)];
    const ours = [isWithin(a, b, 'unsent'), isWithin(b, a, 'as-written')] as const;
    const [before, after] = [JSON.stringify(old), JSON.stringify(next)];
    const theirs = [
      check_compat(before, after, 'deserializer'),
      check_compat(before, after, 'serializer'),
    ] as const;
    if (ours[0] !== theirs[0] || ours[1] !== theirs[1]) found.push({ seed, ours, theirs });
  }
  return found;
}
