import { Judge } from './answer.ts';
import { openAttack, type Attack } from './attack/attack.ts';
import { Breaker } from './breaker.ts';
import type { LoadContext } from './context.ts';
import type { Field } from './field.ts';
import { Governor } from './governor.ts';
import { Halt } from './halt.ts';
import type { Stage } from './iteration.ts';
import { PausedRuns } from './pool.ts';
import type { ScenarioPlan } from './scenario.ts';
import { Side } from './side.ts';

/** Everything that one scenario holds open while it runs. */
export interface ScenarioHouse {
  readonly plan: ScenarioPlan;
  readonly field: Field;
  readonly attack: Attack;
  readonly stage: Stage;
  readonly side: Side;
}

/** The scenario's arrivals per second; null in the closed model. */
export function rateOf({ arrival }: ScenarioPlan): number | null {
  return arrival.model === 'open' ? arrival.ratePerSecond : null;
}

/** Opens the connections and everything around them; the scenario's own timeout is the target's from here on. */
export function openHouse(plan: ScenarioPlan, context: LoadContext): ScenarioHouse {
  const timeoutMs = plan.timeoutMs ?? context.target.timeoutMs;
  const halt = new Halt();
  const breaker = new Breaker(plan.connections, (trip) => {
    halt.stop(trip);
  });
  const field: Field = {
    operation: context.operation,
    target: { ...context.target, timeoutMs },
    scenario: plan.scenario,
    judge: new Judge(context.operation, context.target.redact),
    breaker,
    halt,
    runs: context.runs,
    live: new Set(),
  };
  const attack = openAttack(field.target, context.operation.path, plan.connections, timeoutMs, {
    free: () => {
      governor.pump();
    },
    connected: () => {
      breaker.connected();
    },
    connectFailed: (failure) => {
      breaker.connectFailed({ ...failure, message: context.target.redact(failure.message) });
    },
  });
  const governor = new Governor(attack, timeoutMs);
  halt.onStop(() => {
    governor.close();
  });
  const side = new Side(field);
  const pool = plan.scenario.takesPausedRun
    ? new PausedRuns(side, halt, () => {
        governor.pump();
      })
    : null;
  return { plan, field, attack, stage: { field, governor, pool }, side };
}
