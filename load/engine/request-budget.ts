/** The requests that this process may still send under load, however many scenarios there are. */
export class RequestBudget {
  readonly #cap: number | null;
  #taken = 0;

  /** @param cap most requests; null for no cap. */
  constructor(cap: number | null) {
    this.#cap = cap;
  }

  /** Takes one for a request under load; false when none is left. */
  take(): boolean {
    if (this.#cap !== null && this.#taken >= this.#cap) return false;
    this.#taken += 1;
    return true;
  }

  /** Counts a request beside the load, which prepares or cleans up and is never refused. */
  count(): void {
    this.#taken += 1;
  }
}
