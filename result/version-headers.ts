import type { HeaderPair } from './exchange.ts';

/** How often each value of a header was seen, by name in lower case; plain data, so that processes can add theirs up. */
export type HeaderCounts = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** More values of one header are not told apart; one with more is no revision anyhow. */
const VALUES_MAX = 64;
const NAMES_MAX = 16;
const LENGTH_MAX = 120;
/** A rolling deployment, a canary and its base, two regions: a version header with more values follows the response. */
const VERSIONS_MAX = 4;

const VERSION_WORDS =
  /^(app|api|service|server|git)?(version|ver|build|revision|rev|release|commit|sha|deploy|deployment)(id|no|nr|number|name|hash)?$/;
const INSTANCE_WORDS = /^(instance|replica|pod|node|backend|container|task|machine)(id|name)?$/;
/** Versions of a protocol, of a thing that is stored, or of one request, although the name has such a word. */
const OTHERS = /^(mime-version$|sec-|content-|cache-|x-amz-version-id$)/;
const OF_SOMETHING_ELSE =
  /^(request|trace|span|correlation|session|resource|entity|object|row|record|document|workflow|run|tls|ssl|http|protocol)$/;

/** What the name of a header promises: a version or build of what answers, or which of several instances did; null for neither. */
export function kindOfHeader(name: string): 'version' | 'instance' | null {
  if (OTHERS.test(name)) return null;
  const words = name.split(/[-_.]/);
  if (words.some((word) => OF_SOMETHING_ELSE.test(word))) return null;
  if (words.some((word) => INSTANCE_WORDS.test(word))) return 'instance';
  return words.some((word) => VERSION_WORDS.test(word)) ? 'version' : null;
}

/** Counts the values of headers that are named like a version, a build or an instance. */
export class VersionHeaders {
  readonly #values = new Map<string, Map<string, number>>();
  readonly #kinds = new Map<string, boolean>();
  #last: readonly HeaderPair[] | null = null;
  #own: readonly HeaderPair[] = [];

  /** @param headers names in lower case; the same array for heads that are the same is read once. */
  note(headers: readonly HeaderPair[]): void {
    if (headers !== this.#last) {
      this.#last = headers;
      this.#own = headers.filter(([name, value]) => value.trim() !== '' && this.#isNamed(name));
    }
    for (const [name, value] of this.#own) this.#add(name, value, 1);
  }

  merge(counts: HeaderCounts): void {
    for (const [name, values] of Object.entries(counts))
      for (const [value, times] of Object.entries(values)) this.#add(name, value, times);
  }

  /** @param redact takes secrets out of the values; a server may well echo one. */
  counts(redact: (text: string) => string = (text) => text): HeaderCounts {
    return Object.fromEntries(
      [...this.#values].map(([name, values]) => {
        const told = new Map<string, number>();
        for (const [value, times] of values) {
          const safe = redact(value).trim().slice(0, LENGTH_MAX);
          told.set(safe, (told.get(safe) ?? 0) + times);
        }
        return [name, Object.fromEntries(told)];
      }),
    );
  }

  #isNamed(name: string): boolean {
    const known = this.#kinds.get(name) ?? kindOfHeader(name) !== null;
    this.#kinds.set(name, known);
    return known;
  }

  #add(name: string, value: string, times: number): void {
    const values = this.#values.get(name) ?? new Map<string, number>();
    if (!this.#values.has(name) && this.#values.size >= NAMES_MAX) return;
    this.#values.set(name, values);
    if (!values.has(value) && values.size > VALUES_MAX) return;
    values.set(value, (values.get(value) ?? 0) + times);
  }
}

/**
 * What of the counted headers is kept of a run: those whose values stay from response to response. One that changes with each
 * response, like the id of a request, tells nothing of what is deployed. Several values, of replicas or of a deployment that was
 * under way, are sorted and joined by a comma.
 */
export function steadyHeaders(counts: HeaderCounts): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(counts)
      .filter(([name, values]) => isSteady(kindOfHeader(name), Object.values(values)))
      .map(([name, values]) => [name, Object.keys(values).sort().join(', ')]),
  );
}

function isSteady(kind: ReturnType<typeof kindOfHeader>, times: readonly number[]): boolean {
  const responses = times.reduce((sum, one) => sum + one, 0);
  if (times.length === 1) return true;
  // On average each value has to come back at least once.
  return times.length * 2 <= responses && times.length <= (kind === 'version' ? VERSIONS_MAX : VALUES_MAX);
}
