import type { GeneratorHealth } from '../../result/load-result.ts';
import { type LoadContext, RequestBudget } from '../engine/context.ts';
import { GeneratorWatch } from '../metrics/generator-health.ts';
import type { ScenarioRecord } from '../metrics/scenario-record.ts';
import type { ScenarioPlan } from '../scenario/plan.ts';
import { ControlPolicy } from '../engine/controls.ts';
import { runScenario } from '../engine/run-scenario.ts';
import type { StartBarrier } from '../engine/start-barrier.ts';

/** Those who send: this process alone, or several that share each scenario among them. */
export interface Runner {
  /** Runs a scenario to its end. @throws for a fault of this tool alone. */
  run(plan: ScenarioPlan): Promise<ScenarioRecord>;
  /** How those who sent were doing in all scenarios so far. @param saturation why they were saturated, or null. */
  health(saturation: string | null): GeneratorHealth;
  close(): Promise<void>;
}

/** This process alone. */
export function soloRunner(context: LoadContext, barrier: StartBarrier): Runner {
  const watch = new GeneratorWatch();
  const budgets = {
    requests: new RequestBudget(context.target.loadCaps.requests),
    controls: new ControlPolicy(),
  };
  return {
    run: (plan) => runScenario(plan, context, watch, budgets, barrier),
    health: (saturation) => watch.health(saturation),
    close: () => Promise.resolve(),
  };
}
