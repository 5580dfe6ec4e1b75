import type { SchemaStoredRunInput, SchemaValidationObjection } from '../openapi/generated/workflow-runs.ts';
import type { Call } from './call.ts';
import type { Reply } from './reply.ts';
import type { Run, RunInput } from './run.ts';
import type { Store } from './store.ts';

/** A JSON object of any content. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** What a hook may look at beside the value it is given. */
export interface Scene {
  readonly key: string;
  readonly workflowId: string;
  readonly store: Store;
  readonly call: Call;
  /** True of a call with the valid key of another team. */
  readonly isOtherTeam: boolean;
  /** The body, once it was read as an object. */
  readonly body: JsonObject | undefined;
  /** The input, once the body was found valid. */
  readonly input: RunInput | undefined;
  /** The run that the call is answered with, once there is one. */
  readonly run: Run | undefined;
  /** How many calls on the same run wait for their response, this one left out. */
  readonly alongside: number;
}

/** What reading the body came to. */
export type Parsed = { readonly value: unknown } | { readonly refusal: Reply };

/** What a command came to. */
export type Outcome = { readonly run: Run } | { readonly refusal: Reply };

/** One point of the pipeline: what the conforming server would do goes in, what is done instead comes out. */
export type Hook<V> = (value: V, scene: Scene) => V;

/** The named points, in the order in which a call passes them. */
export interface Pipeline {
  /** The call as it arrived. */
  readonly request: Hook<Call>;
  /** The refusal of a key, or undefined for a call that is let in. */
  readonly admit: Hook<Reply | undefined>;
  /** The body as a value. */
  readonly parse: Hook<Parsed>;
  /** The body as an object, before it is validated. */
  readonly receive: Hook<JsonObject>;
  /** The objections to the body. */
  readonly judge: Hook<readonly SchemaValidationObjection[]>;
  /** The refusal of a valid command before anything is done, or undefined. */
  readonly forbid: Hook<Reply | undefined>;
  /** The input as it is stored in the run's history. */
  readonly record: Hook<SchemaStoredRunInput>;
  /** How many pairs the input makes in the history: one. */
  readonly copies: Hook<number>;
  /** What the command came to. */
  readonly apply: Hook<Outcome>;
  /** One pair, the inner run, the document and the whole response, as they are shown. */
  readonly pair: Hook<JsonObject>;
  readonly state: Hook<JsonObject>;
  readonly document: Hook<JsonObject>;
  readonly body: Hook<unknown>;
  /** The reply just before it is written, refusals included. */
  readonly reply: Hook<Reply>;
}

/** Some points of the pipeline, as a profile or a fault takes them. */
export type Hooks = Partial<Pipeline>;

/** One pipeline of many hooks; those of earlier entries come first. */
export function combine(all: readonly Hooks[]): Pipeline {
  return {
    request: chain(all.map((hooks) => hooks.request)),
    admit: chain(all.map((hooks) => hooks.admit)),
    parse: chain(all.map((hooks) => hooks.parse)),
    receive: chain(all.map((hooks) => hooks.receive)),
    judge: chain(all.map((hooks) => hooks.judge)),
    forbid: chain(all.map((hooks) => hooks.forbid)),
    record: chain(all.map((hooks) => hooks.record)),
    copies: chain(all.map((hooks) => hooks.copies)),
    apply: chain(all.map((hooks) => hooks.apply)),
    pair: chain(all.map((hooks) => hooks.pair)),
    state: chain(all.map((hooks) => hooks.state)),
    document: chain(all.map((hooks) => hooks.document)),
    body: chain(all.map((hooks) => hooks.body)),
    reply: chain(all.map((hooks) => hooks.reply)),
  };
}

function chain<V>(steps: readonly (Hook<V> | undefined)[]): Hook<V> {
  const taken = steps.filter((step) => step !== undefined);
  return (value, scene) => taken.reduce((current, step) => step(current, scene), value);
}
