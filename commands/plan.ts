import { forecast } from '../contract/budget/costs.ts';
import { inFlightFor, leftOut } from '../contract/budget/selection.ts';
import { inputIssues } from '../load/scenario/run-input.ts';
import { type PlanDescription } from '../load/scenario/describe.ts';
import { describePlan, proxiedPart, type LoadPlan } from '../load/plan.ts';
import type { AcceptedDrift } from '../result/acceptance.ts';
import type { Operation } from '../openapi/registry.ts';
import type { LoadCaps } from '../target/settings.ts';
import { proxyText, type Proxy } from '../target/proxy.ts';
import type { Target } from '../target/target.ts';
import { counted } from '../result/format.ts';
import type { ContractValues } from '../contract/option-rows.ts';
import { isSelected, type ContractPlan } from '../contract/run/plan.ts';
import type { Invocation } from './invocation.ts';
import { UsageError } from './usage-error.ts';

/** The contract part as it was asked for. */
export interface ContractChoice {
  readonly values: ContractValues;
  /** What responses may contain although it was never promised; it is marked, and judged as before. */
  readonly accepted: readonly AcceptedDrift[];
  /** The file that this was read from; null where it was not looked up. */
  readonly acceptedFile: string | null;
}

const CONTRACT_RUNS_MAX = 60;

/** What a plan is made from. */
export interface Planned {
  readonly target: Target;
  readonly stateDir: string;
  readonly options: { readonly seed: number };
}

