/** A question as a row of the table, and what it came to. */

export type CheckState = 'passed' | 'failed' | 'skipped' | 'absent';

/** What a result rests on, for machines: names, statuses, times. Never a value of a variable. */
export type Facts = Readonly<Record<string, Fact>>;

export type Fact = string | number | boolean | null | readonly string[];

/** The same fact with each of its texts changed. */
export function withTexts(fact: Fact, change: (text: string) => string): Fact {
  if (typeof fact === 'string') return change(fact);
  return typeof fact === 'object' && fact !== null ? fact.map(change) : fact;
}

/** What asking came to. A failure always says the one thing to do. */
export type Outcome =
  | {
      readonly state: 'passed' | 'absent' | 'unseen';
      readonly what: string;
      readonly facts: Facts;
    }
  | {
      readonly state: 'failed';
      readonly what: string;
      readonly next: string;
      readonly facts: Facts;
      /** False where the checks that need this one can be asked all the same. */
      readonly blocks: boolean;
    }
  | { readonly state: 'because'; readonly id: string };

/** One question. What it needs are the ids of questions before it. */
export interface CheckRow<Context> {
  readonly id: string;
  readonly title: string;
  readonly needs: readonly string[];
  /** `local` sends nothing, `free` starts no workflow run, `paid` starts one; `after` tells what the paid one showed. */
  readonly cost: 'local' | 'free' | 'paid' | 'after';
  readonly check: (context: Context) => Outcome | Promise<Outcome>;
}

/** The result of one question, as `--json` prints it. */
export interface CheckResult {
  readonly id: string;
  readonly state: CheckState;
  readonly what: string;
  /** The one thing to do; null but for a failure. */
  readonly next: string | null;
  readonly took_ms: number;
  /** `because`: the id of the failed check above for whose sake this one was skipped. */
  readonly evidence: Facts;
}

export function passed(what: string, facts: Facts = {}): Outcome {
  return { state: 'passed', what, facts };
}

/** For what the target or the settings do not have, which is no failure. */
export function absent(what: string, facts: Facts = {}): Outcome {
  return { state: 'absent', what, facts };
}

/** For what could not be seen although nothing is wrong; it is told as skipped and blocks nothing. */
export function unseen(what: string, facts: Facts = {}): Outcome {
  return { state: 'unseen', what, facts };
}

export function failed(what: string, next: string, facts: Facts = {}, blocks = true): Outcome {
  return { state: 'failed', what, next, facts, blocks };
}

/** Skipped for the sake of another check, which the table alone does not tell. */
export function because(id: string): Outcome {
  return { state: 'because', id };
}
