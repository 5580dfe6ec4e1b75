import { forecast } from '../contract/plan.ts';
import { inFlightFor, leftOut } from '../contract/selection.ts';
import { describePlan } from '../load/plan.ts';
import type { LoadPlan } from '../load/scenario.ts';
import { isSelected, type ContractPlan } from '../tests/plan.ts';
import { UsageError, type Invocation } from './invocation.ts';

/** The options of the contract part, parsed. */
export interface ContractChoice {
  readonly budgetRuns: number | null;
  readonly only: string | null;
  readonly replay: string | null;
  readonly strict: boolean;
}

const CONTRACT_RUNS_MAX = 60;

/** What the contract part may spend and asks: the smallest of the caps counts. */
export function planContract(invocation: Invocation, choice: ContractChoice): ContractPlan {
  const { target } = invocation;
  const usual = target.isLoopback ? null : CONTRACT_RUNS_MAX;
  const wanted = choice.budgetRuns ?? usual;
  const budgetRuns = target.maxRuns === null || wanted === null ? wanted : Math.min(wanted, target.maxRuns);
  return {
    stateDir: invocation.stateDir,
    seed: invocation.options.seed,
    strict: choice.strict,
    budgetRuns,
    replay: choice.replay,
    only: choice.only,
    inFlight: inFlightFor(budgetRuns),
  };
}

/** Target, plan and caps, before the first byte. */
export function announce(
  invocation: Invocation,
  contractPlan: ContractPlan | null,
  load: LoadPlan | null,
): void {
  const { console, target, options } = invocation;
  const faults =
    options.sandbox.faults.length === 0 ? '' : `, with the faults ${options.sandbox.faults.join(', ')}`;
  console.say(
    target.isSandbox
      ? `target: the embedded sandbox at ${target.baseUrl}, because INTERACTLY_BASE_URL is not set${faults}`
      : `target: ${target.baseUrl}`,
  );
  if (contractPlan !== null) {
    const plan = forecast(invocation.operation, (about) => isSelected(contractPlan, about));
    const out = leftOut(invocation.operation, contractPlan.budgetRuns).size;
    const budget =
      contractPlan.budgetRuns === null
        ? 'no cap'
        : `at most ${contractPlan.budgetRuns}, which leaves out ${out} cases`;
    console.say(
      `plan: contract: ${plan.cases} cases, ${plan.free} free, ${plan.mayStart} may start a run, ${plan.starts} start one; about ${plan.runsExpected} runs (${budget}); seed ${contractPlan.seed}`,
    );
  }
  if (load !== null)
    for (const line of describePlan(load).lines) console.say(`plan: load: ${line.trimStart()}`);
  const runs =
    target.maxRuns === null
      ? 'workflow runs: no cap on loopback'
      : `workflow runs: at most ${target.maxRuns} (HARNESS_MAX_RUNS)`;
  console.say(`caps: ${runs}; one answer: at most ${target.timeoutMs} ms (HARNESS_TIMEOUT)`);
}

/** Holds the plan against what is allowed. @throws UsageError before anything is sent. */
export function refuseWhatIsNotAllowed(
  invocation: Invocation,
  contractPlan: ContractPlan | null,
  load: LoadPlan | null,
): void {
  const { target } = invocation;
  const mistakes: string[] = [];
  if (load !== null && !target.loadAllowed) {
    mistakes.push(
      `Load to ${new URL(target.baseUrl).hostname} is not allowed; put that host in HARNESS_ALLOW_HOSTS if its owners agree.`,
    );
  }
  const contractRuns =
    contractPlan === null
      ? 0
      : forecast(invocation.operation, (about) => isSelected(contractPlan, about)).runsExpected;
  const loadRuns = load === null ? 0 : (describePlan(load).startsRuns ?? 0);
  const wanted = Math.min(contractRuns, contractPlan?.budgetRuns ?? contractRuns) + loadRuns;
  if (target.maxRuns !== null && wanted > target.maxRuns) {
    mistakes.push(
      `The plan starts about ${wanted} workflow runs, the cap is ${target.maxRuns}; set HARNESS_MAX_RUNS to at least ${wanted}, or ask for less.`,
    );
  }
  if (mistakes.length > 0) throw new UsageError(mistakes);
}
