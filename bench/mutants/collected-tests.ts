/** What a test function gets; the part of node:test's context that the quick tests use. */
interface Context {
  readonly name: string;
  readonly signal: AbortSignal;
  after(cleanup: () => unknown): void;
  diagnostic(message: string): void;
  test(name: string, ...rest: readonly unknown[]): Promise<void>;
}

type Body = (context: Context) => unknown;

interface Collected {
  readonly name: string;
  readonly body: Body;
}

/**
 * A stand-in for node:test that collects the tests of the files that are evaluated, so that one process runs them again
 * and again. They run one after the other, as node:test would, until the first that fails.
 */
export class CollectedTests {
  #tests: Collected[] = [];
  #last: Collected[] = [];
  #prefix = '';
  #hasHooks = false;
  readonly #tookMs = new Map<string, number>();

  /** What takes the place of the module `node:test`. */
  get module(): Record<string, unknown> {
    const test = (...args: readonly unknown[]): Promise<void> => {
      const { name, body } = readArguments(args);
      this.#tests.push({ name: `${this.#prefix}${name}`, body });
      return Promise.resolve();
    };
    const describe = (...args: readonly unknown[]): Promise<void> => {
      const { name, body } = readArguments(args);
      const [prefix, last] = [this.#prefix, this.#last];
      this.#prefix = `${prefix}${name} > `;
      this.#last = [];
      (body as () => void)();
      this.#tests.push(...this.#last);
      [this.#prefix, this.#last] = [prefix, last];
      return Promise.resolve();
    };
    const before = (body: Body): void => {
      this.#hasHooks = true;
      this.#tests.push({ name: 'before', body });
    };
    const after = (body: Body): void => {
      this.#hasHooks = true;
      this.#last.push({ name: 'after', body });
    };
    const hooks = { before, after, test, it: test, describe, suite: describe };
    return { default: Object.assign(test, hooks), ...hooks };
  }

  /** Forgets the tests of the files that were evaluated until now. */
  clear(): void {
    this.#tests = [];
    this.#last = [];
    this.#prefix = '';
    this.#hasHooks = false;
  }

  get size(): number {
    return this.#tests.length;
  }

  /** Runs all, the quickest first where they do not share hooks; the name and the message of the first that fails, or null. */
  async firstFailure(): Promise<string | null> {
    const took = ({ name }: Collected): number => this.#tookMs.get(name) ?? 0;
    const sorted = this.#hasHooks ? this.#tests : this.#tests.toSorted((a, b) => took(a) - took(b));
    for (const { name, body } of [...sorted, ...this.#last]) {
      const began = performance.now();
      const failure = await runOne(name, body);
      this.#tookMs.set(name, performance.now() - began);
      if (failure !== null) return failure;
    }
    return null;
  }
}

async function runOne(name: string, body: Body): Promise<string | null> {
  const cleanups: (() => unknown)[] = [];
  const context: Context = {
    name,
    signal: new AbortController().signal,
    after: (cleanup) => void cleanups.push(cleanup),
    diagnostic: () => undefined,
    async test(...args) {
      const inner = readArguments(args);
      const failure = await runOne(`${name} > ${inner.name}`, inner.body);
      if (failure !== null) throw new Error(failure);
    },
  };
  let failure: string | null = null;
  try {
    await body(context);
  } catch (error) {
    failure = `${name}: ${error instanceof Error ? error.message : String(error)}`;
  }
  for (const cleanup of cleanups) await cleanup();
  return failure;
}

/** The arguments of `test`, of which the options and the name may be missing. */
function readArguments(args: readonly unknown[]): Collected {
  const name = args.find((arg) => typeof arg === 'string') ?? 'unnamed';
  const body = args.find((arg) => typeof arg === 'function');
  if (body === undefined) return { name, body: () => undefined };
  return { name, body: body as Body };
}
