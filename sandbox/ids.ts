import { randomBytes, randomUUID } from 'node:crypto';

/** Makes ObjectIds: 24 lower-case hex digits of time, machine and counter. */
export function createIdMaker(): () => string {
  const machine = randomBytes(5).toString('hex');
  let counter = 0; // the machine part differs; a counter from 0 makes the nth run the same one each time
  return () => {
    counter = (counter + 1) % 0x1000000;
    const seconds = Math.floor(Date.now() / 1000);
    return seconds.toString(16).padStart(8, '0') + machine + counter.toString(16).padStart(6, '0');
  };
}

/** A logical id: a prefix and a fresh UUID. */
export function logicalId(prefix: 'workflow_run' | 'event' | 'comment'): string {
  return `${prefix}_${randomUUID()}`;
}

/** A clock in microseconds that never shows the same time twice. */
export function createClock(): () => number {
  let lastUs = 0;
  return () => {
    lastUs = Math.max(Date.now() * 1000, lastUs + 1);
    return lastUs;
  };
}

/** RFC 3339 with microseconds and the zone +00:00. */
export function timestamp(us: number): string {
  const seconds = new Date(Math.floor(us / 1000)).toISOString().slice(0, 19);
  return `${seconds}.${String(us % 1_000_000).padStart(6, '0')}+00:00`;
}
