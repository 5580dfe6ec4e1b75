import { ResponseChecker } from './check-response.ts';
import { openAttack, type Attack } from '../attack/attack.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import { type LoadContext, type ScenarioContext, StopSignal, type RequestBudget } from './context.ts';
import { Disturbance } from '../metrics/waits.ts';
import { Dispatcher } from './dispatcher.ts';
import { Bodies } from '../scenario/request-bodies.ts';
import { Inputs } from '../scenario/run-input.ts';
import type { Command } from '../../openapi/registry.ts';
import { Recorder } from '../metrics/latency-recorder.ts';
import type { Connects } from '../metrics/scenario-record.ts';
import { RunPool } from './run-pool.ts';
import { pooledCommands, runSetupOf } from '../scenario/run-setup.ts';
import type { ScenarioPlan } from '../scenario/plan.ts';
import { ControlSender, type ControlPolicy } from './controls.ts';
import { peakPerSecondOf } from '../arrivals/rate-profile.ts';
import { SetupClient } from './setup-client.ts';

/** Everything that one scenario holds open while it runs. */
export interface ScenarioRuntime extends ScenarioContext {
  readonly plan: ScenarioPlan;
  readonly attack: Attack;
  readonly dispatcher: Dispatcher;
  readonly disturbance: Disturbance;
  /** The prepared runs of each command that takes them. */
  readonly pools: ReadonlyMap<Exclude<Command, 'start'>, RunPool>;
  readonly setup: SetupClient;
  readonly connects: Connects;
  /** Sends control calls; null where none are wanted. */
  readonly controls: ControlSender | null;
}

/** Opens the connections and everything around them; the scenario's own timeout is the target's from here on. */
export function openRuntime(
  plan: ScenarioPlan,
  outside: LoadContext,
  requests: RequestBudget,
  policy: ControlPolicy,
): ScenarioRuntime {
  // In the closed model all connections are needed from the first moment on, in the open one as requests need them.
  const initial = plan.arrival.model === 'closed' ? plan.connections : 1;
  const context = contextOf(plan, outside, requests, initial);
  const { target, breaker, stopSignal } = context;
  const connects = { tcp: new Recorder(), tls: new Recorder() };
  const attack = openAttack(
    target,
    context.operation.path,
    { ceiling: plan.connections, initial, keepsAlive: plan.keepsAlive, timeoutMs: target.timeoutMs },
    {
      free: (lagMs) => {
        dispatcher.pump(lagMs);
      },
      connected: ({ tcpMs, tlsMs }) => {
        connects.tcp.record(tcpMs);
        if (tlsMs !== null) connects.tls.record(tlsMs);
        breaker.connected();
      },
      connectFailed: (failure) => {
        breaker.connectFailed({ ...failure, message: target.redact(failure.message) });
      },
    },
  );
  const dispatcher = new Dispatcher(attack, target.timeoutMs);
  stopSignal.onStop(() => {
    dispatcher.close();
  });
  const setup = new SetupClient(context);
  const pump = (): void => {
    dispatcher.pump();
  };
  const pools = new Map(
    pooledCommands(plan).map((command) => [
      command,
      new RunPool(command, runSetupOf(plan.scenario, command), setup, stopSignal, pump),
    ]),
  );
  const controls =
    plan.controls === true && policy.kinds.length > 0
      ? new ControlSender({ ...context, peakPerSecond: peakPerSecondOf(plan) }, policy)
      : null;
  const disturbance = new Disturbance();
  return { ...context, plan, attack, dispatcher, disturbance, pools, setup, connects, controls };
}

function contextOf(
  plan: ScenarioPlan,
  { operation, target, runs }: LoadContext,
  requests: RequestBudget,
  connections: number,
): ScenarioContext {
  const stopSignal = new StopSignal();
  return {
    operation,
    target: {
      ...target,
      timeoutMs: plan.timeoutMs ?? target.timeoutMs,
      proxy: plan.throughProxy ? target.proxy : null,
    },
    scenario: plan.scenario,
    checker: new ResponseChecker(operation, target.redactKey, plan.sampling),
    breaker: new CircuitBreaker(connections, plan.breaker, (reason) => {
      stopSignal.stop(reason);
    }),
    stopSignal,
    runs,
    requests,
    bodies: new Bodies(target, new Inputs(target.runInput, plan.rows, plan.shard)),
    liveRuns: new Set(),
  };
}
