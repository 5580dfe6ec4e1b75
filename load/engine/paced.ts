/** How a number of side requests is spread out. */
export interface Spread {
  /** Most tasks begun per second; null for no pace besides `parallel`. */
  readonly ratePerSecond: number | null;
  /** Most tasks at a time. */
  readonly parallel: number;
}

/** Does a task for each item, paced and with bounded parallelism; stops beginning new ones once `isOver` says so. */
export async function paced<T>(
  items: readonly T[],
  spread: Spread,
  isOver: () => boolean,
  task: (item: T) => Promise<void>,
): Promise<void> {
  const startMs = performance.now();
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length && !isOver()) {
      const index = next;
      next += 1;
      const dueMs = spread.ratePerSecond === null ? 0 : startMs + (index * 1000) / spread.ratePerSecond;
      await sleepUntil(dueMs, isOver);
      if (!isOver()) await task(items[index] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(spread.parallel, items.length) }, worker));
}

const NAP_MS = 100;

/** Sleeps until a time of the process clock, in naps, so that an end before it is noticed. */
export async function sleepUntil(dueMs: number, isOver: () => boolean): Promise<void> {
  for (let leftMs = dueMs - performance.now(); leftMs > 0 && !isOver(); leftMs = dueMs - performance.now()) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(leftMs, NAP_MS)));
  }
}
