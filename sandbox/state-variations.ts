import type { Hooks, Scene } from './hooks.ts';
import { LIFECYCLE, type Lifecycle, type Pace } from './lifecycle.ts';
import { refusal, serviceRefusal, withHeaders, type Reply } from './reply.ts';
import { hasEnded, type Command, type Run } from './run.ts';
import type { Store } from './store.ts';
import { withoutReading } from './variations.ts';

/** A conforming way in which runs live, and the verdict that is right for it. */
export interface StateVariation {
  readonly name: string;
  readonly line: string;
  readonly right: 'GO' | 'INCONCLUSIVE';
  readonly hooks: Hooks;
  readonly lifecycle?: Lifecycle;
  readonly pace?: Pace;
}

/** All times of the sandbox are a twentieth of those that real servers take. */
const WORKS_MS = 100;
const LATE_MS = 300;
const LAG_MS = 50;

/** What workflows that take their time, and what platforms with limits do. */
export const STATE_VARIATIONS: readonly StateVariation[] = [
  {
    ...row('busy', `a run works for ${WORKS_MS} ms after each command and takes only stop meanwhile`),
    hooks: working({ shows: true, refuse: busy409, takes: ['stop'] }),
  },
  {
    ...row(
      'busy-400',
      `a run works for ${WORKS_MS} ms after each command; others are refused with 400 in prose`,
    ),
    hooks: working({ shows: true, refuse: busy400, takes: [] }),
  },
  {
    ...row(
      'busy-503',
      `a run works for ${WORKS_MS} ms after each command; others are refused with 503 and Retry-After`,
    ),
    hooks: working({ shows: true, refuse: busy503, takes: ['stop'] }),
  },
  {
    ...row(
      'busy-no-status',
      `a run works for ${WORKS_MS} ms after each command and refuses others, but shows the status of rest; no GET`,
    ),
    hooks: withUnreadable(working({ shows: false, refuse: busy409, takes: [] })),
  },
  {
    ...row('late-inputs', `pairs appear ${LATE_MS} ms after the response; the status is running meanwhile`),
    pace: { settleMs: LATE_MS, pairs: 'when-settled' },
  },
  {
    ...row('three-at-a-time', 'a start while three runs are active is refused with 409'),
    hooks: { forbid: limited(3, (detail) => refusal(409, detail, 'state')) },
  },
  {
    ...row(
      'three-at-a-time-429',
      'a start while three runs are active is refused with 429 and Retry-After: 1',
    ),
    hooks: {
      forbid: limited(3, (detail) => withHeaders(refusal(429, detail, 'throttled'), { 'retry-after': '1' })),
    },
  },
  {
    ...row('one-at-a-time', 'a start while another run is active is refused with 409'),
    hooks: { forbid: limited(1, (detail) => refusal(409, detail, 'state')) },
  },
  {
    ...row('slot-freed-late', `three runs at a time, and a stopped run keeps its place for ${LATE_MS} ms`),
    hooks: {
      forbid: limited(
        3,
        (detail) => refusal(409, detail, 'state'),
        ({ status, updatedUs }) => !hasEnded(status) || Date.now() - updatedUs / 1000 < LATE_MS,
      ),
    },
  },
  {
    ...row('one-run-ever', 'a second start is refused with 409: a stopped run keeps its place for hours'),
    right: 'INCONCLUSIVE',
    hooks: {
      forbid: limited(
        1,
        (detail) => refusal(409, detail, 'state'),
        () => true,
      ),
    },
  },
  {
    ...row('lagging-read', `GET shows the state of ${LAG_MS} ms ago`),
    hooks: lagging(),
  },
  {
    ...row('deletes-ended', 'a run that has ended is deleted: 404 from then on'),
    hooks: {
      apply: (outcome, { store }) => {
        if ('run' in outcome && hasEnded(outcome.run.status)) store.remove(outcome.run);
        return outcome;
      },
    },
  },
  {
    ...row('ends-after-input', 'a run is completed by its first input, and takes no further command'),
    right: 'INCONCLUSIVE',
    lifecycle: { ...LIFECYCLE, data: { ...LIFECYCLE.data, to: 'completed' } },
  },
  {
    ...row(
      'ends-at-once',
      'a run works for 10 ms, is completed then and deleted, so it takes no further command',
    ),
    right: 'INCONCLUSIVE',
    lifecycle: { ...LIFECYCLE, start: { ...LIFECYCLE.start, to: 'completed' } },
    hooks: {
      apply: (outcome, { store, input }) => {
        if ('refusal' in outcome || input?.command !== 'start') return outcome;
        const { run } = outcome;
        store.touch(run, 'running');
        setTimeout(() => {
          store.remove(run);
        }, 10).unref();
        return outcome;
      },
      forbid: (refused, { input, store }) => {
        const run = store.find(input?.workflow_run_id ?? '');
        return refused ?? (run === undefined ? undefined : busy409(input?.command ?? 'data'));
      },
    },
  },
];

