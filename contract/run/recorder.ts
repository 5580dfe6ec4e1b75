import type { FieldLook } from '../checks/response-fields.ts';
import { isCheckId, type CheckId } from '../checks/check.ts';
import type { Violation } from '../checks/violation.ts';
import { severityUnder } from '../checks/finding.ts';
import type { CaseOutcome, Finding } from '../../result/contract-result.ts';
import type { Exchange, HeaderPair } from '../../result/exchange.ts';
import type { ObservedCommand } from '../../result/shape.ts';
import { VersionHeaders, type HeaderCounts } from '../../result/version-headers.ts';
import { ShapeCounter, type SeenPlace } from './observed-shape.ts';
import { addedUp, countsOf, type ResponseFieldCount } from './response-fields.ts';

/** What was seen of an assumption by one call. */
export interface Observation {
  readonly rule: string;
  readonly confirmed: boolean;
  readonly seen: string;
  /** The exchange that shows it; kept of the first of its kind in each test. */
  readonly exchange?: Exchange;
}

/** All that one test (or the control) gives to the result: plain data, redacted. */
export interface TestRecord {
  readonly outcome: CaseOutcome;
  readonly findings: readonly Finding[];
  readonly requests: number;
  /** How often each check looked at a response to a command: `[command, check, times]`. */
  readonly exercised: readonly (readonly [command: string, check: string, times: number])[];
  /** In how many of those responses it failed, and in how many it only warned: `[command, check, failed, warned]`. */
  readonly against: readonly (readonly [command: string, check: string, failed: number, warned: number])[];
  /** How often each response status was seen. */
  readonly statuses: readonly (readonly [status: string, times: number])[];
  readonly requestField: string | null;
  /** The documented fields that responses had, by pattern. */
  readonly responseFields: readonly string[];
  /** How they came out, by field and command. */
  readonly fieldCounts: readonly ResponseFieldCount[];
  readonly observations: readonly Observation[];
  /** How often each command was accepted. */
  readonly accepted: readonly (readonly [command: string, times: number])[];
  /** The request constraints that a response was judged by, each with how often. */
  readonly constraints: readonly (readonly [pointer: string, times: number])[];
  /** The constraints that can't be judged on this workflow, because it needs what keeping them would leave out. */
  readonly excused: readonly string[];
  /** Runs of ours that were active when a start was refused for them; null when none was. */
  readonly limit: number | null;
  /** What accepted responses had, by command. */
  readonly shape?: readonly ObservedCommand[];
  /** One exchange that a rule was held against and kept, for rules that nobody promised. */
  readonly examples?: readonly (readonly [rule: string, exchange: Exchange])[];
  /** Headers of responses that are named like a version, a build or an instance. */
  readonly headers?: HeaderCounts;
}

/** Collects what happens in one test. */
export class Recorder {
  readonly #findings: Finding[] = [];
  readonly #exercised = new Map<string, number>();
  readonly #against = new Map<string, readonly [failed: number, warned: number]>();
  readonly #statuses = new Map<string, number>();
  readonly #responseFields = new Set<string>();
  readonly #fieldCounts: ResponseFieldCount[] = [];
  readonly #observations: Observation[] = [];
  readonly #accepted = new Map<string, number>();
  readonly #constraints = new Map<string, number>();
  readonly #excused = new Set<string>();
  readonly #shape = new ShapeCounter();
  readonly #examples = new Map<string, Exchange>();
  readonly #headers = new VersionHeaders();
  #limit: number | null = null;
  #requests = 0;

  /** @param headers of the response, redacted. */
  request(status: number | null, headers: readonly HeaderPair[] = []): void {
    this.#requests += 1;
    this.#headers.note(headers);
    const name = status === null ? 'no response' : String(status);
    this.#statuses.set(name, (this.#statuses.get(name) ?? 0) + 1);
  }

  /** Counts a check each time that it has looked at a response to a command. */
  lookedBy(command: string): (check: CheckId) => void {
    return (check) => {
      this.looked(command, [check]);
    };
  }

  looked(command: string, checks: readonly CheckId[]): void {
    for (const check of checks) {
      const key = `${command}\t${check}`;
      this.#exercised.set(key, (this.#exercised.get(key) ?? 0) + 1);
    }
  }

  accepted(command: string): void {
    this.#accepted.set(command, (this.#accepted.get(command) ?? 0) + 1);
  }

  /** A response that could have broken the rule of a case was checked against it. */
  lookedForCase(command: string, rule: string): void {
    if (!isCheckId(rule)) throw new Error(`the rule ${rule} of a case has no check`);
    this.looked(command, [rule]);
  }

  /** A response that could have broken these constraints was checked against them. */
  judged(constraints: readonly string[]): void {
    for (const one of constraints) this.#constraints.set(one, (this.#constraints.get(one) ?? 0) + 1);
  }

  excused(constraints: readonly string[]): void {
    for (const one of constraints) this.#excused.add(one);
  }

