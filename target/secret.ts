import { inspect } from 'node:util';

/**
 * A value that must not be seen. It prints as `[redacted]` however it is printed; only `reveal()` gives it away,
 * and only the two senders call that.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return '[redacted]';
  }

  toJSON(): string {
    return '[redacted]';
  }

  [inspect.custom](): string {
    return '[redacted]';
  }
}
