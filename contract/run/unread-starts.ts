/**
 * Calls that may have started a run whose id no response told: nobody can stop such a run. While no id can be read, a few
 * more calls that may start one go out, and then no further one.
 */
export interface UnreadStarts {
  /** Waits until it is known what became of those under way; false when no further one may go out. */
  admit(): Promise<boolean>;
  /** Notes what became of one that was let in. */
  settled(came: 'an-id' | 'success-without-id' | 'nothing'): void;
}

/** After the first call that was answered with success and without an id. */
const MORE = 5;

/** Why a case was not asked any more. */
export const UNREAD = `${MORE + 1} calls that may start a run were answered with success and without a readable id, so that nobody can stop what they started`;

/** Opens the count for the calls of one session. */
export function openUnreadStarts(): UnreadStarts {
  let unread = 0;
  let underWay = 0;
  const waiting: (() => void)[] = [];
  return {
    async admit() {
      while (unread > 0 && unread + underWay > MORE) {
        if (underWay === 0) return false;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
      underWay += 1;
      return true;
    },
    settled(came) {
      underWay -= 1;
      if (came === 'an-id') unread = 0;
      if (came === 'success-without-id') unread += 1;
      for (const wake of waiting.splice(0)) wake();
    },
  };
}