function row(name: string, line: string): StateVariation {
  return { name, line, right: 'GO', hooks: {} };
}

function busy409(command: Command): Reply {
  return refusal(409, `Cannot ${command} a workflow run that is running`, 'state');
}

function busy400(command: Command): Reply {
  const message = `The workflow run is still processing the last input, ${command} has to wait`;
  return serviceRefusal(400, 'Bad Request', message, 'state');
}

function busy503(command: Command): Reply {
  const reply = refusal(503, `Cannot ${command} now, the workflow run is at work`, 'state');
  return withHeaders(reply, { 'retry-after': '0' });
}

/** A run that works for some time after each command but stop; a status of its own shows that or not. */
function working(how: {
  readonly shows: boolean;
  readonly refuse: (command: Command) => Reply;
  readonly takes: readonly Command[];
}): Hooks {
  const busy = new WeakSet<Run>();
  return {
    forbid: (refused, { input, store }) => {
      const run = store.find(input?.workflow_run_id ?? '');
      if (refused !== undefined || input === undefined || run === undefined || !busy.has(run)) return refused;
      return how.takes.includes(input.command) ? undefined : how.refuse(input.command);
    },
    apply: (outcome, { store }) => {
      if ('refusal' in outcome || hasEnded(outcome.run.status)) return outcome;
      const { run } = outcome;
      busy.add(run);
      setTimeout(() => {
        busy.delete(run);
        if (!hasEnded(run.status)) store.touch(run, run.status);
      }, WORKS_MS).unref();
      return outcome;
    },
    state: (state, { run }) =>
      how.shows && run !== undefined && busy.has(run) && !hasEnded(run.status)
        ? { ...state, status: 'running' }
        : state,
  };
}

function withUnreadable(hooks: Hooks): Hooks {
  return { ...hooks, reply: withoutReading };
}

/** The refusal of a start while so many runs are active. */
function limited(
  most: number,
  refuse: (detail: string) => Reply,
  isActive = (run: Run): boolean => !hasEnded(run.status),
): (refused: Reply | undefined, scene: Scene) => Reply | undefined {
  return (refused, { input, store, workflowId }) => {
    const isStart = input?.command === 'start' && input.workflow_run_id === null;
    if (refused !== undefined || !isStart || input.workflow_id !== workflowId) return refused;
    const active = countOf(store, isActive);
    if (active < most) return undefined;
    return refuse(`max_concurrent_runs reached for workflow_id ${workflowId}: ${active} active`);
  };
}

function countOf(store: Store, isMeant: (run: Run) => boolean): number {
  let count = 0;
  for (const run of store.all()) if (isMeant(run)) count += 1;
  return count;
}

/** GET reads from a copy that is some time behind: it shows what the last response before that showed. */
function lagging(): Hooks {
  const shown = new WeakMap<Run, { readonly atMs: number; readonly reply: Reply }[]>();
  return {
    reply: (reply, { run, store, call }) => {
      if (reply.reason === 'accepted' && run !== undefined) {
        shown.set(run, [...(shown.get(run) ?? []), { atMs: performance.now(), reply }]);
        return reply;
      }
      if (reply.reason !== 'read') return reply;
      const read = store.find(call.path.split('/').at(-1) ?? '');
      const states = read === undefined ? [] : (shown.get(read) ?? []);
      const copied = states.findLast(({ atMs }) => performance.now() - atMs >= LAG_MS);
      return copied?.reply ?? refusal(404, 'Workflow run not found', 'run');
    },
  };
}
