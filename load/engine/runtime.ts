import { ResponseChecker } from './check-response.ts';
import { openAttack, type Attack } from '../attack/attack.ts';
import { CircuitBreaker } from './circuit-breaker.ts';
import type { LoadContext } from './context.ts';
import type { ScenarioContext } from './field.ts';
import { Disturbance } from '../metrics/disturbance.ts';
import { Dispatcher } from './dispatcher.ts';
import { StopSignal } from './halt.ts';
import { Bodies } from '../scenario/request-bodies.ts';
import { Inputs } from '../scenario/run-input.ts';
import type { Stage } from './iteration.ts';
import { Recorder } from '../metrics/latency-recorder.ts';
import type { Connects } from '../metrics/scenario-record.ts';
import { RunPool } from './run-pool.ts';
import { pooledCommands, runSetupOf } from '../scenario/run-setup.ts';
import type { RequestBudget } from './request-budget.ts';
import type { ScenarioPlan } from '../scenario/plan.ts';
import { SetupClient } from './setup-client.ts';

/** Everything that one scenario holds open while it runs. */
export interface ScenarioRuntime {
  readonly plan: ScenarioPlan;
  readonly field: ScenarioContext;
  readonly attack: Attack;
  readonly stage: Stage;
  readonly side: SetupClient;
  readonly connects: Connects;
}

/** Opens the connections and everything around them; the scenario's own timeout is the target's from here on. */
export function openRuntime(
  plan: ScenarioPlan,
  context: LoadContext,
  requests: RequestBudget,
): ScenarioRuntime {
  const timeoutMs = plan.timeoutMs ?? context.target.timeoutMs;
  const halt = new StopSignal();
  // In the closed model all connections are needed from the first moment on, in the open one as requests need them.
  const initial = plan.arrival.model === 'closed' ? plan.connections : 1;
  const breaker = new CircuitBreaker(initial, plan.breaker, (trip) => {
    halt.stop(trip);
  });
  const field: ScenarioContext = {
    operation: context.operation,
    target: { ...context.target, timeoutMs, proxy: plan.throughProxy ? context.target.proxy : null },
    scenario: plan.scenario,
    judge: new ResponseChecker(context.operation, context.target.redactKey, plan.sampling),
    breaker,
    halt,
    runs: context.runs,
    requests,
    bodies: new Bodies(context.target, new Inputs(context.target.runInput, plan.rows, plan.shard)),
    live: new Set(),
  };
  const connects = { tcp: new Recorder(), tls: new Recorder() };
  const attack = openAttack(
    field.target,
    context.operation.path,
    { ceiling: plan.connections, initial, keepsAlive: plan.keepsAlive, timeoutMs },
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
        breaker.connectFailed({ ...failure, message: context.target.redact(failure.message) });
      },
    },
  );
  const dispatcher = new Dispatcher(attack, timeoutMs);
  halt.onStop(() => {
    dispatcher.close();
  });
  const side = new SetupClient(field);
  const pump = (): void => {
    dispatcher.pump();
  };
  const pools = new Map(
    pooledCommands(plan).map((command) => [
      command,
      new RunPool(command, runSetupOf(plan.scenario, command), side, halt, pump),
    ]),
  );
  const stage = { field, dispatcher: dispatcher, disturbance: new Disturbance(), pools };
  return { plan, field, attack, stage, side, connects };
}