  limited(active: number): void {
    this.#limit = active;
  }

  fields(patterns: readonly string[]): void {
    for (const pattern of patterns) this.#responseFields.add(pattern);
  }

  /** Books what is held against one response, once for each check; its heaviest violation counts. */
  objected(command: string, violations: readonly Violation[], isStrict: boolean): void {
    for (const check of new Set(violations.map((violation) => violation.check))) {
      const own = violations.filter((violation) => violation.check === check);
      const isFailed = own.some((violation) => severityUnder(isStrict, violation) === 'failure');
      this.#add(`${command}\t${check}`, isFailed ? [1, 0] : [0, 1]);
    }
  }

  #add(key: string, [failed, warned]: readonly [number, number]): void {
    const [failedBefore, warnedBefore] = this.#against.get(key) ?? [0, 0];
    this.#against.set(key, [failedBefore + failed, warnedBefore + warned]);
  }

  /** Books what one accepted response tells of the documented fields. */
  lookedAt(command: string, looks: readonly FieldLook[]): void {
    this.#fieldCounts.push(...countsOf(command, looks));
  }

  /**
   * Books what one response has, whatever the description says of it.
   * @param refusedWith the status of a refusal.
   */
  shaped(command: string, places: readonly SeenPlace[], refusedWith?: number): void {
    this.#shape.add(command, places, refusedWith);
  }

  observed({ exchange, ...observation }: Observation): void {
    const isFirst = !this.#observations.some(
      ({ rule, confirmed }) => rule === observation.rule && confirmed === observation.confirmed,
    );
    this.#observations.push(isFirst && exchange !== undefined ? { ...observation, exchange } : observation);
  }

  /** Keeps one exchange that a rule was held against and kept. */
  example(rule: string, exchange: Exchange): void {
    if (!this.#examples.has(rule)) this.#examples.set(rule, exchange);
  }

  /** Keeps a finding, one for each cause: a second call of the same test says nothing new. */
  found(findings: readonly Finding[]): void {
    for (const finding of findings) {
      if (!this.#findings.some((other) => other.fingerprint === finding.fingerprint))
        this.#findings.push(finding);
    }
  }

  /** Takes over what another recorder counted, without its findings. */
  absorb(other: Recorder): void {
    this.#requests += other.#requests;
    for (const [key, times] of other.#exercised)
      this.#exercised.set(key, (this.#exercised.get(key) ?? 0) + times);
    for (const [key, counts] of other.#against) this.#add(key, counts);
    for (const [key, times] of other.#statuses)
      this.#statuses.set(key, (this.#statuses.get(key) ?? 0) + times);
    for (const [command, times] of other.#accepted)
      this.#accepted.set(command, (this.#accepted.get(command) ?? 0) + times);
    for (const [pointer, times] of other.#constraints)
      this.#constraints.set(pointer, (this.#constraints.get(pointer) ?? 0) + times);
    this.excused([...other.#excused]);
    this.#limit = other.#limit ?? this.#limit;
    for (const pattern of other.#responseFields) this.#responseFields.add(pattern);
    this.#fieldCounts.push(...other.#fieldCounts);
    this.#shape.merge(other.#shape.result());
    for (const observation of other.#observations) this.observed(observation);
    for (const [rule, exchange] of other.#examples) this.example(rule, exchange);
    this.#headers.merge(other.#headers.counts());
  }

  get findings(): readonly Finding[] {
    return this.#findings;
  }

  get hasFailure(): boolean {
    return this.#findings.some((finding) => finding.severity === 'failure');
  }

  /** The record of the test; what it was skipped for, or the weight of its findings, decides the outcome. */
  finish(
    about: Omit<CaseOutcome, 'outcome'>,
    requestField: string | null,
    undecided: CaseOutcome['outcome'] | null,
  ): TestRecord {
    return {
      outcome: { ...about, outcome: this.#outcome(undecided) },
      findings: this.#findings,
      requests: this.#requests,
      exercised: [...this.#exercised].map(([key, times]) => {
        const [command = '', check = ''] = key.split('\t');
        return [command, check, times] as const;
      }),
      against: [...this.#against].map(([key, [failed, warned]]) => {
        const [command = '', check = ''] = key.split('\t');
        return [command, check, failed, warned] as const;
      }),
      statuses: [...this.#statuses],
      requestField,
      responseFields: [...this.#responseFields],
      fieldCounts: addedUp(this.#fieldCounts),
      observations: this.#observations,
      accepted: [...this.#accepted],
      constraints: [...this.#constraints],
      excused: [...this.#excused],
      limit: this.#limit,
      shape: this.#shape.result(),
      examples: [...this.#examples],
      headers: this.#headers.counts(),
    };
  }

  #outcome(undecided: CaseOutcome['outcome'] | null): CaseOutcome['outcome'] {
    if (this.hasFailure) return 'failed';
    if (undecided !== null) return undecided;
    return this.#findings.length > 0 ? 'warned' : 'passed';
  }
}
