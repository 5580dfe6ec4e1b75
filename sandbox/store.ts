import { createClock, createIdMaker, logicalId } from './ids.ts';
import { hasEnded, type Run, type Status } from './run.ts';

/** Most runs that are kept; beyond it the oldest ended run goes, or the oldest of all. */
export const RUNS_MAX = 200_000;

/** The runs in memory, with the clock and the ids that they are made of. */
export interface Store {
  readonly teamId: string;
  readonly userId: string;
  readonly newId: () => string;
  readonly nowUs: () => number;
  create(workflowId: string, status: Status, id?: string): Run;
  find(id: string): Run | undefined;
  remove(run: Run): void;
  touch(run: Run, status: Status): void;
  /** The newest run that was started before this one. */
  before(run: Run): Run | undefined;
  newest(): Run | undefined;
  all(): Iterable<Run>;
}

/** An empty store. */
export function createStore(runsMax = RUNS_MAX): Store {
  const newId = createIdMaker();
  const nowUs = createClock();
  const runs = new Map<string, Run>();
  const ended: string[] = [];
  let recent: readonly Run[] = [];
  return {
    teamId: newId(),
    userId: newId(),
    newId,
    nowUs,
    create(workflowId, status, id = newId()) {
      const createdUs = nowUs();
      const logical = logicalId('workflow_run');
      const run: Run = {
        id,
        logicalId: logical,
        workflowId,
        createdUs,
        updatedUs: createdUs,
        status,
        pairs: [],
        comments: [],
      };
      if (runs.size >= runsMax) dropOne(runs, ended);
      runs.set(id, run);
      recent = [run, ...recent.slice(0, 7)];
      if (hasEnded(status)) ended.push(id);
      return run;
    },
    find: (id) => runs.get(id),
    remove(run) {
      runs.delete(run.id);
      recent = recent.filter((other) => other !== run);
    },
    touch(run, status) {
      if (hasEnded(status) && !hasEnded(run.status)) ended.push(run.id);
      run.status = status;
      run.updatedUs = nowUs();
    },
    before: (run) => recent.find((other) => other.createdUs < run.createdUs),
    newest: () => recent[0],
    all: () => runs.values(),
  };
}

function dropOne(runs: Map<string, Run>, ended: string[]): void {
  const oldest = ended.shift() ?? runs.keys().next().value;
  if (oldest !== undefined) runs.delete(oldest);
}