/** What the contract part may spend and asks: the smallest of the caps counts. */
export function planContract(invocation: Planned, { values }: ContractChoice): ContractPlan {
  const { target } = invocation;
  const usual = target.isLoopback ? null : CONTRACT_RUNS_MAX;
  const wanted = values.budgetRuns ?? usual;
  const budgetRuns = target.maxRuns === null || wanted === null ? wanted : Math.min(wanted, target.maxRuns);
  return {
    ...values,
    stateDir: invocation.stateDir,
    seed: invocation.options.seed,
    budgetRuns,
    hasOtherKey: target.otherKey !== null,
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
  const { faults, profile, latency } = options.sandbox;
  const how = [
    faults.length === 0 ? '' : `, with the faults ${faults.join(', ')}`,
    profile === null ? '' : `, in the profile ${profile}`,
    latency === null ? '' : `, answering after ${latency}`,
  ].join('');
  console.say(
    target.isSandbox
      ? `target: the embedded sandbox at ${target.baseUrl}, because INTERACTLY_BASE_URL is not set${how}`
      : invocation.isTargetMissing
        ? 'target: none yet, because INTERACTLY_BASE_URL is not set; this is the plan for a target outside loopback'
        : `target: ${target.baseUrl}`,
  );
  if (target.proxy !== null) console.say(proxyLine(target.proxy, contractPlan !== null, load));
  if (contractPlan !== null) {
    console.say(contractLine(invocation, contractPlan));
  }
  if (load !== null)
    for (const line of describePlan(load).lines) console.say(`plan: load: ${line.trimStart()}`);
  const runs =
    target.maxRuns === null
      ? 'workflow runs: no cap on loopback'
      : `workflow runs: at most ${target.maxRuns} (${invocation.runsCapName})`;
  console.say(
    `caps: ${runs}; one response: at most ${target.timeoutMs} ms (HARNESS_TIMEOUT)${load === null ? '' : loadCapsText(target.loadCaps)}`,
  );
}

/** What goes through the proxy that is set, and what passes it by. */
function proxyLine(proxy: Proxy, hasContract: boolean, load: LoadPlan | null): string {
  const named = `proxy: ${proxyText(proxy)} (${proxy.variable})`;
  const part = load === null ? 'all' : proxiedPart(load);
  if (part === 'all') return `${named}; every request goes through it`;
  const contract = hasContract ? 'the contract tests go through it, ' : '';
  return part === 'some'
    ? `${named}; ${contract}the load only where its profile says through-proxy`
    : `${named}; ${contract}the load passes it by and connects directly: --through-proxy sends it through`;
}

/** What the contract part asks and spends once the budgets have left out what they must. */
function contractLine({ operation }: Invocation, contractPlan: ContractPlan): string {
  const { budgetRuns: runs, budgetRequests: requests, seed } = contractPlan;
  const out = leftOut(operation, { runs, requests }, (about) => isSelected(contractPlan, about));
  const plan = forecast(operation, (about) => isSelected(contractPlan, about) && !out.has(about.id));
  const cap = (limit: number | null): string => (limit === null ? 'no cap' : `at most ${limit}`);
  const left = out.size === 0 ? '' : `; the budget leaves out ${out.size} cases`;
  return `plan: contract: ${plan.cases} cases, ${plan.free} free, ${plan.mayStart} may start a run, ${plan.starts} start one; about ${counted(plan.requestsExpected, 'request')} (${cap(requests)}), about ${counted(plan.runsExpected, 'run')} (${cap(runs)})${left}; seed ${seed}`;
}

/** About how many workflow runs a plan starts and how many requests it sends, on a conforming target. */
export function expectedSpend(
  operation: Operation,
  contractPlan: ContractPlan | null,
  load: LoadPlan | null,
): { readonly runs: number; readonly requests: number } {
  const contract =
    contractPlan === null
      ? { runsExpected: 0, requestsExpected: 0 }
      : forecast(operation, (about) => isSelected(contractPlan, about));
  const loading = load === null ? { startsRuns: 0, requests: 0 } : describePlan(load);
  const contractRuns = Math.min(contract.runsExpected, contractPlan?.budgetRuns ?? contract.runsExpected);
  const contractRequests = Math.min(
    contract.requestsExpected,
    contractPlan?.budgetRequests ?? contract.requestsExpected,
  );
  return {
    runs: contractRuns + (loading.startsRuns ?? 0),
    requests: contractRequests + (loading.requests ?? 0),
  };
}

/** Holds the plan against what is allowed. @throws UsageError before anything is sent. */
export function refuseWhatIsNotAllowed(
  invocation: Invocation,
  contractPlan: ContractPlan | null,
  load: LoadPlan | null,
): void {
  const { target } = invocation;
  const issues: string[] = [];
  if (load !== null && !target.loadAllowed && !invocation.isTargetMissing) {
    issues.push(
      `Load to ${new URL(target.baseUrl).hostname} is not allowed; put that host in HARNESS_ALLOW_HOSTS if its owners agree.`,
    );
  }
  if (load !== null && proxiedPart(load) !== 'none' && target.proxy === null && !invocation.isTargetMissing)
    issues.push(
      '--through-proxy is given, but HTTPS_PROXY is not set, NO_PROXY covers the target, or the target is plain http; set HTTPS_PROXY, or leave it out.',
    );
  if (load !== null)
    issues.push(...rowIssues(load, target), ...loadOverCaps(describePlan(load), target.loadCaps));
  const { runs: wanted } = expectedSpend(invocation.operation, contractPlan, load);
  if (target.maxRuns !== null && wanted > target.maxRuns) {
    issues.push(
      `The plan starts about ${wanted} workflow runs, the cap is ${target.maxRuns}; set ${invocation.runsCapName} to at least ${wanted}, or ask for less.`,
    );
  }
  if (issues.length > 0) throw new UsageError(issues);
}

/** The run input and the data file of each scenario must fit together. */
function rowIssues({ scenarios, capacity }: LoadPlan, target: Target): readonly string[] {
  const all = [...scenarios, ...(capacity === null ? [] : [capacity.template])];
  return [...new Set(all.flatMap(({ rows }) => inputIssues(target.runInput, rows)))];
}

/** What a load plan asks for beyond the caps, each with the number to set. */
export function loadOverCaps(plan: PlanDescription, caps: LoadCaps): readonly string[] {
  const over = (what: string, wanted: number | null, cap: number | null, name: string): readonly string[] =>
    wanted === null || cap === null || wanted <= cap
      ? []
      : [
          `The load plan asks for ${wanted} ${what}, the cap is ${cap}; set ${name} to at least ${wanted}, or ask for less.`,
        ];
  const seconds = Math.ceil(plan.durationMs / 1000);
  return [
    ...over('arrivals per second', plan.peakPerSecond, caps.ratePerSecond, 'HARNESS_MAX_RATE'),
    ...over('requests', plan.requests, caps.requests, 'HARNESS_MAX_REQUESTS'),
    ...(caps.durationMs !== null && plan.durationMs > caps.durationMs
      ? [
          `The load plan takes ${seconds} s, the cap is ${caps.durationMs / 1000} s; set HARNESS_MAX_DURATION to at least ${seconds}s, or ask for less.`,
        ]
      : []),
  ];
}

function loadCapsText({ ratePerSecond, requests, durationMs }: LoadCaps): string {
  return [
    ratePerSecond === null ? '' : `; load: at most ${ratePerSecond} arrivals per second (HARNESS_MAX_RATE)`,
    requests === null ? '' : `; ${requests} requests (HARNESS_MAX_REQUESTS)`,
    durationMs === null ? '' : `; ${durationMs / 1000} s (HARNESS_MAX_DURATION)`,
  ].join('');
}
