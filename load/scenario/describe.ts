import type { Command } from '../../openapi/registry.ts';
import { iterationsOf, peakPerSecondOf, ratePerSecondOf } from '../arrivals/rate-profile.ts';
import { pooledCommands, poolSizeOf, runSetupOf, sendsOf } from './run-setup.ts';
import { requestsOf } from './scenario.ts';
import { PAID_PER_CONTROL, type ScenarioPlan } from './plan.ts';
import { counted } from '../../result/format.ts';
import { sharePlan } from './share.ts';
import { shardsOf } from '../arrivals/shard.ts';

/** What something will send and start, before anything is sent. */
export interface PlanDescription {
  /** Requests of all kinds, clean-up included; null in the closed model, where the responses decide. */
  readonly requests: number | null;
  /** Most workflow runs that will be started; null in the closed model, where only the cap bounds them. */
  readonly startsRuns: number | null;
  /** Time in which load is sent. */
  readonly durationMs: number;
  /** Most arrivals per second; null in the closed model. */
  readonly peakPerSecond: number | null;
  readonly lines: readonly string[];
}

/** What one command of a scenario costs besides its own measured requests; null where the responses decide. */
interface Cost {
  readonly startsRuns: number | null;
  /** Requests that prepare runs, bring them back and stop them: paced, and not measured. */
  readonly setup: number | null;
}

/** Describes a scenario that some processes share. */
export function describeScenario(plan: ScenarioPlan, processes: number): PlanDescription {
  const costs = shardsOf(processes).flatMap((shard) => costsOf(sharePlan(plan, shard)));
  const startsRuns = sum(costs.map((cost) => cost.startsRuns));
  const setup = sum(costs.map((cost) => cost.setup));
  const iterations = iterationsOf(plan);
  const perIteration = requestsOf(plan.scenario);
  const measured = iterations === null ? null : iterations * perIteration;
  const controls = plan.controls === true && measured !== null ? Math.floor(measured / PAID_PER_CONTROL) : 0;
  return {
    requests: sum([measured, setup, controls]),
    startsRuns,
    durationMs: plan.warmupMs + plan.durationMs,
    peakPerSecond: peakPerSecondOf(plan),
    lines: [
      headLine(plan, processes),
      countLine(plan, measured, setup, startsRuns),
      ...controlsLine(plan, controls),
      ...ceilingLine(plan),
      ...thresholdLine(plan),
    ],
  };
}

function costsOf(plan: ScenarioPlan): readonly Cost[] {
  const { commands, weights } = plan.scenario;
  const starts = sendsOf(plan, 'start');
  const endsItself = weights === null && commands.includes('stop');
  const started = commands.includes('start') ? [{ startsRuns: starts, setup: endsItself ? 0 : starts }] : [];
  return [...started, ...pooledCommands(plan).map((command) => poolCost(plan, command))];
}

function poolCost(plan: ScenarioPlan, command: Exclude<Command, 'start'>): Cost {
  const { runs, replacements, refills } = poolSizeOf(plan, command);
  const sends = sendsOf(plan, command);
  const { after, restore } = runSetupOf(plan.scenario, command);
  if (restore === 'start') {
    const startsRuns = Number.isFinite(refills) ? runs + refills : null;
    return { startsRuns, setup: startsRuns };
  }
  const startsRuns = runs + replacements;
  const back = restore === null ? 0 : sends;
  return { startsRuns, setup: sum([startsRuns * (after === null ? 2 : 3), back]) };
}

function headLine(plan: ScenarioPlan, processes: number): string {
  const { scenario } = plan;
  const shape = shapeText(plan);
  const among = processes === 1 ? '' : ` in ${processes} processes`;
  const shard = plan.shard.count === 1 ? '' : `; shard ${plan.shard.index + 1} of ${plan.shard.count}`;
  const warmup = plan.warmupMs === 0 ? '' : ` after ${plan.warmupMs / 1000} s of warm-up`;
  return `${scenario.name}: ${scenario.about}; ${shape} for ${plan.durationMs / 1000} s${warmup}, ${plan.arrival.model === 'open' ? 'at most ' : ''}${plan.connections} connections${among}${shard}`;
}

