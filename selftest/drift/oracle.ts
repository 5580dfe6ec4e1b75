import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { modelOf } from '../../drift/model.ts';
import { isWithin } from '../../drift/within.ts';
import { schemaPair } from './schema-pairs.ts';

/** A pair of schemas on which this tool and the independent one do not agree. */
export interface Disagreement {
  readonly seed: number;
  readonly ours: readonly [grows: boolean, shrinks: boolean];
  readonly theirs: readonly [grows: boolean, shrinks: boolean];
}

/** What is used of the package jsoncompat. */
interface Oracle {
  initSync(options: { readonly module: Uint8Array }): unknown;
  check_compat(old: string, next: string, role: 'serializer' | 'deserializer'): boolean;
}

async function openOracle(): Promise<Oracle> {
  const require = createRequire(import.meta.url);
  const oracle = (await import(pathToFileURL(require.resolve('jsoncompat')).href)) as Oracle;
  oracle.initSync({ module: readFileSync(require.resolve('jsoncompat/jsoncompat_wasm_bg.wasm')) });
  return oracle;
}

/**
 * Holds the direction of generated pairs against jsoncompat, which is written in another language by others. It takes
 * a field that an old writer did not name as unsent, and one that the new schema does not name as anything; the two
 * questions are asked of ours in the same way.
 */
export async function disagreements(from: number, to: number): Promise<readonly Disagreement[]> {
  const oracle = await openOracle();
  const found: Disagreement[] = [];
  for (let seed = from; seed <= to; seed += 1) {
    const { old, next } = schemaPair(seed);
    const [a, b] = [modelOf(old, old), modelOf(next, next)];
    const ours = [isWithin(a, b, 'unsent'), isWithin(b, a, 'as-written')] as const;
    const [before, after] = [JSON.stringify(old), JSON.stringify(next)];
    const theirs = [
      oracle.check_compat(before, after, 'deserializer'),
      oracle.check_compat(before, after, 'serializer'),
    ] as const;
    if (ours[0] !== theirs[0] || ours[1] !== theirs[1]) found.push({ seed, ours, theirs });
  }
  return found;
}
