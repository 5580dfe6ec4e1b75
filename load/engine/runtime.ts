import { Judge } from './check-response.ts';
import { openAttack, type Attack } from '../attack/attack.ts';
import { Breaker } from './circuit-breaker.ts';
import type { LoadContext } from './context.ts';
import type { Field } from './field.ts';
import { Disturbance } from '../metrics/disturbance.ts';
import { Governor } from './dispatcher.ts';
import { Halt } from './halt.ts';
import { Bodies } from '../scenario/request-bodies.ts';
import { Inputs } from '../scenario/run-input.ts';
import type { Stage } from './iteration.ts';
import { Recorder } from '../metrics/latency-recorder.ts';
import type { Connects } from '../metrics/scenario-record.ts';
import { RunPool } from './run-pool.ts';
import { pooledCommands, recipeOf } from '../scenario/run-setup.ts';
import type { RequestBudget } from './request-budget.ts';
import type { ScenarioPlan } from '../scenario/scenario.ts';
import { Side } from './setup-client.ts';

/** Everything that one scenario holds open while it runs. */
export interface ScenarioHouse {
  readonly plan: ScenarioPlan;
  readonly field: Field;
  readonly attack: Attack;
  readonly stage: Stage;
  readonly side: Side;
  readonly connects: Connects;
}

/** Opens the connections and everything around them; the scenario's own timeout is the target's from here on. */
export function openHouse(plan: ScenarioPlan, context: LoadContext, requests: RequestBudget): ScenarioHouse {
  const timeoutMs = plan.timeoutMs ?? context.target.timeoutMs;
  const halt = new Halt();
  // In the closed model all connections are needed from the first moment on, in the open one as requests need them.
  const initial = plan.arrival.model === 'closed' ? plan.connections : 1;
  const breaker = new Breaker(initial, plan.breaker, (trip) => {
    halt.stop(trip);
  });
  const field: Field = {
    operation: context.operation,
    target: { ...context.target, timeoutMs },
    scenario: plan.scenario,
    judge: new Judge(context.operation, context.target.redactKey, plan.sampling),
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
        governor.pump(lagMs);
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
  const governor = new Governor(attack, timeoutMs);
  halt.onStop(() => {
    governor.close();
  });
  const side = new Side(field);
  const pump = (): void => {
    governor.pump();
  };
  const pools = new Map(
    pooledCommands(plan).map((command) => [
      command,
      new RunPool(command, recipeOf(plan.scenario, command), side, halt, pump),
    ]),
  );
  const stage = { field, governor, disturbance: new Disturbance(), pools };
  return { plan, field, attack, stage, side, connects };
}