function shapeText(plan: ScenarioPlan): string {
  const { arrival } = plan;
  if (arrival.model === 'closed') {
    const { leastMs, mostMs } = arrival.think;
    const think = mostMs === 0 ? '' : `, thinking for ${leastMs} to ${mostMs} ms in between`;
    return `${arrival.concurrency} at a time${think} (closed model)`;
  }
  const { about, poissonSeed } = arrival.profile;
  const mean = Number((ratePerSecondOf(plan) ?? 0).toFixed(3));
  const words = [
    `${mean}/s${about === '' ? '' : ' on average'}`,
    about,
    poissonSeed === null ? '' : 'Poisson arrivals',
  ];
  return `${words.filter((word) => word !== '').join(', ')} (open model)`;
}

function countLine(
  plan: ScenarioPlan,
  measured: number | null,
  setup: number | null,
  startsRuns: number | null,
): string {
  const runs =
    startsRuns === null
      ? 'as many runs as the responses allow, at most the cap'
      : `at most ${startsRuns} runs`;
  if (measured === null || setup === null)
    return `  requests: as many as the responses allow; starts ${runs}, and stops them`;
  const isPooled = pooledCommands(plan).length > 0;
  const beside = isPooled
    ? `and at most ${setup} beside them to prepare, bring back and stop runs`
    : `and at most ${setup} to stop runs`;
  return `  requests: ${measured} under load${mixText(plan)} ${beside}; starts ${runs}`;
}

function mixText(plan: ScenarioPlan): string {
  const { weights, commands } = plan.scenario;
  if (weights === null) return '';
  return ` (${commands.map((command) => `${command} ${sendsOf(plan, command) ?? 0}`).join(', ')})`;
}

function controlsLine({ controls, arrival }: ScenarioPlan, most: number): readonly string[] {
  if (controls === undefined) return [];
  if (!controls)
    return [
      '  control calls: none, because HARNESS_MAX_CONNECTIONS leaves no connection for them; ask for fewer with --connections',
    ];
  const told = arrival.model === 'closed' ? 'a tenth of the requests under load' : counted(most, 'request');
  return [`  control calls: at most ${told} more, which start nothing (HARNESS_CONTROLS)`];
}

/** A response time at which a ceiling of connections is worth a word: many APIs need longer. */
const CEILING_SAID_MS = 1000;

/** What a low ceiling of connections can carry, before anybody takes the shortage for the API's. */
function ceilingLine(plan: ScenarioPlan): readonly string[] {
  const peak = peakPerSecondOf(plan);
  if (plan.arrival.model === 'closed' || peak === null || peak === 0) return [];
  const perSecond = peak * requestsOf(plan.scenario);
  const fitsMs = (plan.connections / perSecond) * 1000;
  if (fitsMs >= CEILING_SAID_MS) return [];
  const connections = plan.connections === 1 ? '1 connection' : `${plan.connections} connections`;
  return [
    `  ${connections} can carry ${Number(perSecond.toFixed(2))} requests per second only while responses take less than ${Number(fitsMs.toPrecision(3))} ms; beyond that requests wait for a connection`,
  ];
}

function thresholdLine(plan: ScenarioPlan): readonly string[] {
  if (plan.thresholds.length === 0) return [];
  return [`  thresholds: ${plan.thresholds.map((threshold) => threshold.expression).join('; ')}`];
}

/** The sum, or null when one of the numbers is not known. */
export function sum(numbers: readonly (number | null)[]): number | null {
  return numbers.reduce<number | null>(
    (total, number) => (total === null || number === null ? null : total + number),
    0,
  );
}
