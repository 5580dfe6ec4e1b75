import type { LoadPlan } from '../../load/plan.ts';

/** How a truth server calls the kinds of control calls in its log. */
export const CONTROLS: readonly string[] = ['invalid', 'put', 'schema'];

export function isControl(command: string): boolean {
  return CONTROLS.includes(command);
}

export function withControls(plan: LoadPlan): LoadPlan {
  return { ...plan, scenarios: plan.scenarios.map((scenario) => ({ ...scenario, controls: true })) };
}

/** How many paid requests came before the first control call and between each two, in the order of a server's log. */
export function paidBetween(commands: readonly string[]): readonly number[] {
  const places = commands.flatMap((command, i) => (isControl(command) ? [i] : []));
  return places.map((place, n) => place - (n === 0 ? 0 : (places[n - 1] ?? 0) + 1));
}
